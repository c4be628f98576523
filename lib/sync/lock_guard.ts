/**
 * What holds a lock until the end of a block.
 *
 * - Invariant: the lock is given back once, at the first disposal. On shared memory that is a blocking release; elsewhere
 *   the memory's driver performs it.
 */

import { type OwnerDiedError, WaitTimeoutError } from "../errors.ts";
import { markBegun, type Steps } from "../memory/mod.ts";
import type { Binding } from "./binding.ts";
import type { Viewable } from "./view.ts";

/** `true`: acquired; `false`: not in time; an error: acquired, and its last owner died with it. */
export type Acquired = boolean | OwnerDiedError;

/** What a condition does with a lock. */
export interface Inside<L> {
  /** Whether the running task owns it. */
  mine(lock: L): Steps<boolean>;
  /** Frees it for a wait, however often it was taken, and gives how often. */
  releaseAll(lock: L): Steps<number>;
  /** Takes it again after a wait, as often as before. */
  restore(lock: L, levels: number): Steps<Acquired>;
  /** Whether nobody can have it any more. */
  lost(lock: L): Steps<boolean>;
  /** Whether a task was the last to die as its owner. */
  diedHolding(lock: L, task: number): Steps<boolean>;
}

/** What a guard does to its lock. */
export interface Guarded {
  /** The lock's name. */
  readonly name: string;
  /** Gives it back. */
  release(): Steps<void>;
  /** Gives it back at once, where that can be done without its steps; false where it cannot. */
  giveAtOnce?(): boolean;
  /** Says that what it protects is whole again. */
  markConsistent(): Steps<void>;
}

/** Holds a lock until its disposal; disposing twice is harmless. */
export class LockGuard implements Disposable, Viewable {
  /** Set where the lock's last owner died with it. */
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

  /** Says that what the lock protects is whole again. */
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

/** What holds a lock that was acquired; throws where it was not, in time. */
export function guardOf(
  lock: Guarded,
  { acquired, binding }: { readonly acquired: Acquired; readonly binding: Binding },
): LockGuard {
  if (acquired !== false) return new LockGuard(lock, binding, acquired === true ? undefined : acquired);
  throw new WaitTimeoutError(`Cannot acquire ${lock.name}: it is held, a release in time is wanted`);
}

/** Acquires a lock; what comes back releases it. */
export function* guarded(
  lock: Guarded,
  { acquire, binding }: { readonly acquire: Steps<Acquired>; readonly binding: Binding },
): Steps<LockGuard> {
  return guardOf(lock, { acquired: yield* acquire, binding });
}
