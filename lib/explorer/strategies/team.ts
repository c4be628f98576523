/**
 * Teams: several schedulers of one strategy, so that many runs are under way at once.
 *
 * - A round is a run of each member that has one left. What a round consists of depends on the rounds before it alone, never on
 *   how its runs are performed.
 * - Depth-first is split between the members: who has nothing left takes a part of what another one has. Within a bound all
 *   members take it; when none has anything left the next bound begins.
 * - Members that draw by lot draw from seeds of their own.
 */

import { DepthFirst } from "./depth_first.ts";
import type { RunEnd, Scheduler } from "../scheduler.ts";

/** Several schedulers of one strategy. */
export interface Team {
  /** Whether it draws each run by lot, like the one before. */
  readonly draws: boolean;
  /** All runs with at most so many preemptions have been performed; undefined where that is not known. */
  readonly covered?: number | undefined;
  /** Begins a round: the schedulers whose runs have begun, at most so many; none where no run is left. */
  begin(most: number): readonly Scheduler[];
  /** Whether a run is counted: false where an earlier one was the same. */
  counts(run: Pick<RunEnd, "preemptions">): boolean;
}

/** Depth-first by many: all runs, or those within a growing bound on preemptions. */
export class TreeTeam implements Team {
  /** See {@linkcode Team}. */
  readonly draws = false;
  #members: DepthFirst[];
  #bound: number;
  #isBounded = false;

  /** `first` has all that is to be run; where `grows`, a new one with one more preemption follows, from none on. */
  constructor({ first, grows = false }: { readonly first?: DepthFirst; readonly grows?: boolean } = {}) {
    this.#bound = grows ? 0 : Infinity;
    this.#members = [first ?? new DepthFirst({ preemptions: this.#bound })];
  }

  /** See {@linkcode Team}. */
  get covered(): number | undefined {
    return this.#bound === Infinity || this.#bound === 0 ? undefined : this.#bound - 1;
  }

  /** See {@linkcode Team}. */
  begin(most: number): readonly Scheduler[] {
    const begun = this.#beginWithin(most);
    if (begun.length > 0 || this.#bound === Infinity) return begun;
    this.#bound++;
    if (!this.#isBounded) return [];
    this.#isBounded = false;
    this.#members = [new DepthFirst({ preemptions: this.#bound })];
    return this.#beginWithin(most);
  }

  /** See {@linkcode Team}. */
  counts({ preemptions }: Pick<RunEnd, "preemptions">): boolean {
    return this.#bound === Infinity || preemptions === this.#bound;
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

/** Members that draw their runs by lot: there is always one more. */
export class DrawingTeam implements Team {
  /** See {@linkcode Team}. */
  readonly draws: boolean;
  readonly #members: Scheduler[] = [];
  readonly #make: (seed: number) => Scheduler;
  readonly #seed: number;

  /** `make` gives a member that draws from a seed. */
  constructor(make: (seed: number) => Scheduler, { seed }: { readonly seed: number }) {
    this.#make = make;
    this.#seed = seed;
    this.draws = make(seed).draws === true;
  }

  /** See {@linkcode Team}. */
  begin(most: number): readonly Scheduler[] {
    while (this.#members.length < most) {
      this.#members.push(this.#make(Math.imul(this.#members.length, SPREAD) + this.#seed));
    }
    return this.#members.slice(0, most).filter((member) => member.begin());
  }

  /** See {@linkcode Team}. */
  counts(): boolean {
    return true;
  }
}

/** Puts the seeds of members far apart. */
const SPREAD = 0x9e3779b1;

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
