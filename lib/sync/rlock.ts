/**
 * A reentrant lock: its owner takes it as often as it likes, and it is free when the owner has released it as often.
 *
 * - Only its owner releases it; a release by anybody else throws.
 * - It is an owned lock and a depth for each task: barging, `fair` and what a death does to it are as for a lock. A dead
 *   owner's depth dies with it.
 * - Invariant: a task's depth is written by that task alone, and counts its acquires that are not released while it owns the
 *   lock.
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
 *   if (guard.statistics().depth !== 2) throw new Error("taken twice");
 * }
 * if (guard.locked()) throw new Error("the outermost guard's end frees it");
 * ```
 */

import { call, load, type Steps, store } from "../memory/mod.ts";
import type { Binding, SharedThing } from "./binding.ts";
import { Lock, lock, type LockStatistics } from "./lock.ts";
import { type Acquired, guarded, type Inside, type LockGuard } from "./lock_guard.ts";
import type { Shareable } from "./space.ts";
import type { Viewable } from "./view.ts";
import { checkWaitOptions, type WaitOptions } from "./wait_options.ts";

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

/**
 * A reentrant lock: its owner takes it as often as it likes, and it is free when the owner has released it as
 * often.
 */
export class RLock implements SharedThing, Viewable {
  /** Its name. */
  readonly name: string;
  readonly #binding: Binding;
  readonly #lock: Lock;
  /** The task's own word: how often it has taken the lock while it owns it, and is about to while it does not. */
  readonly #depth: number;
  /** Those of all tasks. */
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
    return call(
      { kind: "call", object: this.name, method: "markConsistent", args: [] },
      Lock.inside.repaired(this.#lock),
    );
  }

  /** What can be told about it. */
  statistics(): Steps<RLockStatistics> {
    return call({ kind: "call", object: this.name, method: "statistics", args: [] }, this.#statistics());
  }

  /** Whether the running task owns it, for conditions. */
  #mine(): Steps<boolean> {
    return Lock.inside.mine(this.#lock);
  }

  /** Frees it however often it was taken, and gives how often: for conditions. */
  *#releaseAll(): Steps<number> {
    const depth = yield* load(this.#depth);
    yield* Lock.inside.give(this.#lock);
    return depth;
  }

  /** Takes it again after a wait, as often as before: for conditions. */
  *#restore(levels: number): Steps<Acquired> {
    const acquired = yield* Lock.inside.restore(this.#lock, levels);
    // Another wait of the task may have taken it meanwhile.
    if (acquired !== false) yield* store(this.#depth, levels);
    return acquired;
  }

  /** Whether nobody can have it any more: for conditions. */
  #lost(): Steps<boolean> {
    return Lock.inside.lost(this.#lock);
  }

  /** Whether a task was the last to die as its owner: for conditions. */
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
    // Before it is taken, so that no owner is ever seen with another depth than its own.
    yield* store(this.#depth, 1);
    return yield* Lock.inside.take(this.#lock, options);
  }

  *#give(): Steps<void> {
    const depth = yield* load(this.#depth);
    // Who does not own it is told so by the lock; who does keeps its depth if the lock cannot be given back.
    if (depth > 1 && (yield* this.#mine())) yield* store(this.#depth, depth - 1);
    else yield* Lock.inside.give(this.#lock);
  }

  *#locked(): Steps<boolean> {
    return (yield* this.#lock.holders()).length > 0;
  }

  *#statistics(): Steps<RLockStatistics> {
    const statistics = yield* Lock.inside.look(this.#lock);
    const { owner } = statistics;
    // An owner that has left since has kept the depth with which it left.
    return { ...statistics, depth: owner === undefined ? 0 : yield* load(this.#depths + owner) };
  }
}
