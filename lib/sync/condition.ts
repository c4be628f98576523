/**
 * A condition: the owner of its lock waits for a notification, and releases the lock meanwhile.
 *
 * - It uses a lock or a reentrant lock, by default one of its own: `condition.lock`. Only the lock's owner may call
 *   `wait`, `waitFor`, `notify` and `notifyAll`.
 * - A wait releases every level of the lock, and takes them all again before it ends, however it ends. Waiters are
 *   notified first in, first out.
 * - If a notified waiter fails or dies and cannot use its wake-up, the wake-up passes to the next waiter. So a
 *   notification from before a wait may end that wait: a waiter must check its predicate again.
 * - If a task dies holding the lock, every waiter wakes, because the notification they wait for may have died with it.
 *   The first to get the lock again gets an `OwnerDiedError`; it holds the lock, and calls
 *   `condition.lock.markConsistent()` if it can repair.
 * - Invariant: owed[task] = the notifications that woke the task and with which it has not returned yet.
 *
 * @example
 * ```ts
 * import { ModelMemory } from "../memory/mod.ts";
 * import { condition } from "./condition.ts";
 * import { Space } from "./space.ts";
 * import { blocking } from "./view.ts";
 *
 * const space = new Space({ changed: condition() }, { tasks: 1 });
 * const changed = blocking(space.bind(new ModelMemory(space.layout), { task: 0 }).changed);
 * {
 *   using _held = changed.lock.lock();
 *   if (changed.wait({ timeout: 1 })) throw new Error("nobody notifies");
 *   if (!changed.waitFor(() => true)) throw new Error("it holds from the start");
 * }
 * ```
 */

import { NotRecoverableError, StateError } from "../errors.ts";
import { add, call, load, type Steps, store } from "../memory/mod.ts";
import type { Binding, SharedThing } from "./binding.ts";
import { endOf } from "./body.ts";
import { type Failure, uninterruptibly } from "./uninterruptibly.ts";
import type { Lock } from "./lock.ts";
import type { Inside } from "./lock_guard.ts";
import { type RLock, rlock } from "./rlock.ts";
import type { Shareable } from "./space.ts";
import { NOBODY, type ParkOptions, reserveWaitQueue, WaitQueue, type WaitQueuePlace } from "./wait_queue.ts";
import { argsOf, checkWaitOptions, deadlineOf, type WaitOptions } from "./wait_options.ts";

/** Options of a condition. */
export interface ConditionOptions<L extends Lock | RLock> {
  /**
   * The lock, which may also have a name of its own and serve other conditions; by default a reentrant lock for this
   * condition alone.
   */
  readonly lock?: Shareable<L>;
}

/** Statistics of a condition. */
export interface ConditionStatistics {
  /** How many tasks wait for a notification. */
  readonly waiters: number;
}

/** What is waited for; evaluated by the lock's owner. */
export type Predicate = () => boolean | Steps<boolean>;

/** The request of every waiter. */
const WAKE = 1;
/** What a waiter is granted: a notification of its own, or one for all, which is never passed on. */
const ONE = 1;
const ALL = 2;
const SIGNALS = ["notify", "notifyAll"];

/** Declares a condition with a reentrant lock of its own. */
export function condition(): Shareable<Condition<RLock>>;
/** Declares a condition on a lock. */
export function condition<L extends Lock | RLock = RLock>(options: ConditionOptions<L>): Shareable<Condition<L>>;
export function condition({ lock = rlock() }: ConditionOptions<Lock | RLock> = {}): Shareable<Condition<Lock | RLock>> {
  return {
    kind: "condition",
    reserve(space, name) {
      const bindLock = space.part(`${name}.lock`, lock);
      const place = { name, owed: space.words(`${name}.owed`, space.tasks), queue: reserveWaitQueue(space, name) };
      return (binding) => new Condition(binding, place, bindLock(binding));
    },
  };
}

interface Place {
  readonly name: string;
  /** For each task: the wake-ups granted to it with which it has not returned. */
  readonly owed: number;
  readonly queue: WaitQueuePlace;
}

const CALLS: readonly (keyof Condition<Lock>)[] = ["wait", "waitUntil", "isMine", "notify", "notifyAll", "statistics"];

/** A condition: the owner of its lock waits for a notification, and releases the lock meanwhile. */
export class Condition<L extends Lock | RLock> implements SharedThing {
  /** Its name. */
  readonly name: string;
  /** Its lock, bound to the same task. */
  readonly lock: L;
  readonly #binding: Binding;
  readonly #place: Place;
  readonly #inside: Inside<L>;
  readonly #queue: WaitQueue;

