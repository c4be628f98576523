/**
 * A reentrant lock: its owner takes it as often as it likes, and it is free when the owner has released it as often.
 *
 * - Only its owner releases it; a release by anybody else throws.
 * - It is an owned lock and a depth: barging, `fair` and what a death does to it are as for a lock. A dead owner's depth
 *   dies with it.
 * - Invariant: the depth is written by the owner alone, and counts its acquires that are not released.
 *
 * @example
 * ```ts
 * import { ModelMemory, runBlocking } from "../memory/mod.ts";
 * import { rlock } from "./rlock.ts";
 * import { Space } from "./space.ts";
 *
 * const space = new Space({ guard: rlock() }, { tasks: 1 });
 * const memory = new ModelMemory(space.layout);
 * const { guard } = space.bind(memory, { task: 0 });
 * {
 *   using _outer = guard.lockSync();
 *   using _inner = guard.lockSync();
 *   if (runBlocking(memory, guard.statistics()).depth !== 2) throw new Error("taken twice");
 * }
 * if (guard.lockedSync()) throw new Error("the outermost guard's end frees it");
 * ```
 */

import { call, load, type Steps, store } from "../memory/mod.ts";
import type { Binding, SharedThing } from "./binding.ts";
import { blocking, promised } from "./faces.ts";
import { type Lock, lock, type LockStatistics } from "./lock.ts";
import { type Acquired, guarded, type LockGuard } from "./lock_guard.ts";
import type { Shareable } from "./space.ts";
import { type AsyncWaitOptions, checkWaitOptions, type WaitOptions } from "./wait_options.ts";

/** How a reentrant lock behaves. */
export interface RLockOptions {
  /** Whether waiters get it strictly first in, first out: several times slower where many contend. */
  readonly fair?: boolean;
}

/** What a reentrant lock tells about itself. */
export interface RLockStatistics extends LockStatistics {
  /** How often its owner has taken it; 0 where it is free. */
  readonly depth: number;
}

/** A reentrant lock to be. */
export function rlock({ fair = false }: RLockOptions = {}): Shareable<RLock> {
  return {
    kind: "rlock",
    reserve(space, name) {
      const inner = lock({ owned: true, fair }).reserve(space, name);
      const depth = space.word(`${name}.depth`);
      return (binding) => new RLock(binding, { lock: inner(binding), depth });
    },
  };
}

const CALLS: readonly (keyof RLock)[] = ["acquire", "tryAcquire", "release", "locked", "markConsistent", "statistics"];

/** See the module. */
export class RLock implements SharedThing {
  /** Its name. */
  readonly name: string;
  readonly #binding: Binding;
  readonly #lock: Lock;
  /** Meaningless while the lock is free or just handed over: who takes it sets it. */
  readonly #depth: number;

  /** Made by {@linkcode rlock}. */
  constructor(binding: Binding, { lock, depth }: { readonly lock: Lock; readonly depth: number }) {
    this.name = lock.name;
    this.#binding = binding;
    this.#lock = lock;
    this.#depth = depth;
  }

