/**
 * A gate: tasks that all wait for one condition, which a function checks.
 *
 * - A waiter checks the condition first outside the monitor, then inside it. All state that the condition depends on is
 *   changed by `change`, which releases all waiters if the gate is then open.
 * - Invariant: the gate is open => nobody is queued.
 */

import type { Steps } from "../memory/mod.ts";
import type { Binding } from "./binding.ts";
import { type Refusal, WaitQueue, type WaitQueuePlace } from "./wait_queue.ts";
import { FOREVER, parkOptions, type WaitOptions } from "./wait_options.ts";

/** The request of every waiter and the answer to it. */
const OPEN = 1;

/** A gate: tasks that all wait for one condition, which a function checks. */
export class Gate {
  readonly #queue: WaitQueue;
  readonly #isOpen: () => Steps<boolean>;

  /** A task's view of a gate, which is open when `isOpen` returns true. */
  constructor(binding: Binding, place: WaitQueuePlace, isOpen: () => Steps<boolean>) {
    this.#queue = new WaitQueue(binding, place, { settle: () => this.#settle(), *undo() {} });
    this.#isOpen = isOpen;
  }

  /** Waits until it is open; `false` on a timeout. */
  *wait(options: WaitOptions | undefined): Steps<boolean> {
    if (yield* this.#isOpen()) return true;
    if (options?.timeout === 0) return false;
    return (yield* this.#queue.obtain(
      () => this.#look(),
      OPEN,
      options === undefined ? FOREVER : yield* parkOptions(options),
    )) === OPEN;
  }

  /**
   * Changes the state inside the monitor, and releases the waiters if the gate is open; returns what the change
   * returned.
   */
  change<T>(change: () => Steps<T | Refusal>): Steps<T> {
    return this.#queue.inside(() => this.#change(change));
  }

  /** See {@linkcode WaitQueue.look}. */
  look<T>(look: () => Steps<T>): Steps<T> {
    return this.#queue.look(look);
  }

  /** How many tasks are waiting; exact inside, a hint outside. */
  waiters(): Steps<number> {
    return this.#queue.waiters();
  }

  /** Releases all waiters, whether it is open or not. */
  rouse(): Steps<void> {
    return this.#queue.inside(() => this.#queue.grantAll(OPEN));
  }

  /** Recovers from a task's death; `false` if it died inside the monitor. */
  recover(task: number): Steps<boolean> {
    return this.#queue.recover(task, function* () {});
  }

  *#look(): Steps<number> {
    return (yield* this.#isOpen()) ? OPEN : 0;
  }

  *#change<T>(change: () => Steps<T | Refusal>): Steps<T | Refusal> {
    const value = yield* change();
    yield* this.#settle();
    return value;
  }

  *#settle(): Steps<void> {
    if (yield* this.#isOpen()) yield* this.#queue.grantAll(OPEN);
  }
}
