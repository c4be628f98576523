/**
 * An event: a flag that any task may set or clear, and that tasks wait for.
 *
 * - `set` wakes all waiters; while the event is set, `wait` returns at once.
 * - A `set` followed directly by a `clear` still wakes all tasks that were parked at the `set`.
 * - Invariant: the event is set => nobody is queued.
 *
 * @example
 * ```ts
 * import { ModelMemory } from "../memory/mod.ts";
 * import { event } from "./event.ts";
 * import { Space } from "./space.ts";
 * import { blocking } from "./view.ts";
 *
 * const space = new Space({ ready: event() }, { tasks: 1 });
 * const ready = blocking(space.bind(new ModelMemory(space.layout), { task: 0 }).ready);
 * if (ready.wait({ timeout: 1 })) throw new Error("nobody has set it");
 * ready.set();
 * if (!ready.wait() || !ready.isSet()) throw new Error("it is set");
 * ```
 */

import { call, load, type Steps, store } from "../memory/mod.ts";
import type { Binding, SharedThing } from "./binding.ts";
import { Gate } from "./gate.ts";
import type { Shareable } from "./space.ts";
import { reserveWaitQueue, type WaitQueuePlace } from "./wait_queue.ts";
import { argsOf, checkWaitOptions, type WaitOptions } from "./wait_options.ts";

/** Statistics of an event. */
export interface EventStatistics {
  /** Whether it is set. */
  readonly set: boolean;
  /** How many tasks are waiting. */
  readonly waiters: number;
}

const SIGNALS = ["set"];

/** Declares an event, initially not set. */
export function event(): Shareable<Event> {
  return {
    kind: "event",
    reserve(space, name) {
      const place = { name, flag: space.word(`${name}.flag`), queue: reserveWaitQueue(space, name) };
      return (binding) => new Event(binding, place);
    },
  };
}

interface Place {
  readonly name: string;
  /** 1 while the event is set. */
  readonly flag: number;
  readonly queue: WaitQueuePlace;
}

const CALLS: readonly (keyof Event & string)[] = ["set", "clear", "isSet", "wait", "tryWait", "statistics"];

/** An event: a flag that any task may set or clear, and that tasks wait for. */
export class Event implements SharedThing {
  /** Its name. */
  readonly name: string;
  readonly #flag: number;
  readonly #gate: Gate;

  /** Made by {@linkcode event}. */
  constructor(binding: Binding, place: Place) {
    this.name = place.name;
    this.#flag = place.flag;
    this.#gate = new Gate(binding, place.queue, () => this.#isSet());
  }

  /** Sets it and wakes all waiters. */
  set(): Steps<void> {
    return call({ kind: "call", object: this.name, method: "set", args: [] }, this.#change(1));
  }

  /** Clears it. */
  clear(): Steps<void> {
    return call({ kind: "call", object: this.name, method: "clear", args: [] }, this.#change(0));
  }

  /** Whether it is set. */
  isSet(): Steps<boolean> {
    return call({ kind: "call", object: this.name, method: "isSet", args: [] }, this.#isSet());
  }

  /**
   * Waits until it is set; `false` on a timeout.
   *
   * @throws {CancelledError} if the token is canceled first.
   */
  wait(options?: WaitOptions): Steps<boolean> {
    checkWaitOptions(`wait for ${this.name}`, options);
    return call({ kind: "call", object: this.name, method: "wait", args: argsOf(options) }, this.#gate.wait(options));
  }

  /** Whether it is set: `wait` without waiting. */
  tryWait(): Steps<boolean> {
    return call({ kind: "call", object: this.name, method: "tryWait", args: [] }, this.#isSet());
  }

  /** Its current statistics. */
  statistics(): Steps<EventStatistics> {
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

  /** See {@linkcode SharedThing}: once it is cleared again, a `set` leaves no trace. */
  get signals(): readonly string[] {
    return SIGNALS;
  }

  /** See {@linkcode SharedThing}. */
  rouse(): Steps<void> {
    return this.#gate.rouse();
  }

  #change(flag: 0 | 1): Steps<void> {
    return this.#gate.change(() => store(this.#flag, flag));
  }

  *#isSet(): Steps<boolean> {
    return (yield* load(this.#flag)) === 1;
  }

  /** Inside. */
  *#statistics(): Steps<EventStatistics> {
    return { set: yield* this.#isSet(), waiters: yield* this.#gate.waiters() };
  }
}
