/**
 * A queue: items from any task to any task, first in first out, last in first out, or the least priority first.
 *
 * - With a `maxsize` above 0 a put waits while there are that many items; else it has as many as fit into `bytes` bytes,
 *   and a put into a full queue throws at once.
 * - Each item put is to be said done with `taskDone`; `join` waits until all are.
 * - `shutdown`: puts fail from then on, those that wait too; gets drain the queue and then fail. `immediate` drops what is
 *   in it, and counts that as done, as Python's queues do since 3.13.
 * - Values are encoded before anything happens and decoded after it, in the task itself.
 * - An item is taken exactly once: what a get was granted that is interrupted or dies before it reads, goes back to its
 *   place. What somebody had taken is gone with them.
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
 * if (jobs.get() !== "first") throw new Error("the least priority first");
 * ```
 */

import { QueueEmptyError, QueueFullError, QueueShutDownError, StateError } from "../errors.ts";
import { call, mapped, type Steps } from "../memory/mod.ts";
import type { Binding, Shareable } from "../sync/mod.ts";
import { checkWaitOptions, type SharedThing, type WaitOptions } from "../sync/mod.ts";
import { batchOf, valuesOf } from "./batches.ts";
import { decode, encode } from "../codec/mod.ts";
import { contentsOf } from "./contents.ts";
import {
  argsOf,
  AT_ONCE,
  checkBytes,
  checkCount,
  copied,
  DEFAULT_BYTES,
  FOR_EVER,
  holdsText,
  stockOptions,
} from "./region.ts";
import { bodyAt } from "./records.ts";
import { Stock } from "./stock.ts";
import { reserveStock, type StockOrder, type StockPlace } from "./stock_inside.ts";

/** What a queue is. */
export interface QueueOptions {
  /** How many items it has at most; 0, the default, or less for as many as fit. */
  readonly maxsize?: number;
  /** Which item comes first: `fifo` (the default), `lifo`, or the least `priority`. */
  readonly order?: StockOrder;
  /** How many bytes its items have at most, with 4 bytes and a rounding for each; 32 MB by default, used lazily. */
  readonly bytes?: number;
}

/** How long a put waits, and what it is worth. */
export interface PutOptions extends WaitOptions {
  /** The priority, in a queue by priority: the least comes first, equal ones in the order of their puts; 0 by default. */
  readonly priority?: number | undefined;
}

/** What a queue tells about itself. */
export interface QueueStatistics {
  /** How many items are in it. */
  readonly size: number;
  /** How many wait to put. */
  readonly putters: number;
  /** How many wait to get. */
  readonly getters: number;
  /** How many items were put and are not done. */
  readonly unfinished: number;
  /** Whether it is shut down. */
  readonly shutDown: boolean;
}

/** A value that was there. */
export interface Taken<T> {
  /** The value. */
  readonly value: T;
}

/** A queue to be. */
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
      const place = reserveStock(space, name, { capacity: maxsize > 0 ? maxsize : Infinity, bytes, order });
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

/** A queue: items from any task to any task, first in first out, last in first out, or the least priority first. */
export class Queue<T = unknown> implements SharedThing {
  /** Its name. */
  readonly name: string;
  readonly #binding: Binding;
  readonly #stock: Stock;

  /** Made by {@linkcode queue}. */
  constructor(binding: Binding, place: StockPlace) {
    this.name = place.name;
    this.#binding = binding;
    this.#stock = new Stock(binding, place);
  }

  /**
   * Puts a value, waiting for room.
   *
   * @throws {UncloneableError} if the value cannot be cloned, at once.
   * @throws {MemoryFullError} if it does not fit, ever or into a queue without a maxsize.
   * @throws {QueueFullError} if there is no room in time.
   * @throws {QueueShutDownError} if the queue is shut down.
   */
  put(value: T, options?: PutOptions): Steps<void> {
    return mapped(this.putBytes(encode(value), options), (put) => {
      if (!put) throw new QueueFullError(`Cannot put into ${this.name}: it is full, a get in time is wanted`);
    });
  }

  /** Puts a value if there is room. */
  tryPut(value: T, { priority }: { readonly priority?: number } = {}): Steps<boolean> {
    return this.putBytes(encode(value), { timeout: 0, priority });
  }

  /**
   * Puts values in order, waiting for room; gives how many it put before the time was over. It enters the queue once for
   * as many as there is room for.
   */
  putAll(values: Iterable<T>, options?: PutOptions): Steps<number> {
    return this.putRecords(batchOf(values), options);
  }

  /** Takes a value, waiting for one. */
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

  /** Takes what is there, waiting for one value, at most `count`; none only where the time is over. */
  takeUpTo(count: number, options?: WaitOptions): Steps<T[]> {
    const getting = this.#gettingMany(count, { options, body: this.#getRecords(count, options) });
    return mapped(getting, (records) => records === undefined ? [] : valuesOf(records) as T[]);
  }

