/**
 * Chance as a value: random streams by index, and exactly counted points in a circle.
 *
 * - A random word is a hash of its index, so splitting the samples never changes a count. Its keys change every 2^20
 *   samples: with one pair of keys no word occurs twice, and over 2^32 samples the error of pi would be too small.
 *
 * @module
 */

export type { RandomStream } from "./random_stream.ts";
export { randomStream } from "./random_stream.ts";
export type { CircleKernel, CountInsideOptions, Point } from "./circle.ts";
export { circleKernels, countInside, isInside, pointOf } from "./circle.ts";
