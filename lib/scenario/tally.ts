/**
 * The results of a search's runs: their number, their outcomes, and the best evidence of a bug.
 *
 * - Invariant: joining the results of shares, in order, is the same as counting their runs.
 */

import { type Found, isBetterEvidence, Outcomes, type OutcomesTold, type SearchProgress } from "../explorer/mod.ts";
import { foundIn, type ScenarioGoal } from "./goal.ts";
import type { Performed } from "./live.ts";

/** The results of some runs, as plain data. */
export interface TallyTold {
  /** The number of schedules run to their end. */
  readonly schedules: number;
  /** The number of runs that reached the step limit. */
  readonly tooLong: number;
  /** The number of cut runs; one that is too long counts as many. */
  readonly cuts: number;
  /** The best evidence. */
  readonly found: Found | undefined;
  /** The number of schedules up to the first evidence. */
  readonly firstAt: number;
  /** The number of schedules up to the best evidence. */
  readonly foundAt: number;
  /** The outcomes of the runs. */
  readonly outcomes: OutcomesTold;
  /** The assumptions of the runs. */
  readonly assumptions: readonly string[];
  /** Whether a run has called `expect`. */
  readonly callsExpect: boolean;
}

/** How many cut runs a run that is too long counts as. */
const CUTS_PER_LONG_RUN = 1000;

/** The results of a search's runs. */
export class Tally {
  /** The outcomes of the runs. */
  readonly outcomes: Outcomes = new Outcomes();
  readonly #goal: ScenarioGoal;
  readonly #assumptions = new Set<string>();
  #schedules = 0;
  #tooLong = 0;
  #cuts = 0;
  #found: Found | undefined;
  #firstAt = 0;
  #foundAt = 0;
  #callsExpect = false;

  /** Begins without runs. */
  constructor(goal: ScenarioGoal) {
    this.#goal = goal;
  }

  /** The number of schedules run to their end. */
  get schedules(): number {
    return this.#schedules;
  }

  /** The number of runs that reached the step limit. */
  get tooLong(): number {
    return this.#tooLong;
  }

  /** The number of cut runs; one that is too long counts as many. */
  get cuts(): number {
    return this.#cuts;
  }

  /** The best evidence. */
  get found(): Found | undefined {
    return this.#found;
  }

  /** The number of schedules up to the first evidence. */
  get firstAt(): number {
    return this.#firstAt;
  }

  /** The number of schedules up to the best evidence. */
  get foundAt(): number {
    return this.#foundAt;
  }

  /** The assumptions of the runs, as sentences. */
  get assumptions(): readonly string[] {
    return [...this.#assumptions].sort();
  }

  /** Whether a run has called `expect`. */
  get callsExpect(): boolean {
    return this.#callsExpect;
  }

  /** The progress of the search. */
  get progress(): SearchProgress {
    return { schedules: this.#schedules, kind: this.#found?.kind };
  }

  /** All results, as plain data. */
  get told(): TallyTold {
    const {
      outcomes: { told: outcomes },
      firstAt,
      foundAt,
      schedules,
      tooLong,
      cuts,
      found,
      assumptions,
      callsExpect,
    } = this;
    return { outcomes, schedules, tooLong, cuts, found, firstAt, foundAt, assumptions, callsExpect };
  }

  /** Counts a run: `isNew` if no earlier one was the same, `isSample` if it was drawn at random. */
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
    this.#keep(foundIn(run, this.#goal), { firstAt: this.#schedules, foundAt: this.#schedules });
  }

  /** Adds the results of other runs, as if they had come after these. */
  join({ schedules, tooLong, cuts, found, outcomes, assumptions, callsExpect, ...at }: TallyTold): void {
    this.outcomes.join([outcomes]);
    for (const sentence of assumptions) this.#assumptions.add(sentence);
    this.#callsExpect ||= callsExpect;
    this.#keep(found, { firstAt: this.#schedules + at.firstAt, foundAt: this.#schedules + at.foundAt });
    this.#schedules += schedules;
    this.#tooLong += tooLong;
    this.#cuts += cuts;
  }

  /** Keeps the best evidence, and where it and the first came. */
  #keep(found: Found | undefined, { firstAt, foundAt }: Pick<TallyTold, "firstAt" | "foundAt">): void {
    if (found === undefined) return;
    const before = this.#found;
    if (before === undefined) this.#firstAt = firstAt;
    if (before !== undefined && !isBetterEvidence(found, before)) return;
    this.#found = found;
    this.#foundAt = foundAt;
  }
}
