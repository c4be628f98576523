/**
 * A queue: passes items from any task to any task, first in first out, last in first out, or lowest priority first.
 *
 * - With a positive `maxsize`, a put waits while the queue holds that many items. Otherwise the queue holds as many as
 *   fit into `bytes` bytes, and a put into a full queue throws at once.
 * - Each item that was put must be marked done with `taskDone`; `join` waits until all are.
 * - After `shutdown` all puts fail, including waiting ones; gets drain the queue, then fail. `immediate` drops the
 *   remaining items and counts them as done, as Python's queues do since 3.13.
 * - Values are encoded before anything happens and decoded afterward, in the task itself.
 * - An item is taken exactly once: if a getter is interrupted or dies before it reads the item it was granted, the item
 *   returns to its place. An item already read by a task that dies is lost.
 *
 * @example
 * ```ts
 * import { ModelMemory, runBlocking } from "../memory/mod.ts";
 * import { blocking, Space } from "../sync/mod.ts";
 * import { queue } from "./queue.ts";
 *
 * const space = new Space({ jobs: queue<string>({ order: "priority" }) }, { tasks: 1 });
 * const memory = new ModelMemory(space.layout);
 * runBlocking(memory, space.initialize());
 * const jobs = blocking(space.bind(memory, { task: 0 }).jobs);
 * jobs.put("later", { priority: 2 });
 * jobs.put("first", { priority: 1 });
 * if (jobs.get() !== "first") throw new Error("the lowest priority comes first");
 * ```
 */

import { QueueEmptyError, QueueFullError, QueueShutDownError, StateError } from "../errors.ts";
import { call, mapped, type Steps } from "../memory/mod.ts";
import type { Binding, Shareable } from "../sync/mod.ts";
import { argsOf, checkWaitOptions, type SharedThing, type WaitOptions } from "../sync/mod.ts";
import { batchOf, valuesOf } from "./batches.ts";
import { decode, encode } from "../codec/mod.ts";
import { contentsOf } from "./contents.ts";
import { AT_ONCE, bufferOptions, checkBytes, checkCount, copied, DEFAULT_BYTES, FOREVER, holdsText } from "./region.ts";
import { bodyAt } from "./records.ts";
import { ItemBuffer } from "./item_buffer.ts";
import { type ItemBufferPlace, type QueueOrder, reserveItemBuffer } from "./item_buffer_monitor.ts";

/** Options of a queue. */
export interface QueueOptions {
  /** The most items it holds; 0 (the default) or less for as many as fit. */
  readonly maxsize?: number;
  /** Which item comes first: the oldest (`fifo`, the default), the newest (`lifo`), or the lowest `priority` number. */
  readonly order?: QueueOrder;
  /** Room for its items, in bytes, including a 4-byte header and padding for each; 32 MB by default, used lazily. */
  readonly bytes?: number;
}

/** How long a put waits, and the item's priority. */
export interface PutOptions extends WaitOptions {
  /** The priority in a priority queue: the lowest number comes first, equal ones in the order of their puts; 0 by default. */
  readonly priority?: number | undefined;
}

/** Statistics of a queue. */
export interface QueueStatistics {
  /** How many items it holds. */
  readonly size: number;
  /** How many tasks are waiting to put. */
  readonly putters: number;
  /** How many tasks are waiting to get. */
  readonly getters: number;
  /** How many items have been put and not marked done. */
  readonly unfinished: number;
  /** Whether it is shut down. */
  readonly shutDown: boolean;
}

/** A value that was available. */
export interface Taken<T> {
  /** The value. */
  readonly value: T;
}

/** Declares a queue. */
export function queue<T = unknown>(
  { maxsize = 0, order = "fifo", bytes = DEFAULT_BYTES }: QueueOptions = {},
): Shareable<Queue<T>> {
  if (!(maxsize === Infinity || Number.isSafeInteger(maxsize))) {
    throw new RangeError(`Cannot make a queue: its maxsize is ${maxsize}, a whole number is wanted`);
  }
  if (order !== "fifo" && order !== "lifo" && order !== "priority") {
    throw new TypeError(`Cannot make a queue: its order is ${order}, one of fifo, lifo, priority is wanted`);
  }
  checkBytes("queue", bytes);
  return {
    kind: "queue",
    reserve(space, name) {
      const place = reserveItemBuffer(space, name, { capacity: maxsize > 0 ? maxsize : Infinity, bytes, order });
      return (binding) => new Queue<T>(binding, place);
    },
  };
}

