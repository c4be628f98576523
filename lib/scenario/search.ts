/**
 * A search through the orders of a scenario: rounds of runs under teams that take turns, and the best evidence of a bug.
 *
 * - Strategies, shrinking, outcomes and schedules are the explorer's; here is what performs the runs for them.
 * - The first rounds are small, so that a bug that shows at once costs little. After them what is left is parted into shares,
 *   which know nothing of one another, and what they come to is joined in their order.
 * - Invariant: scenario, seed and options decide what it finds, whether runs share drains or not, and wherever shares are
 *   performed.
 */

import {
  BETTER,
  type BugKind,
  type Departure,
  fingerprint,
  formatSchedule,
  type Found,
  isDone,
  isWeak,
  kinds,
  Outcomes,
  type OutcomesTold,
  rankOf,
  Replay,
  restOf,
  type Runs,
  type SearchProgress,
  sharesOf,
  type Slices,
  type Team,
  teamAt,
  type TeamPosition,
  type TeamShare,
  TreeTeam,
  WHOLE,
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

/** What a search is of. */
export interface SearchSettings {
  /** The name of the scenario. */
  readonly name: string;
  /** Whether timers come in any order. */
  readonly timersFree: boolean;
  /** What is looked for. */
  readonly goal: ScenarioGoal;
  /** Decides what the strategies draw by lot. */
  readonly seed: number;
}

/** How a search ended: `exhausted` where a team had no more. */
export type ScenarioSearchEnd = "exhausted" | "found" | "spent";

/** How far a search goes. */
export interface ScenarioLimits {
  /** How many schedules are run at most. */
  readonly budget: number;
  /** Whether it goes on after a bug; false by default. */
  readonly keepGoing?: boolean | undefined;
}

/** A share of a search: what it comes to depends on it, and on what the search is of, alone. */
export interface ScenarioShare extends TeamShare {
  /** Whether it goes on after a bug. */
  readonly keepGoing: boolean;
  /** How many runs may be cut, of which one that is too long counts as many. */
  readonly cuts: number;
  /** Whether its runs tell how likely another outcome is. */
  readonly isSample: boolean;
}

/** What a share came to. */
export interface ScenarioPart {
  /** How many schedules were run to their end. */
  readonly schedules: number;
  /** How many runs came to the step limit. */
  readonly tooLong: number;
  /** How many were cut, of which one that is too long counts as many. */
  readonly cuts: number;
  /** The best evidence. */
  readonly found: Found | undefined;
  /** After how many schedules the first evidence came. */
  readonly foundAt: number;
  /** What came out. */
  readonly outcomes: OutcomesTold;
  /** What the runs take for granted. */
  readonly assumptions: readonly string[];
  /** Whether one has called `expect`. */
  readonly callsExpect: boolean;
  /** What is left of the share. */
  readonly rest: TeamPosition;
}

/** What performs shares elsewhere. */
export interface ScenarioWorkers {
  /** Whether they are there: until they are, shares are performed here. */
  readonly areThere: () => boolean;
  /** Performs a share; undefined where it is to be performed here, and fails as it would without workers. */
  readonly perform: (share: ScenarioShare) => Promise<ScenarioPart | undefined>;
}

/** How many runs share a round. */
const ROUND = 64;
const GROWTH = 4;
/** A run that is too long counts as so many that are cut, of which there may be ten for each schedule. */
const CUTS_PER_LONG_RUN = 1000;
const CUTS_PER_SCHEDULE = 10;
/** After how many schedules what is left is parted into shares. */
const FIRST = 1024;
/** How many schedules a share has at least, and how many all shares of a look have at most. */
const LEAST = 256;
const MOST = 2 ** 19;
/** How many shares there are at most, so that many workers are busy. */
const SHARES = 32;

/** A search through the orders of a scenario. */
export class ScenarioSearch implements Runs {
  /** What came out. */
  readonly outcomes: Outcomes = new Outcomes();
  readonly #rounds: Rounds;
  readonly #settings: SearchSettings;
  readonly #assumptions = new Set<string>();
  #schedules = 0;
  #tooLong = 0;
  #cuts = 0;
  #found: Found | undefined;
  #foundAt = 0;
  #covered: number | undefined;
  #callsExpect = false;
  #isStopped = false;

  /** Searches by rounds. */
  constructor(rounds: Rounds, settings: SearchSettings) {
    this.#rounds = rounds;
    this.#settings = settings;
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

  /** All runs with at most so many deviations were run to their end; undefined where that is not known. */
  get covered(): number | undefined {
    return this.#tooLong > 0 ? undefined : this.#covered;
  }

  /** What the runs have taken for granted, in sentences. */
  get assumptions(): readonly string[] {
    return [...this.#assumptions].sort();
  }

  /** Whether a run has called `expect`. */
  get callsExpect(): boolean {
    return this.#callsExpect;
  }

  /** Runs what teams want; where it is sent `true`, what is left of the budget is spent. */
  *go(
    teams: readonly Team[],
    limits: ScenarioLimits,
    workers?: ScenarioWorkers,
  ): Slices<ScenarioSearchEnd> {
    const whole = { ...limits, cuts: CUTS_PER_SCHEDULE * limits.budget };
    const sampled = teams.findIndex(({ draws }) => draws);
    const isParted = teams.every(({ rest }) => rest !== undefined);
    yield* this.#turns(teams, { ...whole, sampled, pause: isParted ? FIRST : Infinity });
    let stands: readonly TeamPosition[] = teams.flatMap((team) => team.rest?.() ?? []);
    for (;;) {
      const bounded = stands.find(({ strategy }) => strategy === "bounded");
      if (bounded !== undefined && "bound" in bounded && bounded.bound > 0) this.#covered = bounded.bound - 1;
      const end = this.#endOf(whole);
      if (stands.some(isDone)) return this.#found === undefined || limits.keepGoing ? "exhausted" : "found";
      if (end !== undefined || stands.length === 0) return end ?? "spent";
      stands = yield* this.#goShared(stands, { ...whole, sampled, workers });
    }
  }

  /** Runs a share, and tells what it came to. */
  *share({ position, schedules, isSample, ...limits }: ScenarioShare): Slices<ScenarioPart> {
    const team = teamAt(position, { seed: this.#settings.seed, stays: true });
    yield* this.#turns([team], { ...limits, budget: schedules, sampled: isSample ? 0 : -1, size: ROUND });
    return {
      schedules: this.#schedules,
      tooLong: this.#tooLong,
      cuts: this.#cuts,
      found: this.#found,
      foundAt: this.#foundAt,
      outcomes: this.outcomes.told,
      assumptions: this.assumptions,
      callsExpect: this.#callsExpect,
      rest: team.rest(),
    };
  }

  /** Performs shares of what is left, as many schedules of each strategy, and says what is left then. */
  *#goShared(
    stands: readonly TeamPosition[],
    { budget, keepGoing = false, cuts, sampled, workers }: Limits & {
      readonly sampled: number;
      readonly workers: ScenarioWorkers | undefined;
    },
  ): Slices<readonly TeamPosition[]> {
    const room = this.#roomIn(budget, keepGoing);
    const going = stands.slice(0, room);
    const schedules = Math.floor(Math.min(MOST, this.#schedules, room) / going.length);
    const most = Math.max(1, Math.floor(Math.min(SHARES / going.length, schedules / LEAST)));
    const shares = going.map((stand, turn) => {
      return sharesOf(stand, { schedules, shares: most }).map((share): ScenarioShare => {
        const left = cuts - this.#cuts;
        // A path may be much longer than others, runs by lot are as many as they are.
        const isTree = "paths" in share.position;
        const most = isTree ? Math.min(left, CUTS_PER_SCHEDULE * share.schedules) : left;
        return { ...share, cuts: most, keepGoing, isSample: turn === sampled };
      });
    });
    const placed = workers?.areThere() ? shares.flat().map((share) => new Placed(workers.perform(share))) : [];
    const lefts: TeamPosition[][] = stands.map((stand) => going.includes(stand) ? [] : [stand]);
    let place = 0;
    let isOver = false;
    for (const [turn, ofOne] of shares.entries()) {
      for (const share of ofOne) {
        const part: ScenarioPart | undefined = isOver ? undefined : yield* this.#performed(share, placed[place++]);
        lefts[turn]?.push(part?.rest ?? share.position);
        if (part !== undefined) this.#join(part);
        // A weak bug is looked at for some more schedules, which are parted anew.
        isOver ||= this.#endOf({ budget, keepGoing, cuts }) !== undefined || (part?.found !== undefined && !keepGoing);
      }
      const [stand, left] = [stands[turn], lefts[turn]];
      isOver ||= stand !== undefined && left !== undefined && isDone(restOf(stand, left));
    }
    return stands.map((stand, turn) => restOf(stand, lefts[turn] ?? []));
  }

  /** What a share came to, elsewhere or here; undefined where it is stopped before. */
  *#performed(share: ScenarioShare, placed: Placed | undefined): Slices<ScenarioPart | undefined> {
    while (placed?.state === "running" && !this.#isStopped) {
      if ((yield { ...this.#progress, until: placed.until }) === true) this.#isStopped = true;
    }
    if (placed?.state === "failed") throw placed.error;
    if (placed?.part !== undefined) return placed.part;
    if (this.#isStopped) return undefined;
    const search = new ScenarioSearch(this.#rounds, this.#settings);
    const slices = search.share(share);
    for (;;) {
      const { done, value } = slices.next(this.#isStopped);
      if (done) return value;
      const { schedules, kind } = value;
      if ((yield { schedules: this.#schedules + schedules, kind: this.#found?.kind ?? kind }) === true) {
        this.#isStopped = true;
      }
    }
  }

  #join(part: ScenarioPart): void {
    this.outcomes.join([part.outcomes]);
    for (const sentence of part.assumptions) this.#assumptions.add(sentence);
    this.#callsExpect ||= part.callsExpect;
    if (part.found !== undefined) this.#keep(part.found, { at: this.#schedules + part.foundAt });
    this.#schedules += part.schedules;
    this.#tooLong += part.tooLong;
    this.#cuts += part.cuts;
  }

  /** How many more schedules are wanted. */
  #roomIn(budget: number, keepGoing: boolean | undefined): number {
    const better = this.#found === undefined || keepGoing ? Infinity : this.#foundAt + BETTER;
    return Math.min(budget, better) - this.#schedules;
  }

  /** How it ends, if it does. */
  #endOf({ budget, keepGoing = false, cuts }: Limits): "found" | "spent" | undefined {
    const isFound = this.#found !== undefined && !keepGoing;
    if (isFound && this.#found !== undefined && !isWeak(this.#found)) return "found";
    if (!this.#isStopped && this.#roomIn(budget, keepGoing) > 0 && this.#cuts < cuts) return undefined;
    return isFound ? "found" : "spent";
  }

  /** Runs what teams want that take turns, until they have no more, it ends, or it pauses after so many schedules. */
  *#turns(
    teams: readonly Team[],
    { sampled, pause = Infinity, size = 1, ...limits }: Limits & {
      readonly sampled: number;
      readonly pause?: number;
      readonly size?: number;
    },
  ): Slices<void> {
    for (; this.#endOf(limits) === undefined && this.#schedules < pause; size = Math.min(ROUND, GROWTH * size)) {
      let left = Math.min(size, this.#roomIn(limits.budget, limits.keepGoing));
      const each = Math.ceil(left / teams.length);
      const round = [];
      for (const team of teams) {
        if (left === 0) break;
        const begun = team.begin(Math.min(each, left));
        if (begun.length === 0) return;
        left -= begun.length;
        round.push(...begun.map((scheduler) => ({ team, scheduler })));
      }
      const performed = yield* this.#perform(round.map(({ scheduler }) => scheduler));
      for (const [place, run] of performed.entries()) {
        const { team } = round[place] ?? {};
        if (team === undefined) break;
        for (const sentence of run.assumptions) this.#assumptions.add(sentence);
        this.#callsExpect ||= run.callsExpect;
        if (run.kind === "too-long") {
          this.#tooLong++;
          this.#cuts += CUTS_PER_LONG_RUN;
        } else if (run.kind === "cut" || !team.counts(run)) this.#cuts++;
        else {
          this.#schedules++;
          this.#count(run, team === teams[sampled]);
          if (this.#found !== undefined && !limits.keepGoing && !isWeak(this.#found)) return;
        }
      }
    }
  }

  /** See {@linkcode Runs}. */
  *attempt(departures: readonly Departure[]): Slices<Found | undefined> {
    const replay = new Replay(departures, { names: chainNames(0), lenient: true });
    replay.begin();
    const [run] = yield* this.#perform([replay]);
    return run?.kind === "complete" ? this.#foundIn(run) : undefined;
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
    const again = yield* this.findAgain(preemptions, options);
    if (typeof again !== "string") return { least: again, needsFault: false };
    if (again === "spent") return { least, needsFault: false };
    return { least, needsFault: (yield* this.findAgain(Infinity, options)) === "exhausted" };
  }

  /** Performs the run with these departures once more, with all that can be said of it. */
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
    const schedule = formatSchedule({ granularity: "operation", timersFree, departures, fingerprint: print }, {
      names: chainNames(1 + Math.max(0, ...trace.map(({ chain }) => chain), ...departures.map(({ task }) => task))),
      told,
    });
    return { performed, schedule, fingerprint: print, fault: replay.fault };
  }

  /** What is found in a run, as what is looked for says. */
  findingOf({ judged: { text, finding } }: Performed): Performed["judged"]["finding"] {
    const { outcome } = this.#settings.goal;
    if (outcome === undefined) return finding;
    return outcome === text && finding === undefined
      ? { kind: "assertion", message: `the outcome is ${text}` }
      : undefined;
  }

  #count(run: Performed, isSample: boolean): void {
    const { judged } = run;
    if (judged.finding === undefined || judged.outcome !== undefined) this.outcomes.add(judged, { isSample });
    const found = this.#foundIn(run);
    if (found !== undefined) this.#keep(found, { at: this.#schedules });
  }

  /** Keeps the best evidence, and when the first came. */
  #keep(found: Found, { at }: { readonly at: number }): void {
    const before = this.#found;
    const less = before === undefined
      ? -1
      : rankOf(found) - rankOf(before) || found.preemptions - before.preemptions || found.steps - before.steps;
    if (before === undefined) this.#foundAt = at;
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
      if ((yield this.#progress) === true) this.#isStopped = true;
    }
  }

  get #progress(): SearchProgress {
    return { schedules: this.#schedules, kind: this.#found?.kind };
  }
}

/** How far runs go at most. */
interface Limits extends ScenarioLimits {
  /** How many may be cut, of which one that is too long counts as many. */
  readonly cuts: number;
}

/** A share that is performed elsewhere. */
class Placed {
  state: "running" | "done" | "failed" = "running";
  part: ScenarioPart | undefined;
  error: unknown;
  /** Settles when it is over. */
  readonly until: Promise<void>;

  constructor(performed: Promise<ScenarioPart | undefined>) {
    this.until = performed.then((part) => {
      this.part = part;
      this.state = "done";
    }, (error: unknown) => {
      this.error = error;
      this.state = "failed";
    });
  }
}

/** The kinds that a scenario can show. */
export const scenarioKinds: readonly BugKind[] = kinds.filter((kind) =>
  ["assertion", "hang", "livelock", "leak", "nondeterminism", "unhandled-rejection", "late-rejection", "exception"]
    .includes(kind)
);
