/**
 * A condition: who owns its lock waits for a notify, and gives the lock back meanwhile.
 *
 * - On a lock or a reentrant lock; by default one of its own: `condition.lock`. `wait`, `waitFor`, `notify` and `notifyAll`
 *   are for the lock's owner alone.
 * - A wait releases every level of the lock and takes them again before it ends, however it ends. Waiters are notified first
 *   in, first out.
 * - A wake-up that its waiter cannot use, because it fails or dies, passes on to the next in line. So a waiter may be woken
 *   by a notify from before its wait, and looks again at what it waits for.
 * - A death with the lock wakes everybody, because the notify that they wait for may have died, too. Whoever gets the lock
 *   first gets an `OwnerDiedError`, has the lock, and says `condition.lock.markConsistent()` if it can repair.
 * - Invariant: owed[task] = the notifies that a task was woken by and has not returned with.
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
 *   if (!changed.waitFor(() => true)) throw new Error("true from the start");
 * }
 * ```
 */

import { NotRecoverableError, StateError } from "../errors.ts";
import { add, call, load, type Steps, store } from "../memory/mod.ts";
import type { Binding, SharedThing } from "./binding.ts";
import { endOf } from "./body.ts";
import { type Failure, insist } from "./insist.ts";
import type { Lock } from "./lock.ts";
import type { Inside } from "./lock_guard.ts";
import { type RLock, rlock } from "./rlock.ts";
import type { Shareable } from "./space.ts";
import { NOBODY, type ParkOptions, reserveWaitQueue, WaitQueue, type WaitQueuePlace } from "./wait_queue.ts";
import { checkWaitOptions, deadlineOf, type WaitOptions } from "./wait_options.ts";

/** What a condition needs. */
export interface ConditionOptions<L extends Lock | RLock> {
  /** Its lock, which may be shared by a name of its own and by other conditions; an own reentrant one by default. */
  readonly lock?: Shareable<L>;
}

/** What a condition tells about itself. */
export interface ConditionStatistics {
  /** How many wait for a notify. */
  readonly waiters: number;
}

/** What is waited for: looked at by the lock's owner. */
export type Predicate = () => boolean | Steps<boolean>;

/** The request of every waiter. */
const WAKE = 1;
/** What it is granted: a notify of its own, or one for all, which is nobody's to pass on. */
const ONE = 1;
const ALL = 2;
const SIGNALS = ["notify", "notifyAll"];

/** A condition to be, with a reentrant lock of its own. */
export function condition(): Shareable<Condition<RLock>>;
/** A condition to be, on a lock. */
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
  /** Per task: the wake-ups that are under way to their waiters. */
  readonly owed: number;
  readonly queue: WaitQueuePlace;
}

const CALLS: readonly (keyof Condition<Lock>)[] = ["wait", "waitUntil", "isMine", "notify", "notifyAll", "statistics"];

/** A condition: who owns its lock waits for a notify, and gives the lock back meanwhile. */
export class Condition<L extends Lock | RLock> implements SharedThing {
  /** Its name. */
  readonly name: string;
  /** Its lock, for the same task. */
  readonly lock: L;
  readonly #binding: Binding;
  readonly #place: Place;
  readonly #inside: Inside<L>;
  readonly #queue: WaitQueue;

