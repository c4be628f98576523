/**
 * What real tasks call at random on a shared thing, and the sequential specification of what they may see.
 *
 * - A caller never waits for ever as long as all others keep their word: who holds something gives it back.
 *
 * @module
 */

import type { Chooser } from "../../lib/memory/mod.ts";
import { boundedSemaphore, lock, semaphore, type Shareable } from "../../lib/sync/mod.ts";
import { sequentialLock, sequentialSemaphore, type SequentialSpecification } from "../../lib/testing/mod.ts";

/** A call on the thing. */
export interface SubjectCall {
  readonly method: string;
  readonly args: readonly unknown[];
  /** The arguments as the specification knows them; `args` by default. */
  readonly specified?: readonly unknown[];
}

/** What one task does. */
export interface Caller {
  /** The next call; at the end (`last`) one that gives something back, or nothing. */
  next(choose: Chooser, last: boolean): SubjectCall | undefined;
  /** The call has returned a result. */
  returned(call: SubjectCall, result: unknown): void;
}

/** A thing to call. */
export interface HistorySubject {
  thing(): Shareable<unknown>;
  readonly specification: SequentialSpecification<never> | SequentialSpecification;
  caller(): Caller;
}

/** How long a wait may last, in seconds; no less than a look at the clock takes. */
const timeouts = [undefined, 0, 0.00005, 0.0005];

class LockCaller implements Caller {
  readonly #owned: boolean;
  #held = false;

  constructor(owned: boolean) {
    this.#owned = owned;
  }

  next(choose: Chooser, last: boolean): SubjectCall | undefined {
    if (last) return this.#held ? { method: "release", args: [] } : undefined;
    const act = choose(8);
    if (act === 0) return { method: "locked", args: [] };
    // Of an owned lock, a release that is not allowed throws.
    if (this.#held || (this.#owned && act === 1)) return { method: "release", args: [] };
    if (act < 4) return { method: "tryAcquire", args: [] };
    const timeout = timeouts[choose(timeouts.length)];
    return { method: "acquire", args: timeout === undefined ? [] : [{ timeout }], specified: [] };
  }

  returned({ method }: SubjectCall, result: unknown): void {
    if (method === "release") this.#held = false;
    else if (method !== "locked" && result === true) this.#held = true;
  }
}

class SemaphoreCaller implements Caller {
  #held = 0;

  next(choose: Chooser, last: boolean): SubjectCall | undefined {
    if (this.#held > 0 && (last || choose(4) > 0)) return { method: "release", args: [this.#held] };
    if (last) return undefined;
    const permits = 1 + choose(2);
    if (this.#held === 0 && choose(2) === 0) {
      const timeout = timeouts[choose(timeouts.length)];
      return { method: "acquire", args: [{ permits, timeout }], specified: [permits] };
    }
    return { method: "tryAcquire", args: [permits] };
  }

  returned({ method, args: [first], specified: [permits] = [first] }: SubjectCall, result: unknown): void {
    if (method === "release") this.#held -= Number(permits);
    else if (result === true) this.#held += Number(permits);
  }
}

/** The things, by a name that crosses to workers. */
export const historySubjects = {
  lock: {
    thing: () => lock(),
    specification: sequentialLock(),
    caller: () => new LockCaller(false),
  },
  fairLock: {
    thing: () => lock({ fair: true, owned: true }),
    // A free lock is refused where somebody stands before.
    specification: sequentialLock({ owned: true, mayRefuse: true }),
    caller: () => new LockCaller(true),
  },
  semaphore: {
    thing: () => semaphore(2),
    specification: sequentialSemaphore(2, { mayRefuse: true }),
    caller: () => new SemaphoreCaller(),
  },
  boundedSemaphore: {
    thing: () => boundedSemaphore(3),
    specification: sequentialSemaphore(3, { bounded: true, mayRefuse: true }),
    caller: () => new SemaphoreCaller(),
  },
} satisfies Record<string, HistorySubject>;

/** The name of a thing to call. */
export type SubjectName = keyof typeof historySubjects;
