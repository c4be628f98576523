/**
 * Shrinking: from a run that shows a bug to a simple one that shows the same kind.
 *
 * - Runs are compared by preemptions, then by departures from the default, then by steps; each attempt that is kept is less.
 * - First departures are left out, halves of them before single ones, as long as that helps. Then all runs with fewer
 *   preemptions are performed, from none on: either one fails so, or it is certain that none does. What was found there is
 *   shrunk once more.
 * - Then what depth-first comes to early, within as many preemptions, takes its place where it is less.
 * - The same run shrinks to the same run; the attempts are bounded by the budget.
 */

import type { Parameter } from "../program/mod.ts";
import type { Departure } from "./schedule.ts";
import { type Found, rankOf, type Slices } from "./search.ts";
import type { Turns } from "./schedule.ts";

/** How many runs are looked at for a lesser one with as many preemptions. */
const EARLY = 200;

/** What shrinking came to. */
export interface Shrunk {
  /** The least run that is known to show it. */
  readonly least: Found;
  /** Whether all runs with fewer preemptions have been performed, and none shows that kind of bug. */
  readonly minimal: boolean;
}

/** What performs the runs that shrinking asks for. */
export interface Runs {
  /** How many schedules were run to their end. */
  readonly schedules: number;
  /** What a run with these departures shows, as far as they can be taken; undefined where that is no bug. */
  attempt(departures: readonly Departure[], path: { readonly inTurns?: Turns | undefined }): Slices<Found | undefined>;
  /** The first evidence as good as another that depth-first comes to, of runs with at most so many preemptions. */
  findAgain(
    preemptions: number,
    options: { readonly found: Found; readonly budget: number },
  ): Slices<Found | "exhausted" | "spent">;
}

/** Shrinks a run that was found; all with at most `covered` preemptions are known, and none with fewer than it shows it. */
export function* shrink(
  search: Runs,
  { found, covered = -1, budget }: { found: Found; covered: number | undefined; budget: number },
): Slices<Shrunk> {
  if (found.kind === "nondeterminism") return { least: found, minimal: true };
  let least = yield* fewerDepartures(search, { found, budget });
  if (!least.inTurns) least = yield* early(search, { found: least, budget });
  if (least.preemptions <= covered + 1) return { least, minimal: true };
  // Of tasks that take turns there are no bounded runs.
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

/** The first evidence as good that depth-first comes to within as many preemptions, where it is less: one that departs late. */
function* early(search: Runs, { found, budget }: { found: Found; budget: number }): Slices<Found> {
  const first = yield* search.findAgain(found.preemptions, { found, budget: Math.min(budget, EARLY) });
  if (typeof first === "string") return found;
  const least = yield* fewerDepartures(search, { found: first, budget });
  return isBefore(least, found) ? least : found;
}

/** Leaves out departures, as long as that makes the run less. */
function* fewerDepartures(search: Runs, { found, budget }: { found: Found; budget: number }): Slices<Found> {
  let least = found;
  let attempts = 0;
  for (let size = least.departures.length; size >= 1;) {
    let isLess = false;
    // From the end: what comes later depends on what comes before.
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
    // Who shrank may shrink by as much again.
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

/** Smaller values of a parameter that is a whole number: its least one first, then nearer and nearer. */
export function smallerValues(parameter: Parameter, value: unknown): readonly number[] {
  if (typeof value !== "number" || !Number.isSafeInteger(value)) return [];
  const least = "min" in parameter && parameter.min !== undefined ? parameter.min : 0;
  const values: number[] = [];
  for (let distance = value - least; distance >= 1; distance = Math.floor(distance / 2)) values.push(value - distance);
  return values;
}
