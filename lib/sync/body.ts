/**
 * A function that a method takes and runs in the calling task: a plain one, one that returns steps, or in a promise
 * view an `async` one.
 *
 * - It never crosses to the owner of a memory elsewhere: a method that takes a function is made of several calls, and
 *   runs the function between them.
 */

import { awaited, type Steps } from "../memory/mod.ts";

/** A function that a method runs for its caller. */
export type Body = () => Steps<unknown> | void;

/** Throws unless `body` is a function; `act` is the verb phrase for the message. */
export function checkBody(act: string, body: unknown): asserts body is Body {
  if (typeof body !== "function") {
    throw new TypeError(`Cannot ${act}: what is to run is ${typeof body}, a function is wanted`);
  }
}

/** Runs it, including the steps that it returns, if any. */
export function* runBody(body: Body): Steps<void> {
  yield* endOf(body());
}

/**
 * The result of a function that ran for its caller: of its steps, or in a promise view of its promise, if it returned
 * any.
 */
export function* endOf<T>(given: T | Steps<T>): Steps<T> {
  if (given instanceof Promise) return yield* awaited(given);
  return typeof given === "object" && given !== null && Symbol.iterator in given ? yield* given : given;
}