  /** Says that a value that was taken is done with. */
  taskDone(): Steps<void> {
    return call({ kind: "call", object: this.name, method: "taskDone", args: [] }, this.#taskDone());
  }

  /** Waits until all values that were put are done with; false where the time was over. */
  join(options?: WaitOptions): Steps<boolean> {
    checkWaitOptions(`join ${this.name}`, options);
    return call({ kind: "call", object: this.name, method: "join", args: argsOf(options) }, this.#join(options));
  }

  /** Shuts the queue down, for good; `immediate` drops what is in it. Again it does nothing, or drops. */
  shutdown({ immediate = false }: { readonly immediate?: boolean } = {}): Steps<void> {
    const body = this.#stock.close({ drop: immediate });
    return call({ kind: "call", object: this.name, method: "shutdown", args: [{ immediate }] }, body);
  }

  /** What can be told about it. */
  statistics(): Steps<QueueStatistics> {
    return call({ kind: "call", object: this.name, method: "statistics", args: [] }, this.#statistics());
  }

  /** Puts an encoded value: the call of `put`. Gives false where there is no room in time. */
  putBytes(bytes: Uint8Array, options?: PutOptions): Steps<boolean> {
    this.#check("put into", options);
    this.#stock.checkBody(bytes);
    const args = [bytes, ...argsOf(options)];
    return call({ kind: "call", object: this.name, method: "putBytes", args }, this.#putBytes(bytes, options));
  }

  /** Puts a batch of records: the call of `putAll`. Gives how many it put in time. */
  putRecords(records: Uint8Array, options?: PutOptions): Steps<number> {
    this.#check("put into", options);
    this.#stock.checkRecords(records);
    const args = [records, ...argsOf(options)];
    return call({ kind: "call", object: this.name, method: "putRecords", args }, this.#putRecords(records, options));
  }

  /** Takes an encoded value: the call of `get`. Gives undefined where there is none in time. */
  getBytes(options?: WaitOptions): Steps<Uint8Array | undefined> {
    return this.#getting(options, copied(this.#getBytes(options)));
  }

  /** Takes a batch of at most `count` records: the call of `takeUpTo`. Gives undefined where there is none in time. */
  getRecords(count: number, options?: WaitOptions): Steps<Uint8Array | undefined> {
    return this.#gettingMany(count, { options, body: copied(this.#getRecords(count, options)) });
  }

  /** See {@linkcode SharedThing}. */
  get calls(): readonly string[] {
    return CALLS;
  }

  /** See {@linkcode SharedThing}: what the dead was granted goes back to its place. */
  *died(task: number): Steps<void> {
    yield* this.#stock.died(task);
  }

  /** See {@linkcode SharedThing}: the first of what can be taken. */
  contents(): Steps<readonly T[]> {
    return contentsOf(() => this.tryGet());
  }

  /** See {@linkcode SharedThing}. */
  *leaks(): Steps<readonly string[]> {
    const { size } = yield* this.#stock.look();
    return size === 0 ? [] : [holdsText(size)];
  }

  /** The call of `get`, whose bytes are valid until the next call. */
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
    if (yield* this.#stock.done()) return;
    throw new StateError(`Cannot say that an item of ${this.name} is done: all are, one that was taken is wanted`);
  }

  *#join(options: WaitOptions | undefined): Steps<boolean> {
    return yield* this.#stock.join(yield* stockOptions(options));
  }

  *#putBytes(bytes: Uint8Array, options: PutOptions | undefined): Steps<boolean> {
    const put = yield* this.#stock.put(bytes, options === undefined ? FOR_EVER : yield* stockOptions(options));
    if (put === "closed") throw this.#shutDown("put into");
    return put === "put";
  }

  *#putRecords(records: Uint8Array, options: PutOptions | undefined): Steps<number> {
    const { put, failure } = yield* this.#stock.putRecords(records, yield* stockOptions(options));
    if (failure === "closed") throw this.#shutDown("put into");
    return put;
  }

  *#getBytes(options: WaitOptions | undefined): Steps<Uint8Array | undefined> {
    const taken = yield* this.#stock.take(1, options === undefined ? FOR_EVER : yield* stockOptions(options));
    if (taken === "closed") throw this.#shutDown("get from");
    return taken === "late" ? undefined : bodyAt(taken, 0);
  }

  *#getRecords(count: number, options: WaitOptions | undefined): Steps<Uint8Array | undefined> {
    const taken = yield* this.#stock.take(count, options === undefined ? FOR_EVER : yield* stockOptions(options));
    if (taken === "closed") throw this.#shutDown("get from");
    return taken === "late" ? undefined : taken;
  }

  *#statistics(): Steps<QueueStatistics> {
    const { size, puts, takers, unfinished, closed } = yield* this.#stock.statistics();
    return { size, putters: puts, getters: takers, unfinished, shutDown: closed };
  }

  #check(act: string, options: PutOptions | undefined): void {
    checkWaitOptions(`${act} ${this.name}`, options);
    const priority = options?.priority;
    if (priority === undefined || (typeof priority === "number" && !Number.isNaN(priority))) return;
    throw new RangeError(`Cannot ${act} ${this.name}: its priority is ${priority}, a number is wanted`);
  }

  #shutDown(act: string): QueueShutDownError {
    return new QueueShutDownError(`Cannot ${act} ${this.name}: it is shut down, an open queue is wanted`);
  }
}
