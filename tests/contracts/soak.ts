/**
 * How many times a property is run: the given number, or many times that in `deno task soak`.
 *
 * @module
 */

const SOAK_FACTOR = 20;

/**
 * The number of runs for fast-check's `numRuns`, or of rounds with real workers; `soak` times as many in a soak run.
 */
export function runs(count: number, { soak = SOAK_FACTOR }: { readonly soak?: number } = {}): number {
  return Deno.env.get("HOLDFAST_SOAK") === "1" ? count * soak : count;
}
