/**
 * Small building blocks of programs: an assertion, and a pause.
 *
 * - A pause waits on the memory's clock: virtual in the model, real elsewhere.
 *
 * @example
 * ```ts
 * import { ModelMemory, Layout, runBlocking } from "../memory/mod.ts";
 * import { ensure, pause } from "./ensure.ts";
 *
 * const memory = new ModelMemory(new Layout());
 * runBlocking(memory, pause(0.1));
 * ensure(memory.clock === 100, "100 ms have passed");
 * ```
 */

import { AssertionError } from "../errors.ts";
import { sleep, type Steps, timeIn } from "../memory/mod.ts";

/**
 * Asserts that a condition holds.
 *
 * @throws {AssertionError} if it does not hold.
 */
export function ensure(condition: boolean, claim: string): asserts condition {
  if (!condition) throw new AssertionError(`Assertion failed: ${claim}`);
}

/** Waits for a number of seconds. */
export function* pause(seconds: number): Steps<void> {
  if (!(seconds >= 0)) throw new RangeError(`Cannot pause for ${seconds} s: a number of at least 0 is wanted`);
  yield* sleep(yield* timeIn(seconds * 1000));
}
