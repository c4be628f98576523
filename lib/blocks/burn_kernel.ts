/**
 * A fixed amount of CPU work in WebAssembly: the same instructions wherever a system runs.
 *
 * - `burnCpu(n, seed)` does n rounds of `x := x * 1664525 + 1013904223; x := x xor (x >>> 16)` on 32-bit integers,
 *   starting from x = seed, and returns the last x as a signed integer. Each round depends on the one before.
 * - `deno task kernels` assembles the bytes from `scripts/kernels/burn.wat`; a test compares them.
 *
 * @example
 * ```ts
 * import { burnCpu } from "./burn_kernel.ts";
 *
 * if (burnCpu(1, 0) !== (1013904223 ^ (1013904223 >>> 16))) throw new Error("one round from 0");
 * if (burnCpu(1000, 7) !== burnCpu(1000, 7)) throw new Error("the same work gives the same value");
 * ```
 */

/** Written by scripts/kernels.ts. */
const wasm =
  "AGFzbQEAAAABBwFgAn9/AX8DAgEABwgBBGJ1cm4AAAo1ATMAAkADQCAARQ0BIAFBjczlAGxB3+a74wNqIQEgASABQRB2cyEBIABBAWshAAwACwsgAQs=";

/** Made by the first call, once per isolate. */
let burn: ((iterations: number, seed: number) => number) | undefined;

/**
 * Does `iterations` rounds of work, an integer from 0 to 2^31 - 1, starting from `seed` (1 by default), and returns the
 * last value.
 *
 * @throws {RangeError} if `iterations` is out of range.
 */
export function burnCpu(iterations: number, seed = 1): number {
  if (!Number.isInteger(iterations) || iterations < 0 || iterations > 0x7fffffff) {
    throw new RangeError(`Cannot burn ${iterations} rounds: an integer from 0 to 2147483647 is wanted`);
  }
  burn ??= instantiate();
  return burn(iterations, seed);
}

function instantiate(): (iterations: number, seed: number) => number {
  const bytes = Uint8Array.from(atob(wasm), (character) => character.charCodeAt(0));
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes));
  return exports["burn"] as (iterations: number, seed: number) => number;
}
