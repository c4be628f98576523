/**
 * Performs the runs that examine the evidence of a bug: shorter runs, runs without faults, and the run that is finally
 * shown.
 */

import {
  type Departure,
  fingerprint,
  formatSchedule,
  type Found,
  rankOf,
  Replay,
  type Runs,
  type Slices,
  TreeTeam,
  WHOLE,
} from "../explorer/mod.ts";
import { chainNames, MOST_CHAINS } from "./chains.ts";
import { foundIn } from "./goal.ts";
import type { Performed } from "./live.ts";
import { larger, type RoundOptions, type Rounds } from "./rounds.ts";
import type { SearchSettings } from "./search.ts";
import type { Tally } from "./tally.ts";

/** The result of one run, with the schedule that repeats it. */
export interface ShownRun {
  readonly performed: Performed;
  readonly schedule: string;
  readonly fingerprint: number;
  /** Why the run does not follow the schedule; undefined if it does. */
  readonly fault: string | undefined;
}

/** Performs the runs that examine the evidence of a bug. */
export class Evidence implements Runs {
  readonly #rounds: Rounds;
  readonly #settings: SearchSettings;
  readonly #tally: Tally;
  #isStopped = false;

  /** Examines the evidence of a search. */
  constructor(rounds: Rounds, { settings, tally }: { readonly settings: SearchSettings; readonly tally: Tally }) {
    this.#rounds = rounds;
    this.#settings = settings;
    this.#tally = tally;
  }

  /** See {@linkcode Runs}. */
  get schedules(): number {
    return this.#tally.schedules;
  }

  /** See {@linkcode Runs}. */
  *attempt(departures: readonly Departure[]): Slices<Found | undefined> {
    const replay = new Replay(departures, { names: chainNames(0), lenient: true });
    replay.begin();
    const [run] = yield* this.#perform([replay]);
    return run?.kind === "complete" ? foundIn(run, this.#settings.goal) : undefined;
  }

  /** See {@linkcode Runs}. */
  *findAgain(
    bound: number,
    { found, budget, isFaultless = false }: {
      readonly found: Found;
      readonly budget: number;
      readonly isFaultless?: boolean;
    },
  ): Slices<Found | "exhausted" | "spent"> {
    const team = new TreeTeam({ strategy: "depth-first", bound, isBounded: false, paths: [WHOLE] });
    let isAll = true;
    let runs = 0;
    for (let size = 1; runs < budget; size = larger(size)) {
      const round = team.begin(Math.min(size, budget - runs));
      if (round.length === 0) return isAll ? "exhausted" : "spent";
      runs += round.length;
      for (const run of yield* this.#perform(round, { isFaultless })) {
        if (run.kind === "too-long") isAll = false;
        const again = run.kind === "complete" ? foundIn(run, this.#settings.goal) : undefined;
        if (again !== undefined && rankOf(again) === rankOf(found)) return again;
      }
      if (this.#isStopped) return "spent";
    }
    return "spent";
  }

  /**
   * Finds evidence without faults that has no more deviations. If there is none, tells whether it is certain that no
   * order alone shows the bug.
   */
  *withoutFaults(
    least: Found,
    { budget }: { readonly budget: number },
  ): Slices<{ readonly least: Found; readonly needsFault: boolean }> {
    if (least.departures.every(({ choice }) => choice === 0)) return { least, needsFault: false };
    const { preemptions } = least;
    const options = { found: least, budget, isFaultless: true };
    const again = yield* this.findAgain(preemptions, options);
    if (typeof again !== "string") return { least: again, needsFault: false };
    if (again === "spent") return { least, needsFault: false };
    return { least, needsFault: (yield* this.findAgain(Infinity, options)) === "exhausted" };
  }

  /** Performs the run with these departures again, and returns all details. */
  *show(departures: readonly Departure[]): Slices<ShownRun> {
    const replay = new Replay(departures, { names: chainNames(MOST_CHAINS) });
    replay.begin();
    const [performed] = yield* this.#perform([replay], { traces: true });
    if (performed === undefined) throw new Error("Cannot show a run: nothing was performed, one run is wanted");
    const { trace } = performed;
    const print = fingerprint(fingerprint(0, this.#settings.name), String(performed.fingerprint));
    const told = trace.flatMap(({ chain, instead, insteadLabel = "" }, step) => {
      if (instead === undefined) return [];
      const end = trace.findIndex((other, later) => later > step && other.chain !== chain);
      return [{ preempted: instead, before: insteadLabel, steps: (end < 0 ? trace.length : end) - step }];
    });
    const { timersFree } = this.#settings;
    // A chain that only waits has no row, but may be preempted.
    const chains = [
      ...trace.flatMap(({ chain, instead = 0 }) => [chain, instead]),
      ...departures.map(({ task }) => task),
    ];
    const schedule = formatSchedule({ granularity: "operation", timersFree, departures, fingerprint: print }, {
      names: chainNames(1 + chains.reduce((most, chain) => Math.max(most, chain), 0)),
      told,
    });
    return { performed, schedule, fingerprint: print, fault: replay.fault };
  }

  *#perform(...args: readonly [Parameters<Rounds["perform"]>[0], RoundOptions?]): Slices<readonly Performed[]> {
    const runs = this.#rounds.perform(...args);
    for (;;) {
      const { done, value } = runs.next();
      if (done) return value;
      if ((yield this.#tally.progress) === true) this.#isStopped = true;
    }
  }
}
