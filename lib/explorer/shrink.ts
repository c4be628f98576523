/**
 * Shrinking: turns a run that shows a bug into a simple one that shows the same kind.
 *
 * - Runs are compared by preemptions, then by departures from the default, then by steps; each accepted attempt is
 *   less.
 * - First, departures are left out, halves of them before single ones, while that helps. Then all runs with fewer
 *   preemptions are performed, starting with none: either one shows the bug, or it is certain that none does. A run
 *   found that way is shrunk again.
 * - Then an early run of depth-first search with as many preemptions replaces it if that is less.
 * - The same run shrinks to the same run; the attempts are bounded by the budget.
 */

import type { Parameter } from "../program/mod.ts";
import type { Departure } from "./schedule.ts";
import { rankOf } from "./finding.ts";
import type { Found, Slices } from "./search.ts";
import type { Turns } from "./schedule.ts";

/** How many runs to try for a lesser one with as many preemptions. */
const EARLY = 200;

/** The result of shrinking. */
export interface Shrunk {
  /** The least run known to show the bug. */
  readonly least: Found;
  /** Whether all runs with fewer preemptions have been performed, and none shows that kind of bug. */
  readonly minimal: boolean;
}

/** Performs the runs that shrinking requests. */
export interface Runs {
  /** The number of schedules run to their end. */
  readonly schedules: number;
  /** The evidence in a run with these departures, as far as they are possible; undefined if it shows no bug. */
  attempt(departures: readonly Departure[], path: { readonly inTurns?: Turns | undefined }): Slices<Found | undefined>;
  /**
   * Finds the first evidence of equal rank that depth-first search reaches with at most the given number of
   * preemptions.
   */
  findAgain(
    preemptions: number,
    options: { readonly found: Found; readonly budget: number },
  ): Slices<Found | "exhausted" | "spent">;
}

/**
 * Shrinks a run. All runs with at most `covered` preemptions are known, and none with fewer preemptions than it shows
 * the bug.
 */
export function* shrink(
  search: Runs,
  { found, covered = -1, budget }: { found: Found; covered: number | undefined; budget: number },
): Slices<Shrunk> {
  if (found.kind === "nondeterminism") return { least: found, minimal: true };
  let least = yield* fewerDepartures(search, { found, budget });
  if (!least.inTurns) least = yield* early(search, { found: least, budget });
  if (least.preemptions <= covered + 1) return { least, minimal: true };
  // There are no bounded runs of tasks that take turns.
  if (least.inTurns) return { least, minimal: false };
  for (let preemptions = covered + 1; preemptions < least.preemptions; preemptions++) {
    const again = yield* search.findAgain(preemptions, { found, budget });
    if (again === "spent") return { least, minimal: false };
    if (again !== "exhausted") {
      return { least: yield* fewerDepartures(search, { found: again, budget }), minimal: true };
    }
  }
  return { least, minimal: true };
}

/** The first evidence of equal rank that depth-first search reaches with as many preemptions, if it is less. */
function* early(search: Runs, { found, budget }: { found: Found; budget: number }): Slices<Found> {
  const first = yield* search.findAgain(found.preemptions, { found, budget: Math.min(budget, EARLY) });
  if (typeof first === "string") return found;
  const least = yield* fewerDepartures(search, { found: first, budget });
  return isBefore(least, found) ? least : found;
}

/** Leaves out departures, while that makes the run less. */
function* fewerDepartures(search: Runs, { found, budget }: { found: Found; budget: number }): Slices<Found> {
  let least = found;
  let attempts = 0;
  for (let size = least.departures.length; size >= 1;) {
    let isLess = false;
    // From the end, because later departures depend on earlier ones.
    for (let start = least.departures.length - size; start > -size && attempts < budget; start -= size) {
      const rest = without(least.departures, Math.max(0, start), start + size);
      const attempt = yield* search.attempt(rest, least);
      attempts++;
      if (attempt !== undefined && rankOf(attempt) === rankOf(found) && isBefore(attempt, least)) {
        least = attempt;
        isLess = true;
        break;
      }
    }
    if (attempts >= budget) break;
    // A run that shrank may shrink by the same size again.
    size = isLess ? Math.min(size, least.departures.length) : Math.floor(size / 2);
    if ((yield { schedules: search.schedules, kind: found.kind }) === true) break;
  }
  return least;
}

function without(departures: readonly Departure[], from: number, to: number): readonly Departure[] {
  return [...departures.slice(0, from), ...departures.slice(to)];
}

function isBefore(one: Found, other: Found): boolean {
  const [some, others] = [one, other].map((
    { preemptions, departures, steps },
  ) => [preemptions, departures.length, steps]);
  for (const [index, value] of (some ?? []).entries()) {
    const than = others?.[index] ?? 0;
    if (value !== than) return value < than;
  }
  return false;
}

/** Smaller values of a whole-number parameter: the least first, then closer and closer ones. */
export function smallerValues(parameter: Parameter, value: unknown): readonly number[] {
  if (typeof value !== "number" || !Number.isSafeInteger(value)) return [];
  const least = "min" in parameter && parameter.min !== undefined ? parameter.min : 0;
  const values: number[] = [];
  for (let distance = value - least; distance >= 1; distance = Math.floor(distance / 2)) values.push(value - distance);
  return values;
}
