/**
 * A bound on what must not hang: generous, so that it never decides a test on a slow machine, and nothing else depends
 * on it.
 *
 * @module
 */

import { deadline } from "@std/async";

/** The promise's value, or an error if it takes longer than that many seconds. */
export async function within<T>(seconds: number, promise: Promise<T> | T): Promise<T> {
  return await deadline(Promise.resolve(promise), seconds * 1000);
}
