/**
 * The contents of a queue or channel, for people who step through a run: they are taken out, and the memory is restored
 * afterward.
 */

import type { Steps } from "../memory/mod.ts";

/** The most values shown. */
const MOST = 100;

/** The first values that can be taken. */
export function* contentsOf<T>(take: () => Steps<{ readonly value: T } | undefined>): Steps<readonly T[]> {
  const values: T[] = [];
  try {
    while (values.length < MOST) {
      const taken = yield* take();
      if (taken === undefined) break;
      values.push(taken.value);
    }
  } catch {
    // It is closed and empty.
  }
  return values;
}