  /** Made by {@linkcode condition}. */
  constructor(binding: Binding, place: Place, lock: L) {
    this.name = place.name;
    this.lock = lock;
    // The table of the lock's own class.
    this.#inside = (lock.constructor as unknown as { readonly inside: Inside<L> }).inside;
    this.#binding = binding;
    this.#place = place;
    this.#queue = new WaitQueue(binding, place.queue, {
      *settle() {},
      undo: (answer, lane) => this.#undo(answer, lane),
    });
  }

  /**
   * Releases the lock, waits for a notification, and takes the lock again; `false` on a timeout.
   *
   * @throws {StateError} if the task does not own the lock.
   * @throws {CancelledError} if the token is canceled first; the lock is held.
   * @throws {OwnerDiedError} if the lock's last owner died holding it; the lock is held, and needs `markConsistent`.
   * @throws {NotRecoverableError} if a death made the condition or its lock useless; the lock is then not held.
   */
  wait(options?: WaitOptions): Steps<boolean> {
    checkWaitOptions(`wait for ${this.name}`, options);
    return call({ kind: "call", object: this.name, method: "wait", args: argsOf(options) }, this.#wait(options));
  }

  /** `wait` until a deadline, in milliseconds on the memory's clock. */
  waitUntil(options: ParkOptions): Steps<boolean> {
    checkWaitOptions(`wait for ${this.name}`, { cancel: options.cancel });
    const { deadline, cancel } = options;
    if (typeof deadline !== "number" || Number.isNaN(deadline)) {
      throw new RangeError(`Cannot wait for ${this.name}: a deadline of ${deadline}, a time in milliseconds is wanted`);
    }
    const body = this.#waitUntil({ deadline, cancel });
    return call({ kind: "call", object: this.name, method: "waitUntil", args: [{ deadline, cancel }] }, body);
  }

  /**
   * Waits until a predicate holds, checking it before the first wait and after each one; `false` on a timeout, which
   * covers all these waits together.
   *
   * Throws what `wait` and the predicate throw.
   */
  waitFor(predicate: Predicate, options?: WaitOptions): Steps<boolean> {
    checkWaitOptions(`wait for ${this.name}`, options);
    if (typeof predicate !== "function") {
      throw new TypeError(`Cannot wait for ${this.name}: the predicate is ${typeof predicate}, a function is wanted`);
    }
    return this.#waitFor(predicate, this.isMine(), options);
  }

  /** Whether the task owns the lock. */
  isMine(): Steps<boolean> {
    return call({ kind: "call", object: this.name, method: "isMine", args: [] }, this.#inside.mine(this.lock));
  }

  /**
   * Wakes the first `count` waiters; 1 by default.
   *
   * @throws {StateError} if the task does not own the lock.
   */
  notify(count: number = 1): Steps<void> {
    if (!(Number.isSafeInteger(count) && count >= 0)) {
      throw new RangeError(`Cannot notify ${this.name}: ${count} waiters, a whole number of at least 0 is wanted`);
    }
    return call({ kind: "call", object: this.name, method: "notify", args: [count] }, this.#notify(count));
  }

  /**
   * Wakes all waiters.
   *
   * @throws {StateError} if the task does not own the lock.
   */
  notifyAll(): Steps<void> {
    return call({ kind: "call", object: this.name, method: "notifyAll", args: [] }, this.#notify(Infinity));
  }

  /** Its current statistics. */
  statistics(): Steps<ConditionStatistics> {
    return call(
      { kind: "call", object: this.name, method: "statistics", args: [] },
      this.#queue.look(() => this.#statistics()),
    );
  }

  /** See {@linkcode SharedThing}. */
  get calls(): readonly string[] {
    return CALLS;
  }

  /** See {@linkcode SharedThing}. */
  *died(task: number): Steps<void> {
    yield* this.lock.died(task);
    yield* this.#queue.recover(task, () => this.#passOnUnused(task));
  }

  /** See {@linkcode SharedThing}. */
  get signals(): readonly string[] {
    return SIGNALS;
  }

  /** See {@linkcode SharedThing}. */
  rouse(): Steps<void> {
    return this.#queue.inside(() => this.#queue.grantAll(ALL));
  }

  /** See {@linkcode SharedThing}: the leaks of a lock that belongs to this condition alone. */
  *leaks(): Steps<readonly string[]> {
    if (this.lock.name !== `${this.name}.lock`) return [];
    return (yield* this.lock.leaks()).map((clause) => `has a lock that ${clause}`);
  }

  *#wait(options: WaitOptions | undefined): Steps<boolean> {
    const deadline = yield* deadlineOf(options);
    return yield* this.#waitUntil({ deadline, cancel: options?.cancel });
  }

  *#waitFor(predicate: Predicate, isMine: Steps<boolean>, options: WaitOptions | undefined): Steps<boolean> {
    if (!(yield* isMine)) throw this.#notMine("wait for");
    const deadline = yield* deadlineOf(options);
    for (let inTime = true;; inTime = yield* this.waitUntil({ deadline, cancel: options?.cancel })) {
      if (yield* endOf(predicate())) return true;
      if (!inTime) return false;
    }
  }

  *#waitUntil({ deadline, cancel }: ParkOptions): Steps<boolean> {
    const { lock } = this;
    const inside = this.#inside;
    const queue = this.#queue;
    yield* this.#checkMine("wait for");
    let levels = 0;
    let answer = 0;
    let failure: Failure | undefined;
    // Only the lock's owner notifies, so no notification falls between the check of the predicate and joining the
    // queue.
    const queued = (): Steps<void> => release();
    const torn = () => this.#useless();
    function* release(): Steps<void> {
      levels = yield* inside.releaseAll(lock);
      // A lost lock will never again have an owner who could notify.
      if (yield* inside.lost(lock)) throw torn();
    }
    try {
      answer = yield* queue.obtain(nothing, WAKE, { deadline, cancel, queued });
    } catch (error) {
      failure = { error };
    }
    if (levels > 0) {
      const restored = yield* uninterruptibly(() => inside.restore(lock, levels));
      failure ??= restored.failure;
      if (typeof restored.value !== "boolean") failure ??= { error: restored.value };
    }
    if (failure !== undefined) {
      if (answer === ONE) yield* uninterruptibly(() => queue.inside(() => this.#passOnFrom(this.#binding.task)));
      throw failure.error;
    }
    if (answer === ONE) yield* add(this.#place.owed + this.#binding.task, -1);
    return answer !== 0;
  }

  *#notify(count: number): Steps<void> {
    yield* this.#checkMine("notify");
    yield* this.#queue.inside(() => count === Infinity ? this.#queue.grantAll(ALL) : this.#passOn(count));
  }

  /** Inside: wakes the first `count` waiters. */
  *#passOn(count: number): Steps<void> {
    for (let left = count; left > 0; left--) {
      const first = yield* this.#queue.first();
      if (first === NOBODY) return;
      yield* add(this.#place.owed + this.#queue.taskOf(first), 1);
      yield* this.#queue.grant(first, ONE);
    }
  }

  /** Inside: passes on a wake-up that a task was granted and cannot use. */
  *#passOnFrom(task: number): Steps<void> {
    yield* add(this.#place.owed + task, -1);
    yield* this.#passOn(1);
  }

  *#undo(answer: number, lane: number): Steps<void> {
    if (answer === ONE) yield* this.#passOnFrom(this.#queue.taskOf(lane));
  }

  /** Inside: passes on the wake-ups that a dead task did not use; wakes every waiter if it died holding the lock. */
  *#passOnUnused(task: number): Steps<void> {
    const owed = this.#place.owed + task;
    const wakes = yield* load(owed);
    yield* store(owed, 0);
    if ((yield* this.#inside.diedHolding(this.lock, task)) || (yield* this.#inside.lost(this.lock))) {
      yield* this.#queue.grantAll(ALL);
    } else yield* this.#passOn(wakes);
  }

  /** Inside. */
  *#statistics(): Steps<ConditionStatistics> {
    return { waiters: yield* this.#queue.waiters() };
  }

  *#checkMine(act: string): Steps<void> {
    if (!(yield* this.#inside.mine(this.lock))) throw this.#notMine(act);
  }

  #notMine(act: string): StateError {
    return new StateError(
      `Cannot ${act} ${this.name}: the task does not own ${this.lock.name}, the owner of the lock is wanted`,
    );
  }

  #useless(): NotRecoverableError {
    return new NotRecoverableError(
      `Cannot wait for ${this.name}: ${this.lock.name} is not recoverable, a sound lock is wanted`,
    );
  }
}

/** The condition needs no attempt before it waits. */
// deno-lint-ignore require-yield
function* nothing(): Steps<number> {
  return 0;
}
