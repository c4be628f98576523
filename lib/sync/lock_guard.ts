/**
 * What holds a lock until the end of a block.
 *
 * - Invariant: the lock is given back once, at the first disposal. On shared memory that is a blocking release; elsewhere
 *   the memory's driver performs it.
 */

import { type OwnerDiedError, WaitTimeoutError } from "../errors.ts";
import { markBegun, type Steps } from "../memory/mod.ts";
import type { Binding } from "./binding.ts";
import { blocking, promised } from "./faces.ts";

/** `true`: acquired; `false`: not in time; an error: acquired, and its last owner died with it. */
export type Acquired = boolean | OwnerDiedError;

/** What a guard does to its lock. */
export interface Guarded {
  /** The lock's name. */
  readonly name: string;
  /** Gives it back. */
  release(): Steps<void>;
  /** Gives it back, blocking. */
  releaseSync(): void;
  /** Says that what it protects is whole again. */
  markConsistent(): Steps<void>;
}

/** Holds a lock until its disposal; disposing twice is harmless. */
export class LockGuard implements Disposable {
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

  /** The blocking face of `markConsistent`. */
  markConsistentSync(): void {
    blocking(this.#binding, this.markConsistent());
  }

  /** The promise face of `markConsistent`. */
  markConsistentAsync(): Promise<void> {
    return promised(this.#binding, undefined, () => this.markConsistent());
  }

  /** Releases the lock. */
  [Symbol.dispose](): void {
    if (!this.#held) return;
    this.#held = false;
    if (this.#binding.memory.words !== undefined) this.#lock.releaseSync();
    else this.#binding.memory.release(markBegun(this.#lock.release()));
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
