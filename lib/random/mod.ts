/**
 * Chance that is a value: random streams by index, and points in a circle, counted exactly.
 *
 * - A random word is a hash of its index, so no split of the samples changes a count. Its keys change every 2^20
 *   samples: under one pair no word comes twice, and over 2^32 samples pi's error would be too small.
 *
 * @module
 */

export type { RandomStream } from "./random_stream.ts";
export { randomStream } from "./random_stream.ts";
export type { CircleKernel, CountInsideOptions, Point } from "./circle.ts";
export { circleKernels, countInside, isInside, pointOf } from "./circle.ts";