const CALLS: readonly (keyof Queue & string)[] = [
  "taskDone",
  "join",
  "shutdown",
  "statistics",
  "putBytes",
  "putRecords",
  "getBytes",
  "getRecords",
];

/** A queue: passes items from any task to any task, first in first out, last in first out, or lowest priority first. */
export class Queue<T = unknown> implements SharedThing {
  /** Its name. */
  readonly name: string;
  readonly #buffer: ItemBuffer;

  /** Made by {@linkcode queue}. */
  constructor(binding: Binding, place: ItemBufferPlace) {
    this.name = place.name;
    this.#buffer = new ItemBuffer(binding, place);
  }

  /**
   * Puts a value, waiting for room.
   *
   * @throws {UncloneableError} if the value cannot be cloned; thrown at once.
   * @throws {MemoryFullError} if the value can never fit, or a queue without a `maxsize` has no room for it.
   * @throws {QueueFullError} if there is no room in time.
   * @throws {QueueShutDownError} if the queue is shut down.
   */
  put(value: T, options?: PutOptions): Steps<void> {
    return mapped(this.putBytes(encode(value), options), (put) => {
      if (!put) throw new QueueFullError(`Cannot put into ${this.name}: it is full, a get in time is wanted`);
    });
  }

  /** Puts a value if there is room; returns whether it did. */
  tryPut(value: T, { priority }: { readonly priority?: number } = {}): Steps<boolean> {
    return this.putBytes(encode(value), { timeout: 0, priority });
  }

  /**
   * Puts values in order, waiting for room; returns how many it put before the timeout. It enters the monitor once for
   * as many values as there is room for.
   */
  putAll(values: Iterable<T>, options?: PutOptions): Steps<number> {
    return this.putRecords(batchOf(values), options);
  }