  /** Made by {@linkcode condition}. */
  constructor(binding: Binding, place: Place, lock: L) {
    this.name = place.name;
    this.lock = lock;
    // The table of its own class.
    this.#inside = (lock.constructor as unknown as { readonly inside: Inside<L> }).inside;
    this.#binding = binding;
    this.#place = place;
    this.#queue = new WaitQueue(binding, place.queue, {
      *settle() {},
      undo: (answer, lane) => this.#undo(answer, lane),
    });
  }

  /**
   * Releases the lock, waits for a notify, and takes the lock again; false if no notify came in time.
   *
   * @throws {StateError} where the task does not own the lock.
   * @throws {CancelledError} where the token is cancelled first; the lock is held.
   * @throws {OwnerDiedError} where the lock's last owner died with it; the lock is held, and `markConsistent` is wanted.
   * @throws {NotRecoverableError} where a death made the condition useless, or the lock, which then is not held.
   */
  wait(options?: WaitOptions): Steps<boolean> {
    checkWaitOptions(`wait for ${this.name}`, options);
    const args = options === undefined ? [] : [options];
    return call({ kind: "call", object: this.name, method: "wait", args }, this.#wait(options));
  }

  /** `wait` up to a time in milliseconds on the memory's clock. */
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
   * Waits until a predicate holds, and looks at it before the first wait and after each; false if it did not hold in time.
   * The timeout is for all waits together.
   *
   * Throws what `wait` throws, and what the predicate throws.
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
   * Wakes the first in line, or the first `count`.
   *
   * @throws {StateError} where the task does not own the lock.
   */
  notify(count: number = 1): Steps<void> {
    if (!(Number.isSafeInteger(count) && count >= 0)) {
      throw new RangeError(`Cannot notify ${this.name}: ${count} waiters, a whole number of at least 0 is wanted`);
    }
    return call({ kind: "call", object: this.name, method: "notify", args: [count] }, this.#notify(count));
  }

  /**
   * Wakes all who wait.
   *
   * @throws {StateError} where the task does not own the lock.
   */
  notifyAll(): Steps<void> {
    return call({ kind: "call", object: this.name, method: "notifyAll", args: [] }, this.#notify(Infinity));
  }

  /** What can be told about it. */
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
    yield* this.#queue.bury(task, () => this.#bequeath(task));
  }

  /** See {@linkcode SharedThing}. */
  get signals(): readonly string[] {
    return SIGNALS;
  }

  /** See {@linkcode SharedThing}. */
  rouse(): Steps<void> {
    return this.#queue.inside(() => this.#queue.grantAll(ALL));
  }

  /** See {@linkcode SharedThing}: those of a lock that only the condition has. */
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
    // Only the lock's owner notifies, so nobody does between the look at what is waited for and this place in line.
    const queued = (): Steps<void> => release();
    const torn = () => this.#useless();
    function* release(): Steps<void> {
      levels = yield* inside.releaseAll(lock);
      // Of a lock that is lost nobody will ever be the owner who notifies.
      if (yield* inside.lost(lock)) throw torn();
    }
    try {
      answer = yield* queue.obtain(nothing, WAKE, { deadline, cancel, queued });
    } catch (error) {
      failure = { error };
    }
    if (levels > 0) {
      const restored = yield* insist(() => inside.restore(lock, levels));
      failure ??= restored.failure;
      if (typeof restored.value !== "boolean") failure ??= { error: restored.value };
    }
    if (failure !== undefined) {
      if (answer === ONE) yield* insist(() => queue.inside(() => this.#passOnFrom(this.#binding.task)));
      throw failure.error;
    }
    if (answer === ONE) yield* add(this.#place.owed + this.#binding.task, -1);
    return answer !== 0;
  }

  *#notify(count: number): Steps<void> {
    yield* this.#checkMine("notify");
    yield* this.#queue.inside(() => count === Infinity ? this.#queue.grantAll(ALL) : this.#passOn(count));
  }

  /** Inside: wakes the first in line. */
  *#passOn(count: number): Steps<void> {
    for (let left = count; left > 0; left--) {
      const first = yield* this.#queue.first();
      if (first === NOBODY) return;
      yield* add(this.#place.owed + this.#queue.taskOf(first), 1);
      yield* this.#queue.grant(first, ONE);
    }
  }

  /** Inside: passes on a wake-up that a task was given and cannot use. */
  *#passOnFrom(task: number): Steps<void> {
    yield* add(this.#place.owed + task, -1);
    yield* this.#passOn(1);
  }

  *#undo(answer: number, lane: number): Steps<void> {
    if (answer === ONE) yield* this.#passOnFrom(this.#queue.taskOf(lane));
  }

  /** Inside: passes on the wake-ups that a dead task did not use, or wakes all whom its death with the lock concerns. */
  *#bequeath(task: number): Steps<void> {
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

/** Nobody is notified before it waits. */
// deno-lint-ignore require-yield
function* nothing(): Steps<number> {
  return 0;
}
