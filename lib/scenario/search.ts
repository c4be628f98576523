/**
 * A search through the orders of a scenario: rounds of runs under teams that take turns, and the best evidence of a bug.
 *
 * - Strategies are the explorer's; here is what performs runs for them.
 * - After the first runs what is left is parted into shares, which know nothing of one another, and what they come to is joined
 *   in their order.
 * - Invariant: scenario, seed and options decide what it finds, whether runs share drains or not, and wherever shares are
 *   performed.
 */

import {
  BETTER,
  isDone,
  isWeak,
  restOf,
  type Scheduler,
  sharesOf,
  type Slices,
  type Team,
  teamAt,
  type TeamPosition,
  type TeamShare,
} from "../explorer/mod.ts";
import type { ScenarioGoal } from "./goal.ts";
import type { Performed } from "./live.ts";
import { larger, ROUND, type Rounds } from "./rounds.ts";
import { Tally, type TallyTold } from "./tally.ts";

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
export interface ScenarioPart extends TallyTold {
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

/** How many runs may be cut for each schedule. */
const CUTS_PER_SCHEDULE = 10;
/** After how many schedules what is left is parted into shares. */
const FIRST = 1024;
/** How many schedules a share has at least, and how many all shares of a look have at most. */
const LEAST = 256;
const MOST = 2 ** 19;
/** How many shares there are at most, so that many workers are busy. */
const SHARES = 32;

/** A search through the orders of a scenario. */
export class ScenarioSearch {
  /** What its runs have come to. */
  readonly tally: Tally;
  readonly #rounds: Rounds;
  readonly #settings: SearchSettings;
  #covered: number | undefined;
  #isStopped = false;

  /** Searches by rounds. */
  constructor(rounds: Rounds, settings: SearchSettings) {
    this.#rounds = rounds;
    this.#settings = settings;
    this.tally = new Tally(settings.goal);
  }

  /** All runs with at most so many deviations were run to their end; undefined where that is not known. */
  get covered(): number | undefined {
    return this.tally.tooLong > 0 ? undefined : this.#covered;
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
      if (stands.some(isDone)) return this.tally.found === undefined || limits.keepGoing ? "exhausted" : "found";
      if (end !== undefined || stands.length === 0) return end ?? "spent";
      stands = yield* this.#goShared(stands, { ...whole, sampled, workers });
    }
  }

  /** Runs a share, and tells what it came to. */
  *share({ position, schedules, isSample, ...limits }: ScenarioShare): Slices<ScenarioPart> {
    const team = teamAt(position, { seed: this.#settings.seed, stays: true });
    yield* this.#turns([team], { ...limits, budget: schedules, sampled: isSample ? 0 : -1, size: ROUND });
    return { ...this.tally.told, rest: team.rest() };
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
    const schedules = Math.floor(Math.min(MOST, this.tally.schedules, room) / going.length);
    const most = Math.max(1, Math.floor(Math.min(SHARES / going.length, schedules / LEAST)));
    const shares = going.map((stand, turn) => {
      return sharesOf(stand, { schedules, shares: most }).map((share): ScenarioShare => {
        const left = cuts - this.tally.cuts;
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
        if (part !== undefined) this.tally.join(part);
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
      if ((yield { ...this.tally.progress, until: placed.until }) === true) this.#isStopped = true;
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
      if ((yield { schedules: this.tally.schedules + schedules, kind: this.tally.found?.kind ?? kind }) === true) {
        this.#isStopped = true;
      }
    }
  }

  /** How many more schedules are wanted. */
  #roomIn(budget: number, keepGoing: boolean | undefined): number {
    const better = this.tally.found === undefined || keepGoing ? Infinity : this.tally.foundAt + BETTER;
    return Math.min(budget, better) - this.tally.schedules;
  }

  /** How it ends, if it does. */
  #endOf({ budget, keepGoing = false, cuts }: Limits): "found" | "spent" | undefined {
    const isFound = this.tally.found !== undefined && !keepGoing;
    if (isFound && this.tally.found !== undefined && !isWeak(this.tally.found)) return "found";
    if (!this.#isStopped && this.#roomIn(budget, keepGoing) > 0 && this.tally.cuts < cuts) return undefined;
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
    for (; this.#endOf(limits) === undefined && this.tally.schedules < pause; size = larger(size)) {
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
        this.tally.count(run, { isNew: team.counts(run), isSample: team === teams[sampled] });
        const { found } = this.tally;
        if (found !== undefined && !limits.keepGoing && !isWeak(found)) return;
      }
    }
  }

  *#perform(schedulers: readonly Scheduler[]): Slices<readonly Performed[]> {
    const runs = this.#rounds.perform(schedulers);
    for (;;) {
      const { done, value } = runs.next();
      if (done) return value;
      if ((yield this.tally.progress) === true) this.#isStopped = true;
    }
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