  /**
   * Takes a value, waiting for one.
   *
   * @throws {QueueEmptyError} if the wait times out.
   * @throws {QueueShutDownError} if the queue is shut down and empty.
   */
  get(options?: WaitOptions): Steps<T> {
    return mapped(this.#getting(options, this.#getBytes(options)), (bytes) => {
      if (bytes !== undefined) return decode(bytes) as T;
      throw new QueueEmptyError(`Cannot get from ${this.name}: it is empty, a put in time is wanted`);
    });
  }

  /** Takes a value if there is one. */
  tryGet(): Steps<Taken<T> | undefined> {
    const getting = this.#getting(AT_ONCE, this.#getBytes(AT_ONCE));
    return mapped(getting, (bytes) => bytes === undefined ? undefined : { value: decode(bytes) as T });
  }

  /** Waits for one value, then takes all that are there, at most `count`; returns none only on a timeout. */
  takeUpTo(count: number, options?: WaitOptions): Steps<T[]> {
    const getting = this.#gettingMany(count, { options, body: this.#getRecords(count, options) });
    return mapped(getting, (records) => records === undefined ? [] : valuesOf(records) as T[]);
  }

  /** Marks one value that was taken as done. */
  taskDone(): Steps<void> {
    return call({ kind: "call", object: this.name, method: "taskDone", args: [] }, this.#taskDone());
  }

  /** Waits until all values that were put are done; `false` on a timeout. */
  join(options?: WaitOptions): Steps<boolean> {
    checkWaitOptions(`join ${this.name}`, options);
    return call({ kind: "call", object: this.name, method: "join", args: argsOf(options) }, this.#join(options));
  }

  /**
   * Shuts the queue down permanently; `immediate` (false by default) also drops its items. Shutting it down again has
   * no effect, except to drop them.
   */
  shutdown({ immediate = false }: { readonly immediate?: boolean } = {}): Steps<void> {
    const body = this.#buffer.close({ drop: immediate });
    return call({ kind: "call", object: this.name, method: "shutdown", args: [{ immediate }] }, body);
  }

  /** Its current statistics. */
  statistics(): Steps<QueueStatistics> {
    return call({ kind: "call", object: this.name, method: "statistics", args: [] }, this.#statistics());
  }

  /** Puts an encoded value: the call of `put`. Returns false on a timeout. */
  putBytes(bytes: Uint8Array, options?: PutOptions): Steps<boolean> {
    this.#check(options);
    this.#buffer.checkBody(bytes);
    const args = [bytes, ...argsOf(options)];
    return call({ kind: "call", object: this.name, method: "putBytes", args }, this.#putBytes(bytes, options));
  }

  /** Puts a batch of records: the call of `putAll`. Returns how many it put before the timeout. */
  putRecords(records: Uint8Array, options?: PutOptions): Steps<number> {
    this.#check(options);
    this.#buffer.checkRecords(records);
    const args = [records, ...argsOf(options)];
    return call({ kind: "call", object: this.name, method: "putRecords", args }, this.#putRecords(records, options));
  }

  /** Takes an encoded value: the call of `get`. Returns `undefined` on a timeout. */
  getBytes(options?: WaitOptions): Steps<Uint8Array | undefined> {
    return this.#getting(options, copied(this.#getBytes(options)));
  }

  /** Takes a batch of at most `count` records: the call of `takeUpTo`. Returns `undefined` on a timeout. */
  getRecords(count: number, options?: WaitOptions): Steps<Uint8Array | undefined> {
    return this.#gettingMany(count, { options, body: copied(this.#getRecords(count, options)) });
  }

  /** See {@linkcode SharedThing}. */
  get calls(): readonly string[] {
    return CALLS;
  }

  /** See {@linkcode SharedThing}: items granted to the dead task return to their places. */
  *died(task: number): Steps<void> {
    yield* this.#buffer.died(task);
  }

  /** See {@linkcode SharedThing}: the first items that can be taken. */
  contents(): Steps<readonly T[]> {
    return contentsOf(() => this.tryGet());
  }

  /** See {@linkcode SharedThing}. */
  *leaks(): Steps<readonly string[]> {
    const { size } = yield* this.#buffer.look();
    return size === 0 ? [] : [holdsText(size)];
  }

  /** The call of `get`; the bytes are valid until the next call. */
  #getting(options: WaitOptions | undefined, body: Steps<Uint8Array | undefined>): Steps<Uint8Array | undefined> {
    checkWaitOptions(`get from ${this.name}`, options);
    return call({ kind: "call", object: this.name, method: "getBytes", args: argsOf(options) }, body);
  }

  #gettingMany(
    count: number,
    { options, body }: { options: WaitOptions | undefined; body: Steps<Uint8Array | undefined> },
  ): Steps<Uint8Array | undefined> {
    checkWaitOptions(`get from ${this.name}`, options);
    checkCount(this.name, count);
    return call({ kind: "call", object: this.name, method: "getRecords", args: [count, ...argsOf(options)] }, body);
  }

  *#taskDone(): Steps<void> {
    if (yield* this.#buffer.done()) return;
    throw new StateError(`Cannot mark an item of ${this.name} as done: all are done, an item that was taken is wanted`);
  }

  *#join(options: WaitOptions | undefined): Steps<boolean> {
    return yield* this.#buffer.join(yield* bufferOptions(options));
  }

  *#putBytes(bytes: Uint8Array, options: PutOptions | undefined): Steps<boolean> {
    const put = yield* this.#buffer.put(bytes, options === undefined ? FOREVER : yield* bufferOptions(options));
    if (put === "closed") throw this.#shutDown("put into");
    return put === "put";
  }

  *#putRecords(records: Uint8Array, options: PutOptions | undefined): Steps<number> {
    const { put, failure } = yield* this.#buffer.putRecords(records, yield* bufferOptions(options));
    if (failure === "closed") throw this.#shutDown("put into");
    return put;
  }

  *#getBytes(options: WaitOptions | undefined): Steps<Uint8Array | undefined> {
    const taken = yield* this.#buffer.take(1, options === undefined ? FOREVER : yield* bufferOptions(options));
    if (taken === "closed") throw this.#shutDown("get from");
    return taken === "late" ? undefined : bodyAt(taken, 0);
  }

  *#getRecords(count: number, options: WaitOptions | undefined): Steps<Uint8Array | undefined> {
    const taken = yield* this.#buffer.take(count, options === undefined ? FOREVER : yield* bufferOptions(options));
    if (taken === "closed") throw this.#shutDown("get from");
    return taken === "late" ? undefined : taken;
  }

  *#statistics(): Steps<QueueStatistics> {
    const { size, puts, takers, unfinished, closed } = yield* this.#buffer.statistics();
    return { size, putters: puts, getters: takers, unfinished, shutDown: closed };
  }

  #check(options: PutOptions | undefined): void {
    checkWaitOptions(`put into ${this.name}`, options);
    const priority = options?.priority;
    if (priority === undefined || (typeof priority === "number" && !Number.isNaN(priority))) return;
    throw new RangeError(`Cannot put into ${this.name}: its priority is ${priority}, a number is wanted`);
  }

  #shutDown(act: string): QueueShutDownError {
    return new QueueShutDownError(`Cannot ${act} ${this.name}: it is shut down, an open queue is wanted`);
  }
}