  /**
   * Takes it once more, waiting for it where another task owns it.
   *
   * @throws {NotRecoverableError} where a death made it useless.
   * @throws {CancelledError} where the token is cancelled first.
   */
  acquire(options?: WaitOptions): Steps<Acquired> {
    checkWaitOptions(`acquire ${this.name}`, options);
    const args = options === undefined ? [] : [options];
    return call({ kind: "call", object: this.name, method: "acquire", args }, this.#take(options));
  }

  /** Takes it once more if no other task owns it. */
  tryAcquire(): Steps<Acquired> {
    return call({ kind: "call", object: this.name, method: "tryAcquire", args: [] }, this.#take({ timeout: 0 }));
  }

  /**
   * Undoes one acquire; the last one frees the lock.
   *
   * @throws {StateError} where the task does not own it.
   */
  release(): Steps<void> {
    return call({ kind: "call", object: this.name, method: "release", args: [] }, this.#give());
  }

  /** Takes it once more; what comes back undoes that at its disposal. */
  lock(options?: WaitOptions): Steps<LockGuard> {
    return guarded(this, { acquire: this.acquire(options), binding: this.#binding });
  }

  /** Whether somebody owns it. */
  locked(): Steps<boolean> {
    return call({ kind: "call", object: this.name, method: "locked", args: [] }, this.#locked());
  }

  /** Says that what it protects is whole again after its owner died. */
  markConsistent(): Steps<void> {
    return call({ kind: "call", object: this.name, method: "markConsistent", args: [] }, this.#lock.repaired());
  }

  /** The blocking face of `markConsistent`. */
  markConsistentSync(): void {
    blocking(this.#binding, this.markConsistent());
  }

  /** The promise face of `markConsistent`. */
  markConsistentAsync(): Promise<void> {
    return promised(this.#binding, undefined, () => this.markConsistent());
  }

  /** What can be told about it. */
  statistics(): Steps<RLockStatistics> {
    return call({ kind: "call", object: this.name, method: "statistics", args: [] }, this.#statistics());
  }

  /** The blocking face of `acquire`. */
  acquireSync(options?: WaitOptions): Acquired {
    return blocking(this.#binding, this.acquire(options));
  }

  /** The blocking face of `tryAcquire`. */
  tryAcquireSync(): Acquired {
    return blocking(this.#binding, this.tryAcquire());
  }

  /** The blocking face of `release`. */
  releaseSync(): void {
    blocking(this.#binding, this.release());
  }

  /** The blocking face of `lock`. */
  lockSync(options?: WaitOptions): LockGuard {
    return blocking(this.#binding, this.lock(options));
  }

  /** The blocking face of `locked`. */
  lockedSync(): boolean {
    return blocking(this.#binding, this.locked());
  }

  /** The promise face of `acquire`. */
  acquireAsync(options?: AsyncWaitOptions): Promise<Acquired> {
    return promised(this.#binding, options, (rest) => this.acquire(rest));
  }

  /** The promise face of `release`. */
  releaseAsync(): Promise<void> {
    return promised(this.#binding, undefined, () => this.release());
  }

  /** The promise face of `lock`. */
  lockAsync(options?: AsyncWaitOptions): Promise<LockGuard> {
    return promised(this.#binding, options, (rest) => this.lock(rest));
  }

  /** Whether the running task owns it, for conditions. */
  mine(): Steps<boolean> {
    return this.#lock.mine();
  }

  /** Frees it however often it was taken, and gives how often: for conditions. */
  *releaseAll(): Steps<number> {
    const depth = yield* load(this.#depth);
    yield* this.#lock.give();
    return depth;
  }

  /** Takes it again after a wait, as often as before: for conditions. */
  *restore(levels: number): Steps<Acquired> {
    const acquired = yield* this.#lock.restore(levels);
    if (acquired !== false) yield* store(this.#depth, levels);
    return acquired;
  }

  /** Whether nobody can have it any more: for conditions. */
  lost(): Steps<boolean> {
    return this.#lock.lost();
  }

  /** Whether a task was the last to die as its owner: for conditions. */
  diedHolding(task: number): Steps<boolean> {
    return this.#lock.diedHolding(task);
  }

  /** See {@linkcode SharedThing}. */
  get calls(): readonly string[] {
    return CALLS;
  }

  /** See {@linkcode SharedThing}. */
  died(task: number): Steps<void> {
    return this.#lock.died(task);
  }

  /** See {@linkcode SharedThing}. */
  owners(): Steps<readonly number[]> {
    return this.#lock.owners();
  }

  /** See {@linkcode SharedThing}. */
  holders(): Steps<readonly number[]> {
    return this.#lock.holders();
  }

  /** See {@linkcode SharedThing}. */
  ready(method: string, args: readonly unknown[]): Steps<boolean> | undefined {
    const free = this.#lock.ready(method, args);
    return free === undefined ? undefined : this.#ready(free);
  }

  /** See {@linkcode SharedThing}. */
  leaks(): Steps<readonly string[]> {
    return this.#lock.leaks();
  }

  *#ready(free: Steps<boolean>): Steps<boolean> {
    return (yield* this.mine()) || (yield* free);
  }

  *#take(options: WaitOptions | undefined): Steps<Acquired> {
    if (yield* this.mine()) {
      yield* store(this.#depth, (yield* load(this.#depth)) + 1);
      return true;
    }
    const acquired = yield* this.#lock.take(options);
    if (acquired !== false) yield* store(this.#depth, 1);
    return acquired;
  }

  *#give(): Steps<void> {
    const depth = yield* load(this.#depth);
    // Who does not own it is told so by the lock; who does keeps its depth if the lock cannot be given back.
    if (depth > 1 && (yield* this.mine())) yield* store(this.#depth, depth - 1);
    else yield* this.#lock.give();
  }

  *#locked(): Steps<boolean> {
    return (yield* this.#lock.holders()).length > 0;
  }

  *#statistics(): Steps<RLockStatistics> {
    const statistics = yield* this.#lock.look();
    const depth = statistics.owner === undefined ? 0 : yield* load(this.#depth);
    return { ...statistics, depth };
  }
}
