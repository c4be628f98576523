/**
 * A reentrant lock: its owner may acquire it repeatedly, and it is free after as many releases.
 *
 * - Only its owner may release it; a release by another task throws.
 * - It consists of an owned lock and a depth for each task. Barging, `fair` and the effects of a death are those of a
 *   lock; a dead owner's depth dies with it.
 * - Invariant: only the task itself writes its depth, which counts its unreleased acquires while it owns the lock.
 *
 * @example
 * ```ts
 * import { ModelMemory } from "../memory/mod.ts";
 * import { rlock } from "./rlock.ts";
 * import { Space } from "./space.ts";
 * import { blocking } from "./view.ts";
 *
 * const space = new Space({ guard: rlock() }, { tasks: 1 });
 * const memory = new ModelMemory(space.layout);
 * const guard = blocking(space.bind(memory, { task: 0 }).guard);
 * {
 *   using _outer = guard.lock();
 *   using _inner = guard.lock();
 *   if (guard.statistics().depth !== 2) throw new Error("acquired twice");
 * }
 * if (guard.locked()) throw new Error("disposing the outermost guard frees it");
 * ```
 */

import { call, load, type Steps, store } from "../memory/mod.ts";
import type { Binding, SharedThing } from "./binding.ts";
import { Lock, lock, type LockStatistics } from "./lock.ts";
import { type Acquired, guarded, type Inside, type LockGuard } from "./lock_guard.ts";
import type { Shareable } from "./space.ts";
import type { Viewable } from "./view.ts";
import { argsOf, checkWaitOptions, type WaitOptions } from "./wait_options.ts";

/** Options of a reentrant lock. */
export interface RLockOptions {
  /** Whether waiters get it strictly first in, first out; false by default. Several times slower under contention. */
  readonly fair?: boolean;
}

/** Statistics of a reentrant lock. */
export interface RLockStatistics extends LockStatistics {
  /** How many times its owner has acquired it; 0 if it is free. */
  readonly depth: number;
}

/** Declares a reentrant lock. */
export function rlock({ fair = false }: RLockOptions = {}): Shareable<RLock> {
  return {
    kind: "rlock",
    reserve(space, name) {
      const inner = lock({ owned: true, fair }).reserve(space, name);
      const depths = space.words(`${name}.depths`, space.tasks);
      return (binding) => new RLock(binding, { lock: inner(binding), depths });
    },
  };
}

const CALLS: readonly (keyof RLock & string)[] = [
  "acquire",
  "tryAcquire",
  "release",
  "locked",
  "markConsistent",
  "statistics",
];

/** A reentrant lock: its owner may acquire it repeatedly, and it is free after as many releases. */
export class RLock implements SharedThing, Viewable {
  /** Its name. */
  readonly name: string;
  readonly #binding: Binding;
  readonly #lock: Lock;
  /**
   * This task's depth: how many times it has acquired the lock. While it does not own the lock, the depth it is about
   * to have.
   */
  readonly #depth: number;
  /** The first of the depths of all tasks. */
  readonly #depths: number;

  /** Made by {@linkcode rlock}. */
  constructor(binding: Binding, { lock, depths }: { readonly lock: Lock; readonly depths: number }) {
    this.name = lock.name;
    this.#binding = binding;
    this.#lock = lock;
    this.#depths = depths;
    this.#depth = depths + binding.task;
  }

