/**
 * The task that pools are measured with: a small object in, a small object out, nothing to do between.
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

/** What pools call that know no names. */
export default add;
