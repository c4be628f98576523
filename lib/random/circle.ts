/**
 * Random points of a square, and how many of them lie in its circle: that share is close to pi / 4.
 *
 * - A word is a point: its upper half is x, its lower half y, both signed, from -32768 to 32767. The point is inside if
 *   `x * x + y * y < 2^30`. All arithmetic is on integers, so a count is exact, and partial counts add up.
 * - Both kernels give the same count. `simd` counts four samples at once, in WebAssembly, and leaves the rest of a
 *   block to `typescript`.
 * - The points form a lattice: 3373258461 of the 2^32 lie inside, so four times the share tends to pi - 9e-7, which no
 *   run of fewer than 10^11 samples can tell from pi.
 *
 * @example
 * ```ts
 * import { countInside } from "./circle.ts";
 *
 * const whole = countInside({ seed: 1, from: 0, to: 1_000_000 });
 * const parts = [[0, 1], [1, 400_000], [400_000, 1_000_000]].map(([from = 0, to = 0]) => {
 *   return countInside({ seed: 1, from, to, kernel: "typescript" });
 * });
 * if (whole !== parts.reduce((sum, part) => sum + part)) throw new Error("partial counts add up, with either kernel");
 * if (Math.abs(4 * whole / 1_000_000 - Math.PI) > 0.01) throw new Error("close to pi");
 * ```
 */

import { countVectors } from "./circle_kernel.ts";
import { BLOCK, type Keys, keysOf, mix, spread } from "./mixer.ts";
import { checkSeed } from "./random_stream.ts";

/** An implementation of the count. */
export type CircleKernel = "typescript" | "simd";

/** The names of the kernels. */
export const circleKernels: readonly CircleKernel[] = ["typescript", "simd"];

/** The samples to count. */
export interface CountInsideOptions {
  /** The seed of their random stream. */
  readonly seed: number;
  /** The index of the first sample. */
  readonly from: number;
  /** The index after the last sample. */
  readonly to: number;
  /** The implementation; `simd` by default. */
  readonly kernel?: CircleKernel;
}

/** A point of the square. */
export interface Point {
  /** From -32768 to 32767. */
  readonly x: number;
  /** From -32768 to 32767. */
  readonly y: number;
}

/** The square of the circle's radius. */
const RADIUS_SQUARED = 2 ** 30;

/** The point of a word. */
export function pointOf(word: number): Point {
  return { x: word >> 16, y: (word << 16) >> 16 };
}

/** Whether a point lies in the circle. */
export function isInside({ x, y }: Point): boolean {
  return x * x + y * y < RADIUS_SQUARED;
}

/**
 * How many samples of a range lie in the circle, exactly.
 *
 * @throws {RangeError} unless the seed is a safe integer, `from` and `to` are integers, and 0 <= from <= to < 2^53.
 * @throws {TypeError} for an unknown kernel.
 */
export function countInside({ seed, from, to, kernel = "simd" }: CountInsideOptions): number {
  checkSeed(seed);
  if (!Number.isSafeInteger(from) || !Number.isSafeInteger(to) || from < 0 || to < from) {
    throw new RangeError(`Cannot count samples from ${from} to ${to}: integers, 0 <= from <= to < 2^53, are wanted`);
  }
  if (!circleKernels.includes(kernel)) {
    throw new TypeError(`Cannot count samples: the kernel is ${kernel}, one of ${circleKernels.join(", ")} is wanted`);
  }
  const count = kernel === "simd" ? countBySimd : countByTypeScript;
  let inside = 0;
  // No kernel gets more than a block, so no count can overflow.
  for (let start = from; start < to;) {
    const place = start % BLOCK;
    const samples = Math.min(BLOCK - place, to - start);
    inside += count({ first: place, samples }, keysOf(seed, (start - place) / BLOCK));
    start += samples;
  }
  return inside;
}

/** A part of a block. */
interface Part {
  readonly first: number;
  readonly samples: number;
}

function countByTypeScript({ first, samples }: Part, keys: Keys): number {
  let inside = 0;
  for (let place = first; place < first + samples; place++) {
    const word = mix(place, keys);
    const x = word >> 16;
    const y = (word << 16) >> 16;
    // The sign bit says whether it lies inside: an unpredictable branch would cost more than everything else.
    inside += (Math.imul(x, x) + Math.imul(y, y) - RADIUS_SQUARED) >>> 31;
  }
  return inside;
}

function countBySimd({ first, samples }: Part, keys: Keys): number {
  const rest = samples % 4;
  const inside = countVectors(spread(first) + keys.first, keys.second, (samples - rest) / 4);
  return inside + countByTypeScript({ first: first + samples - rest, samples: rest }, keys);
}
