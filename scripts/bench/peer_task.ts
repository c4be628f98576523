/**
 * The task for measuring pools: a small object in, a small object out, no work between.
 */

export interface SumTask {
  readonly id: number;
  readonly x: number;
  readonly y: number;
}

export interface Sum {
  readonly id: number;
  readonly sum: number;
}

export function add({ id, x, y }: SumTask): Sum {
  return { id, sum: x + y };
}

/** The function for pools that do not call functions by name. */
export default add;
