/**
 * What is in a queue or a channel, for people who step through a run: all is taken out, on a memory that is set back.
 */

import type { Steps } from "../memory/mod.ts";

/** How many values are shown. */
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
    // It is closed, and nothing is left.
  }
  return values;
}
