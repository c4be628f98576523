/**
 * A search through the orders of a scenario: rounds of runs under teams that take turns, and the best evidence of a bug.
 *
 * - Strategies, shrinking, outcomes and schedules are the explorer's; here is what performs the runs for them.
 * - The first rounds are small, so that a bug that shows at once costs little.
 * - Invariant: scenario, seed and options decide what it finds, whether runs share drains or not.
 */

import {
  BETTER,
  type BugKind,
  type Departure,
  DepthFirst,
  fingerprint,
  formatSchedule,
  type Found,
  isWeak,
  kinds,
  Outcomes,
  rankOf,
  Replay,
  type Runs,
  type Slices,
  type Team,
  TreeTeam,
} from "../explorer/mod.ts";
import { chainNames, MOST_CHAINS } from "./chains.ts";
import type { Performed } from "./live.ts";
import type { RoundOptions, Rounds } from "./rounds.ts";

/** What is looked for. */
export interface ScenarioGoal {
  /** The outcome, as text: then no bug counts. */
  readonly outcome?: string | undefined;
  /** The kinds that do not count. */
  readonly ignore: readonly BugKind[];
}

/** What one run shows, with the schedule that repeats it. */
export interface ShownRun {
  readonly performed: Performed;
  readonly schedule: string;
  readonly fingerprint: number;
  /** Why it is another run than the schedule's; undefined where it is not. */
  readonly fault: string | undefined;
}

/** How a search is told apart from others. */
export interface SearchIdentity {
  /** The name of the scenario. */
  readonly name: string;
  /** Whether timers come in any order. */
  readonly timersFree: boolean;
}

/** How a search ended: `exhausted` where a team had no more. */
export type ScenarioSearchEnd = "exhausted" | "found" | "spent";

/** How many runs share a round. */
const ROUND = 64;
const GROWTH = 4;
/** A run that is too long counts as so many that are cut, of which there may be ten for each schedule. */
const CUTS_PER_LONG_RUN = 1000;
const CUTS_PER_SCHEDULE = 10;

/** A search through the orders of a scenario. */
export class ScenarioSearch implements Runs {
  /** What came out. */
  readonly outcomes: Outcomes = new Outcomes();
  readonly #rounds: Rounds;
  readonly #goal: ScenarioGoal;
  readonly #identity: SearchIdentity;
  #schedules = 0;
  #tooLong = 0;
  #found: Found | undefined;
  #isStopped = false;

  /** Searches by rounds. */
  constructor(rounds: Rounds, { goal, ...identity }: SearchIdentity & { readonly goal: ScenarioGoal }) {
    this.#rounds = rounds;
    this.#goal = goal;
    this.#identity = identity;
  }

  /** How many schedules were run to their end. */
  get schedules(): number {
    return this.#schedules;
  }

  /** How many runs came to the step limit. */
  get tooLong(): number {
    return this.#tooLong;
  }

  /** The best evidence. */
  get found(): Found | undefined {
    return this.#found;
  }

