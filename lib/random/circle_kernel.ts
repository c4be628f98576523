/**
 * The inner loop of counting points in a circle, in WebAssembly with SIMD: four samples at a time.
 *
 * - `countVectors(start, key, vectors)` counts 4 * `vectors` samples. `start` is the spread position of the first
 *   sample plus the first key, and `key` is the second key. All are 32-bit integers, and it counts at most 2^31 - 1.
 * - The bytes are assembled from `scripts/kernels/circle.wat` by `deno task kernels`; a test compares them.
 */

/** Written by scripts/kernels.ts. */
const wasm =
  "AGFzbQEAAAABCAFgA39/fwF/AwIBAAcJAQVjb3VudAAACuQBAeEBAQR7IAD9Ef0MAAAAALl5N55y8248K22m2v2uASEDIAH9ESEEAkADQCACRQ0BIAMgA0EQ/a0B/VH9DK2q8CGtqvAhrarwIa2q8CH9tQEhBSAFIAVBD/2tAf1RIAT9rgH9DJctWtOXLVrTly1a05ctWtP9tQEhBSAFIAVBD/2tAf1RIQUgBv0M////P////z////8/////PyAFIAX9ugH9QP2xASEGIAP9DOTm3Xjk5t145ObdeOTm3Xj9rgEhAyACQQFrIQIMAAsLIAb9GwAgBv0bAWogBv0bAiAG/RsDamoL";

type Count = (start: number, key: number, vectors: number) => number;

/** Created by the first call, once per isolate. */
let count: Count | undefined;

/** Counts the samples in the circle, as described above. */
export function countVectors(start: number, key: number, vectors: number): number {
  count ??= instantiate();
  return count(start, key, vectors);
}

function instantiate(): Count {
  const bytes = Uint8Array.from(atob(wasm), (character) => character.charCodeAt(0));
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes));
  return exports["count"] as Count;
}
