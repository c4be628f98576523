/**
 * A gate: tasks that all wait for one thing, which a look tells.
 *
 * - Who waits looks first without the monitor, then inside it; whoever changes what is looked at does it by `change`, which
 *   lets all go who wait at an open gate.
 * - Invariant: the gate is open => nobody is queued.
 */

import type { Steps } from "../memory/mod.ts";
import type { Binding } from "./binding.ts";
import { type Refusal, WaitQueue, type WaitQueuePlace } from "./wait_queue.ts";
import { FOR_EVER, parkOptions, type WaitOptions } from "./wait_options.ts";

/** The request of every waiter and the answer to it. */
const OPEN = 1;

/** A gate: tasks that all wait for one thing, which a look tells. */
export class Gate {
  readonly #queue: WaitQueue;
  readonly #isOpen: () => Steps<boolean>;

  /** A task's view of a gate, which is open where the look gives true. */
  constructor(binding: Binding, place: WaitQueuePlace, isOpen: () => Steps<boolean>) {
    this.#queue = new WaitQueue(binding, place, { settle: () => this.#settle(), *undo() {} });
    this.#isOpen = isOpen;
  }

  /** Waits until it is open; false if that was not in time. */
  *wait(options: WaitOptions | undefined): Steps<boolean> {
    if (yield* this.#isOpen()) return true;
    if (options?.timeout === 0) return false;
    return (yield* this.#queue.obtain(
      () => this.#look(),
      OPEN,
      options === undefined ? FOR_EVER : yield* parkOptions(options),
    )) === OPEN;
  }

  /** Changes what is looked at, inside the monitor, and lets go who waits at an open gate; gives what the change gave. */
  change<T>(change: () => Steps<T | Refusal>): Steps<T> {
    return this.#queue.inside(() => this.#change(change));
  }

  /** See {@linkcode WaitQueue.look}. */
  look<T>(look: () => Steps<T>): Steps<T> {
    return this.#queue.look(look);
  }

  /** How many wait; exact inside, a hint outside. */
  waiters(): Steps<number> {
    return this.#queue.waiters();
  }

  /** Lets go all who wait, open or not. */
  rouse(): Steps<void> {
    return this.#queue.inside(() => this.#queue.grantAll(OPEN));
  }

  /** Buries a dead task; false where it died inside the monitor. */
  bury(task: number): Steps<boolean> {
    return this.#queue.bury(task, function* () {});
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