  /** Runs what teams want; where it is sent `true`, what is left of the budget is spent. */
  *go(
    teams: readonly Team[],
    { budget, keepGoing = false }: { readonly budget: number; readonly keepGoing?: boolean | undefined },
  ): Slices<ScenarioSearchEnd> {
    const sampled = teams.find(({ draws }) => draws);
    let most = budget;
    let cuts = 0;
    for (
      let size = 1;
      this.#schedules < most && cuts < CUTS_PER_SCHEDULE * budget;
      size = Math.min(ROUND, GROWTH * size)
    ) {
      const share = Math.ceil(size / teams.length);
      let left = size;
      const round = [];
      for (const team of teams) {
        if (left === 0) break;
        const begun = team.begin(Math.min(share, left));
        if (begun.length === 0) return this.#found === undefined || keepGoing ? "exhausted" : "found";
        left -= begun.length;
        round.push(...begun.map((scheduler) => ({ team, scheduler })));
      }
      const performed = yield* this.#perform(round.map(({ scheduler }) => scheduler));
      for (const [place, run] of performed.entries()) {
        const { team } = round[place] ?? {};
        if (team === undefined || this.#schedules >= most) break;
        if (run.kind === "too-long") {
          this.#tooLong++;
          cuts += CUTS_PER_LONG_RUN;
          continue;
        }
        if (run.kind === "cut" || !team.counts(run)) {
          cuts++;
          continue;
        }
        this.#schedules++;
        this.#count(run, team === sampled);
        if (this.#found === undefined || keepGoing) continue;
        if (!isWeak(this.#found)) return "found";
        if (most === budget) most = Math.min(budget, this.#schedules + BETTER);
      }
      if (this.#isStopped) return this.#found === undefined || keepGoing ? "spent" : "found";
    }
    if (this.#found !== undefined && !keepGoing) return "found";
    return teams.every((team) => team.begin(1).length > 0) ? "spent" : "exhausted";
  }

  /** See {@linkcode Runs}. */
  *attempt(departures: readonly Departure[]): Slices<Found | undefined> {
    const replay = new Replay(departures, { names: chainNames(0), lenient: true });
    replay.begin();
    const [run] = yield* this.#perform([replay], { isWide: true });
    return run?.kind === "complete" ? this.#foundIn(run) : undefined;
  }

  /** See {@linkcode Runs}. */
  *findAgain(
    scheduler: DepthFirst,
    { found, budget, isFaultless = false }: {
      readonly found: Found;
      readonly budget: number;
      readonly isFaultless?: boolean;
    },
  ): Slices<Found | "exhausted" | "spent"> {
    const team = new TreeTeam({ first: scheduler });
    let isAll = true;
    let runs = 0;
    for (let size = 1; runs < budget; size = Math.min(ROUND, GROWTH * size)) {
      const round = team.begin(Math.min(size, budget - runs));
      if (round.length === 0) return isAll ? "exhausted" : "spent";
      runs += round.length;
      for (const run of yield* this.#perform(round, { isFaultless })) {
        if (run.kind === "too-long") isAll = false;
        const again = run.kind === "complete" ? this.#foundIn(run) : undefined;
        if (again !== undefined && rankOf(again) === rankOf(found)) return again;
      }
      if (this.#isStopped) return "spent";
    }
    return "spent";
  }

  /**
   * The same without a fault, where one with as few deviations shows it; else whether it is certain that no order alone does.
   */
  *withoutFaults(
    least: Found,
    { budget }: { readonly budget: number },
  ): Slices<{ readonly least: Found; readonly needsFault: boolean }> {
    if (least.departures.every(({ choice }) => choice === 0)) return { least, needsFault: false };
    const { preemptions } = least;
    const options = { found: least, budget, isFaultless: true };
    const again = yield* this.findAgain(new DepthFirst({ preemptions }), options);
    if (typeof again !== "string") return { least: again, needsFault: false };
    if (again === "spent") return { least, needsFault: false };
    return { least, needsFault: (yield* this.findAgain(new DepthFirst(), options)) === "exhausted" };
  }

  /** Performs the run with these departures once more, with all that can be said of it. */
  *show(departures: readonly Departure[]): Slices<ShownRun> {
    const replay = new Replay(departures, { names: chainNames(MOST_CHAINS) });
    replay.begin();
    const [performed] = yield* this.#perform([replay], { isWide: true, traces: true });
    if (performed === undefined) throw new Error("Cannot show a run: nothing was performed, one run is wanted");
    const { trace } = performed;
    const print = fingerprint(fingerprint(0, this.#identity.name), String(performed.fingerprint));
    const told = trace.flatMap(({ chain, instead, insteadLabel = "" }, step) => {
      if (instead === undefined) return [];
      const end = trace.findIndex((other, later) => later > step && other.chain !== chain);
      return [{ preempted: instead, before: insteadLabel, steps: (end < 0 ? trace.length : end) - step }];
    });
    const { timersFree } = this.#identity;
    const schedule = formatSchedule({ granularity: "operation", timersFree, departures, fingerprint: print }, {
      names: chainNames(1 + Math.max(0, ...trace.map(({ chain }) => chain), ...departures.map(({ task }) => task))),
      told,
    });
    return { performed, schedule, fingerprint: print, fault: replay.fault };
  }

  /** What is found in a run, as what is looked for says. */
  findingOf({ judged: { text, finding } }: Performed): Performed["judged"]["finding"] {
    if (this.#goal.outcome === undefined) return finding;
    return this.#goal.outcome === text && finding === undefined
      ? { kind: "assertion", message: `the outcome is ${text}` }
      : undefined;
  }

  #count(run: Performed, isSample: boolean): void {
    const { judged } = run;
    if (judged.finding === undefined || judged.outcome !== undefined) this.outcomes.add(judged, { isSample });
    const found = this.#foundIn(run);
    if (found === undefined) return;
    const before = this.#found;
    const less = before === undefined
      ? -1
      : rankOf(found) - rankOf(before) || found.preemptions - before.preemptions || found.steps - before.steps;
    if (less < 0) this.#found = found;
  }

  #foundIn(run: Performed): Found | undefined {
    const finding = this.findingOf(run);
    if (finding === undefined) return undefined;
    const { departures, preemptions, steps } = run;
    return { ...finding, departures, preemptions, steps };
  }

  *#perform(...args: readonly [Parameters<Rounds["perform"]>[0], RoundOptions?]): Slices<readonly Performed[]> {
    const runs = this.#rounds.perform(...args);
    for (;;) {
      const { done, value } = runs.next();
      if (done) return value;
      if ((yield { schedules: this.#schedules, kind: this.#found?.kind }) === true) this.#isStopped = true;
    }
  }
}

/** The kinds that a scenario can show. */
export const scenarioKinds: readonly BugKind[] = kinds.filter((kind) =>
  ["assertion", "hang", "livelock", "leak", "nondeterminism", "unhandled-rejection", "late-rejection", "exception"]
    .includes(kind)
);