  /**
   * Acquires it once more, waiting if another task owns it; returns `false` on a timeout, or an `OwnerDiedError` if its
   * last owner died holding it.
   *
   * @throws {NotRecoverableError} if a death made it useless.
   * @throws {CancelledError} if the token is canceled first.
   */
  acquire(options?: WaitOptions): Steps<Acquired> {
    checkWaitOptions(`acquire ${this.name}`, options);
    return call({ kind: "call", object: this.name, method: "acquire", args: argsOf(options) }, this.#take(options));
  }

  /** Acquires it once more only if no other task owns it. */
  tryAcquire(): Steps<Acquired> {
    return call({ kind: "call", object: this.name, method: "tryAcquire", args: [] }, this.#take({ timeout: 0 }));
  }

  /**
   * Undoes one acquire; the last one frees the lock.
   *
   * @throws {StateError} if the task does not own it.
   */
  release(): Steps<void> {
    return call({ kind: "call", object: this.name, method: "release", args: [] }, this.#give());
  }

  /** Acquires it once more; the returned guard undoes that when disposed. */
  lock(options?: WaitOptions): Steps<LockGuard> {
    return guarded(this, { acquire: this.acquire(options), binding: this.#binding });
  }

  /** Whether any task owns it. */
  locked(): Steps<boolean> {
    return call({ kind: "call", object: this.name, method: "locked", args: [] }, this.#locked());
  }

  /** Declares what it protects consistent again after its owner died. */
  markConsistent(): Steps<void> {
    return call(
      { kind: "call", object: this.name, method: "markConsistent", args: [] },
      Lock.inside.repaired(this.#lock),
    );
  }

  /** Its current statistics. */
  statistics(): Steps<RLockStatistics> {
    return call({ kind: "call", object: this.name, method: "statistics", args: [] }, this.#statistics());
  }

  /** For conditions: whether the running task owns it. */
  #mine(): Steps<boolean> {
    return Lock.inside.mine(this.#lock);
  }

  /** For conditions: releases it completely, and returns its depth. */
  *#releaseAll(): Steps<number> {
    const depth = yield* load(this.#depth);
    yield* Lock.inside.give(this.#lock);
    return depth;
  }

  /** For conditions: takes it again after a wait, to the same depth as before. */
  *#restore(levels: number): Steps<Acquired> {
    const acquired = yield* Lock.inside.restore(this.#lock, levels);
    // Another wait of this task may have acquired it meanwhile.
    if (acquired !== false) yield* store(this.#depth, levels);
    return acquired;
  }

  /** For conditions: whether nobody can ever take it again. */
  #lost(): Steps<boolean> {
    return Lock.inside.lost(this.#lock);
  }

  /** For conditions: whether `task` was the last to die as its owner. */
  #diedHolding(task: number): Steps<boolean> {
    return Lock.inside.diedHolding(this.#lock, task);
  }

  /** See {@linkcode Inside}. */
  static readonly inside: Inside<RLock> = {
    mine: (lock) => lock.#mine(),
    releaseAll: (lock) => lock.#releaseAll(),
    restore: (lock, levels) => lock.#restore(levels),
    lost: (lock) => lock.#lost(),
    diedHolding: (lock, task) => lock.#diedHolding(task),
  };

  /** See {@linkcode Viewable}. */
  get isHoldfastViewable(): true {
    return true;
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
    return (yield* this.#mine()) || (yield* free);
  }

  *#take(options: WaitOptions | undefined): Steps<Acquired> {
    if (yield* this.#mine()) {
      yield* store(this.#depth, (yield* load(this.#depth)) + 1);
      return true;
    }
    // Written before the lock is taken, so that no owner is ever seen with a wrong depth.
    yield* store(this.#depth, 1);
    return yield* Lock.inside.take(this.#lock, options);
  }

  *#give(): Steps<void> {
    const depth = yield* load(this.#depth);
    // If the task is not the owner, the lock throws; an owner keeps its depth if the lock cannot be released.
    if (depth > 1 && (yield* this.#mine())) yield* store(this.#depth, depth - 1);
    else yield* Lock.inside.give(this.#lock);
  }

  *#locked(): Steps<boolean> {
    return (yield* this.#lock.holders()).length > 0;
  }

  *#statistics(): Steps<RLockStatistics> {
    const statistics = yield* Lock.inside.look(this.#lock);
    const { owner } = statistics;
    // If the owner has released it since, its depth is still the one with which it left.
    return { ...statistics, depth: owner === undefined ? 0 : yield* load(this.#depths + owner) };
  }
}
