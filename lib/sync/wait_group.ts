/**
 * A wait group: a count of work in progress that goes up and down, and tasks that wait until it is 0.
 *
 * - As in Go: call `add` before the work starts, `done` at its end, and `wait` for all of it; a count below zero is an
 *   error. A group is reusable: tasks waiting when the count reaches 0 proceed, even if it rises again before they run.
 * - A dead task's `done` is missing: a task that knows its work repeats it or calls `done` in its place. Otherwise the
 *   deadlock report names the tasks that wait forever.
 * - Invariant: the count is never below 0; it is 0 => nobody is queued.
 *
 * @example
 * ```ts
 * import { ModelMemory } from "../memory/mod.ts";
 * import { Space } from "./space.ts";
 * import { blocking } from "./view.ts";
 * import { waitGroup } from "./wait_group.ts";
 *
 * const space = new Space({ jobs: waitGroup() }, { tasks: 1 });
 * const jobs = blocking(space.bind(new ModelMemory(space.layout), { task: 0 }).jobs);
 * jobs.add(2);
 * jobs.done();
 * if (jobs.wait({ timeout: 1 })) throw new Error("one piece of work is in progress");
 * jobs.done();
 * if (!jobs.wait()) throw new Error("all is done");
 * ```
 */

import { StateError } from "../errors.ts";
import { call, type CallOperation, load, type Steps, store } from "../memory/mod.ts";
import type { Binding, SharedThing } from "./binding.ts";
import { Gate } from "./gate.ts";
import type { Shareable } from "./space.ts";
import { Refusal, reserveWaitQueue, type WaitQueuePlace } from "./wait_queue.ts";
import { argsOf, checkWaitOptions, type WaitOptions } from "./wait_options.ts";

/** Statistics of a wait group. */
export interface WaitGroupStatistics {
  /** How many pieces of work are in progress. */
  readonly count: number;
  /** How many tasks are waiting. */
  readonly waiters: number;
}

const MOST = 2 ** 31 - 1;

/** Declares a wait group with no work in progress. */
export function waitGroup(): Shareable<WaitGroup> {
  return {
    kind: "waitGroup",
    reserve(space, name) {
      const place = { name, count: space.word(`${name}.count`), queue: reserveWaitQueue(space, name) };
      return (binding) => new WaitGroup(binding, place);
    },
  };
}

interface Place {
  readonly name: string;
  /** How many pieces of work are in progress. */
  readonly count: number;
  readonly queue: WaitQueuePlace;
}

const CALLS: readonly (keyof WaitGroup & string)[] = ["add", "done", "wait", "tryWait", "statistics"];

/** A wait group: a count of work in progress that goes up and down, and tasks that wait until it is 0. */
export class WaitGroup implements SharedThing {
  /** Its name. */
  readonly name: string;
  readonly #count: number;
  readonly #gate: Gate;
  // A call without arguments is the same every time.
  readonly #doneCall: CallOperation;

  /** Made by {@linkcode waitGroup}. */
  constructor(binding: Binding, place: Place) {
    this.name = place.name;
    this.#count = place.count;
    this.#gate = new Gate(binding, place.queue, () => this.#isDone());
    this.#doneCall = { kind: "call", object: this.name, method: "done", args: [] };
  }

  /**
   * Adds `count` pieces of work (1 by default); a negative number removes some.
   *
   * @throws {StateError} if the count would be below 0 or above 2^31 - 1; it then stays as it is.
   */
  add(count: number = 1): Steps<void> {
    if (!(Number.isSafeInteger(count) && Math.abs(count) <= MOST)) {
      throw new RangeError(`Cannot add to ${this.name}: ${count}, a whole number from ${-MOST} to ${MOST} is wanted`);
    }
    return call({ kind: "call", object: this.name, method: "add", args: [count] }, this.#add(count));
  }

  /**
   * Marks one piece of work as done.
   *
   * @throws {StateError} if no work is in progress.
   */
  done(): Steps<void> {
    return call(this.#doneCall, this.#add(-1));
  }

  /**
   * Waits until no work is in progress; `false` on a timeout.
   *
   * @throws {CancelledError} if the token is canceled first.
   */
  wait(options?: WaitOptions): Steps<boolean> {
    checkWaitOptions(`wait for ${this.name}`, options);
    return call({ kind: "call", object: this.name, method: "wait", args: argsOf(options) }, this.#gate.wait(options));
  }

  /** Whether no work is in progress. */
  tryWait(): Steps<boolean> {
    return call({ kind: "call", object: this.name, method: "tryWait", args: [] }, this.#isDone());
  }

  /** Its current statistics. */
  statistics(): Steps<WaitGroupStatistics> {
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

  #add(count: number): Steps<void> {
    return this.#gate.change(() => this.#change(count));
  }

  /** Inside. */
  *#change(count: number): Steps<Refusal | void> {
    const before = yield* load(this.#count);
    const sum = before + count;
    if (sum >= 0 && sum <= MOST) return yield* store(this.#count, sum);
    return new Refusal(
      new StateError(`Cannot add ${count} to ${this.name}: ${before} under way, a sum from 0 to ${MOST} is wanted`),
    );
  }

  *#isDone(): Steps<boolean> {
    return (yield* load(this.#count)) === 0;
  }

  /** Inside. */
  *#statistics(): Steps<WaitGroupStatistics> {
    return { count: yield* load(this.#count), waiters: yield* this.#gate.waiters() };
  }
}
