/**
 * A search through the orders of a scenario: performs rounds of runs under teams that take turns, and keeps the best
 * evidence of a bug.
 *
 * - The strategies are the explorer's; this file performs runs for them.
 * - After the first runs, the remaining ones are divided into shares, which are independent of one another, and whose
 *   results are joined in order.
 * - Invariant: the scenario, the seed and the options determine the result, whether or not runs share drains, and
 *   wherever shares are performed.
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

/** The settings of a search. */
export interface SearchSettings {
  /** The name of the scenario. */
  readonly name: string;
  /** Whether timers fire in any order. */
  readonly timersFree: boolean;
  /** The goal of the search. */
  readonly goal: ScenarioGoal;
  /** The seed of the strategies' chance. */
  readonly seed: number;
}

/** How a search ended; `exhausted` if a team had no more runs. */
export type ScenarioSearchEnd = "exhausted" | "found" | "spent";

/** The limits of a search. */
export interface ScenarioLimits {
  /** The maximum number of schedules. */
  readonly budget: number;
  /** Whether to continue after a bug; false by default. */
  readonly keepGoing?: boolean | undefined;
}

/** A share of a search; its result depends only on the share and on the settings of the search. */
export interface ScenarioShare extends TeamShare {
  /** Whether to continue after a bug. */
  readonly keepGoing: boolean;
  /** The maximum number of cut runs; one that is too long counts as many. */
  readonly cuts: number;
  /** Whether its runs serve to estimate the chance of another outcome. */
  readonly isSample: boolean;
}

/** The result of a share. */
export interface ScenarioPart extends TallyTold {
  /** The remaining runs of the share. */
  readonly rest: TeamPosition;
}

/** The workers that perform shares. */
export interface ScenarioWorkers {
  /** Whether the workers are ready; until they are, shares are performed here. */
  readonly areThere: () => boolean;
  /**
   * Performs a share; resolves to undefined if the share must be performed here, where it fails as it would without
   * workers.
   */
  readonly perform: (share: ScenarioShare) => Promise<ScenarioPart | undefined>;
}

/** The number of runs that may be cut for each schedule. */
const CUTS_PER_SCHEDULE = 10;
/** The number of schedules after which the remaining runs are divided into shares. */
const FIRST = 1024;
/** The minimum number of schedules in a share, and the maximum in all shares of one division. */
const LEAST = 256;
const MOST = 2 ** 19;
/** The maximum number of shares at a time, so that many workers are busy. */
const SHARES = 32;

/** A search through the orders of a scenario. */
export class ScenarioSearch {
  /** The results of its runs. */
  readonly tally: Tally;
  readonly #rounds: Pick<Rounds, "perform">;
  readonly #settings: SearchSettings;
  #covered: number | undefined;
  #isStopped = false;

  /** Prepares a search that performs rounds. */
  constructor(rounds: Pick<Rounds, "perform">, settings: SearchSettings) {
    this.#rounds = rounds;
    this.#settings = settings;
    this.tally = new Tally(settings.goal);
  }

  /** All runs with at most this many deviations were run to their end; undefined if no such number is known. */
  get covered(): number | undefined {
    return this.tally.tooLong > 0 ? undefined : this.#covered;
  }

  /** Performs the teams' runs; if sent `true`, it ends as if the budget were spent. */
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

  /** Performs a share, and returns its result. */
  *share({ position, schedules, isSample, ...limits }: ScenarioShare): Slices<ScenarioPart> {
    const team = teamAt(position, { seed: this.#settings.seed, stays: true });
    yield* this.#turns([team], { ...limits, budget: schedules, sampled: isSample ? 0 : -1, size: ROUND });
    return { ...this.tally.told, rest: team.rest() };
  }

  /**
   * Performs shares of the remaining runs, with equally many schedules for each strategy; returns the runs that remain
   * then.
   */
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
        // A path may contain many more runs than others; the number of random runs is known.
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
        // After a weak bug, the search continues for some more schedules, which are divided again.
        isOver ||= this.#endOf({ budget, keepGoing, cuts }) !== undefined || (part?.found !== undefined && !keepGoing);
      }
      const [stand, left] = [stands[turn], lefts[turn]];
      isOver ||= stand !== undefined && left !== undefined && isDone(restOf(stand, left));
    }
    return stands.map((stand, turn) => restOf(stand, lefts[turn] ?? []));
  }

  /** The result of a share, performed by a worker or here; undefined if it is stopped first. */
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

  /** The number of schedules still to run. */
  #roomIn(budget: number, keepGoing: boolean | undefined): number {
    const better = this.tally.found === undefined || keepGoing ? Infinity : this.tally.firstAt + BETTER;
    return Math.min(budget, better) - this.tally.schedules;
  }

  /** How the search ends now, if it does. */
  #endOf({ budget, keepGoing = false, cuts }: Limits): "found" | "spent" | undefined {
    const isFound = this.tally.found !== undefined && !keepGoing;
    if (isFound && this.tally.found !== undefined && !isWeak(this.tally.found)) return "found";
    if (!this.#isStopped && this.#roomIn(budget, keepGoing) > 0 && this.tally.cuts < cuts) return undefined;
    return isFound ? "found" : "spent";
  }

  /**
   * Performs the runs of teams that take turns, until a team has no more, the search ends, or it pauses after `pause`
   * schedules.
   */
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

/** The limits of runs. */
interface Limits extends ScenarioLimits {
  /** The maximum number of cut runs; one that is too long counts as many. */
  readonly cuts: number;
}

/** A share that a worker performs. */
class Placed {
  state: "running" | "done" | "failed" = "running";
  part: ScenarioPart | undefined;
  error: unknown;
  /** Settles when the share is done or has failed. */
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
