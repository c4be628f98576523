/**
 * The task that pools are measured with: a small object in, a small object out, nothing to do between.
 *
 * @module
 */

/** What goes in. */
export interface SumTask {
  /** Which task. */
  readonly id: number;
  /** A summand. */
  readonly x: number;
  /** The other. */
  readonly y: number;
}

/** What comes out. */
export interface Sum {
  /** Which task. */
  readonly id: number;
  /** The sum of its summands. */
  readonly sum: number;
}

/** Adds. */
export function add({ id, x, y }: SumTask): Sum {
  return { id, sum: x + y };
}

/** What pools call that know no names. */
export default add;
