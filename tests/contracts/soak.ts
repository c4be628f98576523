/**
 * How many runs a property gets: as many as it says, and many times that in `deno task soak`.
 *
 * @module
 */

const SOAK_FACTOR = 20;

/** The number of runs for fast-check's `numRuns`, or for rounds of real workers; `soak` times as many in a soak. */
export function runs(count: number, { soak = SOAK_FACTOR }: { readonly soak?: number } = {}): number {
  return Deno.env.get("HOLDFAST_SOAK") === "1" ? count * soak : count;
}
