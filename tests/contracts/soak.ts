/**
 * How many runs a property gets: as many as it says, and 20 times that in `deno task soak`.
 *
 * @module
 */

const SOAK_FACTOR = 20;

/** The number of runs for fast-check's `numRuns`, or for rounds of real workers. */
export function runs(count: number): number {
  return Deno.env.get("HOLDFAST_SOAK") === "1" ? count * SOAK_FACTOR : count;
}
