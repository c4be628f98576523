/**
 * A guard that holds a lock until the end of a block.
 *
 * - Invariant: the lock is released once, at the first disposal. On shared memory the release blocks; elsewhere the
 *   memory's driver performs it.
 */

import { type OwnerDiedError, WaitTimeoutError } from "../errors.ts";
import { markBegun, type Steps } from "../memory/mod.ts";
import type { Binding } from "./binding.ts";
import type { Viewable } from "./view.ts";

/** `true`: acquired; `false`: timed out; an error: acquired, but the last owner died holding it. */
export type Acquired = boolean | OwnerDiedError;

/** What a condition needs from a lock. */
export interface Inside<L> {
  /** Whether the running task owns it. */
  mine(lock: L): Steps<boolean>;
  /** Releases it completely for a wait; returns how many times it had been acquired. */
  releaseAll(lock: L): Steps<number>;
  /** Takes it again after a wait, as many times as before. */
  restore(lock: L, levels: number): Steps<Acquired>;
  /** Whether nobody can ever take it again. */
  lost(lock: L): Steps<boolean>;
  /** Whether `task` was the last to die as its owner. */
  diedHolding(lock: L, task: number): Steps<boolean>;
}

/** What a guard needs from its lock. */
export interface Guarded {
  /** The lock's name. */
  readonly name: string;
  /** Releases it. */
  release(): Steps<void>;
  /** Releases it at once without running its steps; returns `false` if that is not possible. */
  giveAtOnce?(): boolean;
  /** Declares what it protects consistent again. */
  markConsistent(): Steps<void>;
}

/** Holds a lock until disposed; disposing twice is harmless. */
export class LockGuard implements Disposable, Viewable {
  /** The error to report if the lock's last owner died holding it. */
  readonly ownerDied: OwnerDiedError | undefined;
  readonly #lock: Guarded;
  readonly #binding: Binding;
  #held = true;

  /** Made by {@linkcode Lock.lock}. */
  constructor(lock: Guarded, binding: Binding, ownerDied: OwnerDiedError | undefined) {
    this.#lock = lock;
    this.#binding = binding;
    this.ownerDied = ownerDied;
  }

  /** Declares what the lock protects consistent again. */
  markConsistent(): Steps<void> {
    return this.#lock.markConsistent();
  }

  /** See {@linkcode Viewable}. */
  get isHoldfastViewable(): true {
    return true;
  }

  /** Releases the lock. */
  [Symbol.dispose](): void {
    if (!this.#held) return;
    this.#held = false;
    if (this.#lock.giveAtOnce?.() !== true) this.#binding.memory.release(markBegun(this.#lock.release()));
  }
}

/** The guard of an acquired lock; throws a `WaitTimeoutError` if acquiring timed out. */
export function guardOf(
  lock: Guarded,
  { acquired, binding }: { readonly acquired: Acquired; readonly binding: Binding },
): LockGuard {
  if (acquired !== false) return new LockGuard(lock, binding, acquired === true ? undefined : acquired);
  throw new WaitTimeoutError(`Cannot acquire ${lock.name}: it is held, a release in time is wanted`);
}

/** Acquires a lock and returns a guard that releases it. */
export function* guarded(
  lock: Guarded,
  { acquire, binding }: { readonly acquire: Steps<Acquired>; readonly binding: Binding },
): Steps<LockGuard> {
  return guardOf(lock, { acquired: yield* acquire, binding });
}
