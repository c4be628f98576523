/**
 * Teams: several schedulers of one strategy, so that many runs are in progress at once.
 *
 * - A round is one run of each member that has one left. Its composition depends only on the rounds before it, never on
 *   how its runs are performed.
 * - A depth-first search is split among the members: a member without runs takes part of another's. Within a bound all
 *   members work on it; once none has a run left, the next bound begins.
 * - Each random run has a member of its own. All members of a round know what was learned before the round.
 * - The remaining runs of a team are plain data, so that another team can continue from there, or several can share
 *   them (`team_share.ts`).
 */

import { DepthFirst, type Path, WHOLE } from "./depth_first.ts";
import { FIRST_RUN, Lengths, Pct, type PctRun } from "./pct.ts";
import { Pos } from "./pos.ts";
import { RandomWalk } from "./random_walk.ts";
import type { RunEnd, Scheduler } from "../scheduler.ts";

/** Several schedulers of one strategy. */
export interface Team {
  /** Whether it draws each run at random, independently of earlier runs. */
  readonly draws: boolean;
  /** Begins a round: returns at most `most` schedulers whose runs have begun; none if no run is left. */
  begin(most: number): readonly Scheduler[];
  /** Whether a run counts; false if it equals an earlier one. */
  counts(run: Pick<RunEnd, "preemptions">): boolean;
  /**
   * Returns the remaining runs after a round. The team must not be used after that. A team of a user's own scheduler
   * lacks this.
   */
  rest?(): TeamPosition;
}

/** The remaining runs of a team, as plain data. */
export type TeamPosition = TreePosition | DrawnPosition;

/** The remaining runs of a depth-first search. */
export interface TreePosition {
  /** The strategy. */
  readonly strategy: "depth-first" | "bounded";
  /** The maximum number of preemptions; `Infinity` for `depth-first`. */
  readonly bound: number;
  /** Whether the bound has excluded a run so far. */
  readonly isBounded: boolean;
  /** The remaining runs within the bound. */
  readonly paths: readonly Path[];
}

/** Remaining random runs. */
export interface DrawnPosition {
  /** The strategy. */
  readonly strategy: "random" | "pos" | "pct";
  /** The next run, and the known lengths. */
  readonly at: PctRun;
  /** The number of runs from there on. */
  readonly runs: number;
}

/** The first position of a team. */
export function teamBeginning(strategy: TeamPosition["strategy"]): TeamPosition {
  if (strategy === "depth-first" || strategy === "bounded") {
    return { strategy, bound: strategy === "bounded" ? 0 : Infinity, isBounded: false, paths: [WHOLE] };
  }
  return { strategy, at: FIRST_RUN, runs: Infinity };
}

/** A depth-first search by several members: all runs, or those within a growing bound on preemptions. */
export class TreeTeam implements Team {
  /** See {@linkcode Team}. */
  readonly draws = false;
  readonly #strategy: TreePosition["strategy"];
  readonly #stays: boolean;
  #members: DepthFirst[];
  #bound: number;
  #isBounded: boolean;

  /** Continues at a position; with `stays`, it ends when the present bound is done. */
  constructor(
    { strategy, bound, isBounded, paths }: TreePosition,
    { stays = false }: { readonly stays?: boolean } = {},
  ) {
    this.#strategy = strategy;
    this.#stays = stays || strategy === "depth-first";
    this.#bound = bound;
    this.#isBounded = isBounded;
    this.#members = paths.map((from) => new DepthFirst({ preemptions: bound, from }));
  }

  /** See {@linkcode Team}. */
  rest(): TreePosition {
    const isBounded = this.#isBounded || this.#members.some(({ bounded }) => bounded);
    const paths = this.#members.flatMap((member) => member.rest() ?? []);
    const rest = { strategy: this.#strategy, bound: this.#bound, isBounded, paths };
    return this.#stays ? rest : withinNext(rest);
  }

  /** See {@linkcode Team}. */
  begin(most: number): readonly Scheduler[] {
    const begun = this.#beginWithin(most);
    if (begun.length > 0 || this.#stays || !this.#isBounded) return begun;
    this.#isBounded = false;
    this.#members = [new DepthFirst({ preemptions: ++this.#bound })];
    return this.#beginWithin(most);
  }

  /** See {@linkcode Team}. */
  counts({ preemptions }: Pick<RunEnd, "preemptions">): boolean {
    return this.#strategy === "depth-first" || preemptions === this.#bound;
  }

  #beginWithin(most: number): readonly DepthFirst[] {
    const begun: DepthFirst[] = [];
    const waiting: DepthFirst[] = [];
    for (const member of this.#members) {
      this.#isBounded ||= member.bounded;
      if (begun.length === most) waiting.push(member);
      else if (member.begin()) begun.push(member);
    }
    for (let giver = 0; begun.length < most && giver < begun.length;) {
      const part = begun[giver]?.split();
      if (part === undefined) giver++;
      else if (part.begin()) begun.push(part);
    }
    this.#members = [...begun, ...waiting];
    return begun;
  }
}

/** The remaining runs once a bound is done: all within the next bound, or none if no run needs more preemptions. */
export function withinNext(position: TreePosition): TreePosition {
  const { strategy, bound, isBounded, paths } = position;
  if (strategy === "depth-first" || paths.length > 0) return position;
  return { strategy, bound: bound + 1, isBounded: false, paths: isBounded ? [WHOLE] : [] };
}

/** Random runs: there is always one more, up to the end of the position. */
export class DrawingTeam implements Team {
  /** See {@linkcode Team}. */
  readonly draws: boolean;
  readonly #position: DrawnPosition;
  readonly #seed: number;
  readonly #lengths: Lengths;
  #begun = 0;

  /** Continues at a position. */
  constructor(position: DrawnPosition, { seed }: { readonly seed: number }) {
    this.#position = position;
    this.#seed = seed;
    this.#lengths = new Lengths(position.at);
    this.draws = position.strategy !== "pct";
  }

  /** See {@linkcode Team}. */
  rest(): DrawnPosition {
    const { at, runs } = this.#position;
    const { typical, longest, most } = this.#lengths;
    const run = at.run + this.#begun;
    return { ...this.#position, at: { ...at, typical, longest, most, run }, runs: runs - this.#begun };
  }

  /** See {@linkcode Team}. */
  begin(most: number): readonly Scheduler[] {
    const { runs, at } = this.#position;
    const count = Math.min(most, runs - this.#begun);
    const begun = Array.from({ length: count }, (_, place) => this.#member(at.run + this.#begun + place));
    this.#begun += count;
    for (const member of begun) member.begin();
    return begun;
  }

  /** See {@linkcode Team}. */
  counts(): boolean {
    return true;
  }

  #member(run: number): Scheduler {
    const seed = this.#seed;
    switch (this.#position.strategy) {
      case "random":
        return new RandomWalk({ seed, run });
      case "pos":
        return new Pos({ seed, run });
      case "pct":
        return new Pct({ seed, from: { ...FIRST_RUN, run }, lengths: this.#lengths });
    }
  }
}

/** A team of one scheduler, whose runs come one after the other. */
export class TeamOfOne implements Team {
  /** See {@linkcode Team}. */
  readonly draws = false;
  readonly #only: Scheduler;

  /** Creates the team of a scheduler. */
  constructor(only: Scheduler) {
    this.#only = only;
  }

  /** See {@linkcode Team}. */
  begin(): readonly Scheduler[] {
    return this.#only.begin() ? [this.#only] : [];
  }

  /** See {@linkcode Team}. */
  counts(): boolean {
    return true;
  }
}
