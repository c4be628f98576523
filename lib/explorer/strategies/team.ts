/**
 * Teams: several schedulers of one strategy, so that many runs are under way at once.
 *
 * - A round is a run of each member that has one left. What a round consists of depends on the rounds before it alone, never on
 *   how its runs are performed.
 * - Depth-first is split between the members: who has nothing left takes a part of what another one has. Within a bound all
 *   members take it; when none has anything left the next bound begins.
 * - Each run that is drawn by lot has a member of its own. All members of a round know what was learned before it.
 * - What is left for a team is a value, so that another one can go on from there, or several can share it (`team_share.ts`).
 */

import { DepthFirst, type Path, WHOLE } from "./depth_first.ts";
import { FIRST_RUN, Lengths, Pct, type PctRun } from "./pct.ts";
import { Pos } from "./pos.ts";
import { RandomWalk } from "./random_walk.ts";
import type { RunEnd, Scheduler } from "../scheduler.ts";

/** Several schedulers of one strategy. */
export interface Team {
  /** Whether it draws each run by lot, like the one before. */
  readonly draws: boolean;
  /** Begins a round: the schedulers whose runs have begun, at most so many; none where no run is left. */
  begin(most: number): readonly Scheduler[];
  /** Whether a run is counted: false where an earlier one was the same. */
  counts(run: Pick<RunEnd, "preemptions">): boolean;
  /** What is left after a round; then the team is done with. A team of one's own scheduler cannot say. */
  rest?(): TeamPosition;
}

/** What is left for a team. */
export type TeamPosition = TreePosition | DrawnPosition;

/** What is left depth-first. */
export interface TreePosition {
  /** The strategy. */
  readonly strategy: "depth-first" | "bounded";
  /** The greatest number of preemptions; any depth-first. */
  readonly bound: number;
  /** Whether the bound has left something out so far. */
  readonly isBounded: boolean;
  /** What is left within the bound. */
  readonly paths: readonly Path[];
}

/** Runs that are drawn by lot. */
export interface DrawnPosition {
  /** The strategy. */
  readonly strategy: "random" | "pos" | "pct";
  /** The next run, with what is known of lengths. */
  readonly at: PctRun;
  /** How many runs there are from there. */
  readonly runs: number;
}

/** Where a team begins. */
export function teamBeginning(strategy: TeamPosition["strategy"]): TeamPosition {
  if (strategy === "depth-first" || strategy === "bounded") {
    return { strategy, bound: strategy === "bounded" ? 0 : Infinity, isBounded: false, paths: [WHOLE] };
  }
  return { strategy, at: FIRST_RUN, runs: Infinity };
}

/** Depth-first by many: all runs, or those within a growing bound on preemptions. */
export class TreeTeam implements Team {
  /** See {@linkcode Team}. */
  readonly draws = false;
  readonly #strategy: TreePosition["strategy"];
  readonly #stays: boolean;
  #members: DepthFirst[];
  #bound: number;
  #isBounded: boolean;

  /** Goes on at a position; `stays` has it end where the present bound does. */
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

/** What is left where a bound is done with: all within the next one, or nothing where no run needs more. */
export function withinNext(position: TreePosition): TreePosition {
  const { strategy, bound, isBounded, paths } = position;
  if (strategy === "depth-first" || paths.length > 0) return position;
  return { strategy, bound: bound + 1, isBounded: false, paths: isBounded ? [WHOLE] : [] };
}

/** Runs that are drawn by lot: there is always one more, up to the end of the position. */
export class DrawingTeam implements Team {
  /** See {@linkcode Team}. */
  readonly draws: boolean;
  readonly #position: DrawnPosition;
  readonly #seed: number;
  readonly #lengths: Lengths;
  #begun = 0;

  /** Goes on at a position. */
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

/** One scheduler, whose runs come one after the other. */
export class TeamOfOne implements Team {
  /** See {@linkcode Team}. */
  readonly draws = false;
  readonly #only: Scheduler;

  /** Takes the scheduler. */
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
