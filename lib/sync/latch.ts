/**
 * A latch: a count that only goes down, and tasks that wait until it is 0.
 *
 * - As in Java, it opens once and stays open; counting down an open latch does nothing.
 * - Any task may count down, even several times. Nobody counts down in place of a dead task; the deadlock report names
 *   the tasks that then wait forever.
 * - Invariant: the count never rises; it is 0 => nobody is queued.
 *
 * @example
 * ```ts
 * import { ModelMemory, runBlocking } from "../memory/mod.ts";
 * import { latch } from "./latch.ts";
 * import { Space } from "./space.ts";
 * import { blocking } from "./view.ts";
 *
 * const space = new Space({ ready: latch(2) }, { tasks: 1 });
 * const memory = new ModelMemory(space.layout);
 * runBlocking(memory, space.initialize());
 * const ready = blocking(space.bind(memory, { task: 0 }).ready);
 * ready.countDown();
 * if (ready.wait({ timeout: 1 })) throw new Error("one count-down remains");
 * ready.countDown();
 * if (!ready.wait()) throw new Error("it is open");
 * ```
 */

import { call, load, type Steps, store } from "../memory/mod.ts";
import type { Binding, SharedThing } from "./binding.ts";
import { Gate } from "./gate.ts";
import type { Shareable } from "./space.ts";
import { reserveWaitQueue, type WaitQueuePlace } from "./wait_queue.ts";
import { argsOf, checkWaitOptions, type WaitOptions } from "./wait_options.ts";

/** Statistics of a latch. */
export interface LatchStatistics {
  /** How many count-downs remain until it opens. */
  readonly count: number;
  /** How many tasks are waiting. */
  readonly waiters: number;
}

const MOST = 2 ** 31 - 1;

/**
 * Declares a latch that opens after `count` count-downs.
 *
 * @throws {RangeError} unless `count` is an integer from 0 to 2^31 - 1.
 */
export function latch(count: number): Shareable<Latch> {
  if (!(Number.isSafeInteger(count) && count >= 0 && count <= MOST)) {
    throw new RangeError(`Cannot make a latch: of ${count}, a whole number from 0 to ${MOST} is wanted`);
  }
  return {
    kind: "latch",
    reserve(space, name) {
      const place = { name, count: space.word(`${name}.count`, count), queue: reserveWaitQueue(space, name) };
      return (binding) => new Latch(binding, place);
    },
  };
}

interface Place {
  readonly name: string;
  /** How many count-downs remain. */
  readonly count: number;
  readonly queue: WaitQueuePlace;
}

const CALLS: readonly (keyof Latch & string)[] = ["countDown", "wait", "tryWait", "statistics"];

/** A latch: a count that only goes down, and tasks that wait until it is 0. */
export class Latch implements SharedThing {
  /** Its name. */
  readonly name: string;
  readonly #count: number;
  readonly #gate: Gate;

  /** Made by {@linkcode latch}. */
  constructor(binding: Binding, place: Place) {
    this.name = place.name;
    this.#count = place.count;
    this.#gate = new Gate(binding, place.queue, () => this.#isOpen());
  }

  /** Counts down by `count` (1 by default), but not below 0. */
  countDown(count: number = 1): Steps<void> {
    if (!(Number.isSafeInteger(count) && count >= 0)) {
      throw new RangeError(`Cannot count ${this.name} down: by ${count}, a whole number of at least 0 is wanted`);
    }
    return call({ kind: "call", object: this.name, method: "countDown", args: [count] }, this.#countDown(count));
  }

  /**
   * Waits until it is open; `false` on a timeout.
   *
   * @throws {CancelledError} if the token is canceled first.
   */
  wait(options?: WaitOptions): Steps<boolean> {
    checkWaitOptions(`wait for ${this.name}`, options);
    return call({ kind: "call", object: this.name, method: "wait", args: argsOf(options) }, this.#gate.wait(options));
  }

  /** Whether it is open. */
  tryWait(): Steps<boolean> {
    return call({ kind: "call", object: this.name, method: "tryWait", args: [] }, this.#isOpen());
  }

  /** Its current statistics. */
  statistics(): Steps<LatchStatistics> {
    return call(
      { kind: "call", object: this.name, method: "statistics", args: [] },
      this.#gate.look(() => this.#statistics()),
    );
  }

  /** See {@linkcode SharedThing}. */
  get calls(): readonly string[] {
    return CALLS;
  }

  /** See {@linkcode SharedThing}. */
  *died(task: number): Steps<void> {
    yield* this.#gate.recover(task);
  }

  /** See {@linkcode SharedThing}: it stays open, so nobody can observe who has waited. */
  ready(method: string, args: readonly unknown[]): Steps<boolean> | undefined {
    return method === "wait" && args.length === 0 ? this.#isOpen() : undefined;
  }

  #countDown(count: number): Steps<void> {
    return this.#gate.change(() => this.#change(count));
  }

  /** Inside. */
  *#change(count: number): Steps<void> {
    yield* store(this.#count, Math.max(0, (yield* load(this.#count)) - count));
  }

  *#isOpen(): Steps<boolean> {
    return (yield* load(this.#count)) === 0;
  }

  /** Inside. */
  *#statistics(): Steps<LatchStatistics> {
    return { count: yield* load(this.#count), waiters: yield* this.#gate.waiters() };
  }
}
