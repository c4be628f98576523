/**
 * Chance that is a value: random streams by index, and points in a circle, counted exactly.
 *
 * @module
 */

export type { RandomStream } from "./random_stream.ts";
export { randomStream } from "./random_stream.ts";
export type { CircleKernel, CountInsideOptions, Point } from "./circle.ts";
export { circleKernels, countInside, isInside, pointOf } from "./circle.ts";
