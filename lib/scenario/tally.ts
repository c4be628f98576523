/**
 * What the runs of a search have come to: how many there were, what came out, and the best evidence of a bug.
 *
 * - Invariant: joining what the shares of runs came to, in their order, is the same as counting the runs.
 */

import { type Found, Outcomes, type OutcomesTold, rankOf, type SearchProgress } from "../explorer/mod.ts";
import { foundIn, type ScenarioGoal } from "./goal.ts";
import type { Performed } from "./live.ts";

/** What some runs came to, as a value that crosses. */
export interface TallyTold {
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
}

/** A run that is too long counts as so many that are cut. */
const CUTS_PER_LONG_RUN = 1000;

/** What the runs of a search have come to. */
export class Tally {
  /** What came out. */
  readonly outcomes: Outcomes = new Outcomes();
  readonly #goal: ScenarioGoal;
  readonly #assumptions = new Set<string>();
  #schedules = 0;
  #tooLong = 0;
  #cuts = 0;
  #found: Found | undefined;
  #foundAt = 0;
  #callsExpect = false;

  /** Begins without any. */
  constructor(goal: ScenarioGoal) {
    this.#goal = goal;
  }

  /** How many schedules were run to their end. */
  get schedules(): number {
    return this.#schedules;
  }

  /** How many runs came to the step limit. */
  get tooLong(): number {
    return this.#tooLong;
  }

  /** How many were cut, of which one that is too long counts as many. */
  get cuts(): number {
    return this.#cuts;
  }

  /** The best evidence. */
  get found(): Found | undefined {
    return this.#found;
  }

  /** After how many schedules the first evidence came. */
  get foundAt(): number {
    return this.#foundAt;
  }

  /** What the runs have taken for granted, in sentences. */
  get assumptions(): readonly string[] {
    return [...this.#assumptions].sort();
  }

  /** Whether a run has called `expect`. */
  get callsExpect(): boolean {
    return this.#callsExpect;
  }

  /** How far the search is. */
  get progress(): SearchProgress {
    return { schedules: this.#schedules, kind: this.#found?.kind };
  }

  /** All of that, as a value that crosses. */
  get told(): TallyTold {
    const { outcomes: { told: outcomes }, schedules, tooLong, cuts, found, foundAt, assumptions, callsExpect } = this;
    return { outcomes, schedules, tooLong, cuts, found, foundAt, assumptions, callsExpect };
  }

  /** Counts a run: `isNew` where no earlier one was the same, `isSample` where it was drawn by lot. */
  count(run: Performed, { isNew, isSample }: { readonly isNew: boolean; readonly isSample: boolean }): void {
    for (const sentence of run.assumptions) this.#assumptions.add(sentence);
    this.#callsExpect ||= run.callsExpect;
    if (run.kind === "too-long") {
      this.#tooLong++;
      this.#cuts += CUTS_PER_LONG_RUN;
      return;
    }
    if (run.kind === "cut" || !isNew) {
      this.#cuts++;
      return;
    }
    this.#schedules++;
    const { judged } = run;
    if (judged.finding === undefined || judged.outcome !== undefined) this.outcomes.add(judged, { isSample });
    this.#keep(foundIn(run, this.#goal), { at: this.#schedules });
  }

  /** Counts in what other runs came to, as if they had come after these. */
  join({ schedules, tooLong, cuts, found, foundAt, outcomes, assumptions, callsExpect }: TallyTold): void {
    this.outcomes.join([outcomes]);
    for (const sentence of assumptions) this.#assumptions.add(sentence);
    this.#callsExpect ||= callsExpect;
    this.#keep(found, { at: this.#schedules + foundAt });
    this.#schedules += schedules;
    this.#tooLong += tooLong;
    this.#cuts += cuts;
  }

  /** Keeps the best evidence, and when the first came. */
  #keep(found: Found | undefined, { at }: { readonly at: number }): void {
    if (found === undefined) return;
    const before = this.#found;
    if (before === undefined) this.#foundAt = at;
    const less = before === undefined
      ? -1
      : rankOf(found) - rankOf(before) || found.preemptions - before.preemptions || found.steps - before.steps;
    if (less < 0) this.#found = found;
  }
}
