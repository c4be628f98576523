/**
 * A function that a method takes and runs where the task runs: plain, or one that gives steps; in a promise view an `async` one, too.
 *
 * - It never crosses to the owner of a memory elsewhere: who takes one is composed of calls, and runs it between them.
 */

import { awaited, type Steps } from "../memory/mod.ts";

/** What a method runs for its caller. */
export type Body = () => Steps<unknown> | void;

export function checkBody(act: string, body: unknown): asserts body is Body {
  if (typeof body !== "function") {
    throw new TypeError(`Cannot ${act}: what is to run is ${typeof body}, a function is wanted`);
  }
}

/** Runs it, to the end of its steps where it gives some. */
export function* runBody(body: Body): Steps<void> {
  yield* endOf(body());
}

/** What a function came to that was run for its caller: at the end of its steps, or, in a promise view, of its promise. */
export function* endOf<T>(given: T | Steps<T>): Steps<T> {
  if (given instanceof Promise) return yield* awaited(given);
  return typeof given === "object" && given !== null && Symbol.iterator in given ? yield* given : given;
}
