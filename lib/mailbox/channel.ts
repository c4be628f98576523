/**
 * A channel: passes values from any task to any task, first in, first out, and can be closed.
 *
 * - A put waits while the channel holds `capacity` values; with a capacity of 0 it waits until its value is taken
 *   (rendezvous). A put that gives up leaves nothing behind.
 * - After `close()` all puts fail, including waiting ones. The remaining values can still be taken; then takes fail and
 *   loops end. After `close(reason)` loops fail too, with a `ChannelClosedError` whose `cause` is the reason.
 * - A channel bound to a task closes when that task ends, with an error if the task fails or dies.
 * - A value is taken exactly once: if a taker is interrupted or dies before it reads the value it was granted, the
 *   value returns to its place. `select` (in its own file) performs one of several operations.
 *
 * Longer than most files because each way in and out also has a call for encoded values; the work itself is in
 * `item_buffer.ts`.
 *
 * @example
 * ```ts
 * import { ModelMemory, runBlocking } from "../memory/mod.ts";
 * import { blocking, Space } from "../sync/mod.ts";
 * import { channel } from "./channel.ts";
 *
 * const space = new Space({ words: channel<string>({ capacity: 2 }) }, { tasks: 1 });
 * const memory = new ModelMemory(space.layout);
 * runBlocking(memory, space.initialize());
 * const words = blocking(space.bind(memory, { task: 0 }).words);
 * for (const word of ["start", "stop"]) words.put(word);
 * words.close();
 * const read: string[] = [];
 * words.forEach((word) => void read.push(word));
 * if (read.join() !== "start,stop") throw new Error("expected both values");
 * ```
 */

import { ChannelClosedError, WaitTimeoutError } from "../errors.ts";
import { type ByteRange, call, load, mapped, read, type Steps, store, write } from "../memory/mod.ts";
import type { Binding, Shareable } from "../sync/mod.ts";
import { argsOf, checkWaitOptions, endOf, type SharedThing, type WaitOptions } from "../sync/mod.ts";
import { batchOf, valuesOf } from "./batches.ts";
import { decode, encode } from "../codec/mod.ts";
import { contentsOf } from "./contents.ts";
import type { Taken } from "./queue.ts";
import { bodyAt, checkEncoded } from "./records.ts";
import { AT_ONCE, checkBytes, checkCount, copied, DEFAULT_BYTES, encodeReason, holdsText } from "./region.ts";
import { bufferOptions, FOREVER, REASON_BYTES, stackless } from "./region.ts";
import { type SelectedBytes, Selecting, type SelectOperation } from "./selecting.ts";
import { ItemBuffer } from "./item_buffer.ts";
import { type ItemBufferPlace, reserveItemBuffer } from "./item_buffer_monitor.ts";

/** Options of a channel. */
export interface ChannelOptions {
  /** The most values waiting in it: 0, the default, for a rendezvous; `Infinity` for as many as fit. */
  readonly capacity?: number;
  /** Room for its values, in bytes, including a 4-byte header and padding for each; 32 MB by default, used lazily. */
  readonly bytes?: number;
}

/** Statistics of a channel. */
export interface ChannelStatistics {
  /** How many values it holds. */
  readonly size: number;
  /** How many tasks are waiting to put. */
  readonly putters: number;
  /** How many tasks are waiting to take. */
  readonly takers: number;
  /** How many tasks are waiting to fetch. */
  readonly fetchers: number;
  /** Whether it is closed. */
  readonly closed: boolean;
}

/** Declares a channel. */
export function channel<T = unknown>({ capacity = 0, bytes = DEFAULT_BYTES }: ChannelOptions = {}): Shareable<
  Channel<T>
> {
  if (!(capacity === Infinity || (Number.isSafeInteger(capacity) && capacity >= 0))) {
    throw new RangeError(`Cannot make a channel: its capacity is ${capacity}, a whole number of at least 0 is wanted`);
  }
  checkBytes("channel", bytes);
  return {
    kind: "channel",
    reserve(space, name) {
      const place = {
        buffer: reserveItemBuffer(space, name, { capacity, bytes, order: "fifo" }),
        reasonLength: space.word(`${name}.reasonLength`),
        reason: space.bytes(`${name}.reason`, REASON_BYTES),
        bound: space.words(`${name}.bound`, space.tasks),
        tasks: space.tasks,
      };
      return (binding) => new Channel<T>(binding, place);
    },
  };
}

interface Place {
  readonly buffer: ItemBufferPlace;
  /** The length of the reason in bytes, or 0. */
  readonly reasonLength: number;
  /** The encoded reason. */
  readonly reason: ByteRange;
  /** For each task: whether the channel closes when the task ends. */
  readonly bound: number;
  readonly tasks: number;
}

const CALLS: readonly (keyof Channel & string)[] = [
  "isReady",
  "isClosed",
  "bind",
  "statistics",
  "putBytes",
  "putRecords",
  "takeBytes",
  "takeRecords",
  "fetchBytes",
  "nextBytes",
  "closeBytes",
  "selectBytes",
];

/** A channel: passes values from any task to any task, first in, first out, and can be closed. */
export class Channel<T = unknown> implements SharedThing {
  /** Its name. */
  readonly name: string;
  readonly #binding: Binding;
  readonly #place: Place;
  readonly #buffer: ItemBuffer;

  /** Made by {@linkcode channel}. */
  constructor(binding: Binding, place: Place) {
    this.name = place.buffer.name;
    this.#binding = binding;
    this.#place = place;
    this.#buffer = new ItemBuffer(binding, place.buffer);
  }

  /**
   * Puts a value, waiting for room or, without capacity, for a taker.
   *
   * @throws {UncloneableError} if the value cannot be cloned; thrown at once.
   * @throws {MemoryFullError} if the value can never fit, or an unbounded channel has no room for it.
   * @throws {WaitTimeoutError} if the wait times out.
   * @throws {ChannelClosedError} if the channel is closed.
   */
  put(value: T, options?: WaitOptions): Steps<void> {
    return mapped(this.putBytes(encode(value), options), (put) => {
      if (put) return;
      const is = this.#place.buffer.capacity === 0 ? "nobody takes" : "it is full";
      throw this.#late("put into", is, "a take in time");
    });
  }

  /** Puts a value only if there is room or a waiting taker; returns whether it did. */
  tryPut(value: T): Steps<boolean> {
    return this.putBytes(encode(value), { timeout: 0 });
  }

  /** Puts values in order, waiting for room; returns how many it put before the timeout. */
  putAll(values: Iterable<T>, options?: WaitOptions): Steps<number> {
    return this.putRecords(batchOf(values), options);
  }

  /**
   * Takes a value, waiting for one.
   *
   * @throws {WaitTimeoutError} if the wait times out.
   * @throws {ChannelClosedError} if the channel is closed and empty.
   */
  take(options?: WaitOptions): Steps<T> {
    return this.#taken(this.#taking(options, this.#takeBytes(options)));
  }

  /** Takes a value if there is one. */
  tryTake(): Steps<Taken<T> | undefined> {
    return this.#tryTaken(this.#taking(AT_ONCE, this.#takeBytes(AT_ONCE)));
  }

  /** Waits for one value, then takes all that are there, at most `count`; returns none only on a timeout. */
  takeUpTo(count: number, options?: WaitOptions): Steps<T[]> {
    const taking = this.#takingMany(count, { options, body: this.#takeRecords(count, options) });
    return mapped(taking, (records) => records === undefined ? [] : valuesOf(records) as T[]);
  }

  /** Returns the next value without taking it, waiting for one. Throws like `take`. */
  fetch(options?: WaitOptions): Steps<T> {
    return this.#taken(this.fetchBytes(options));
  }

  /** Returns the next value without taking it, if there is one. */
  tryFetch(): Steps<Taken<T> | undefined> {
    return this.#tryTaken(this.fetchBytes({ timeout: 0 }));
  }

  /**
   * Takes a value, waiting for one; `undefined` after the last value of a channel closed without a reason. A loop looks
   * like this: `for (let next = yield* c.next(); next; next = yield* c.next()) use(next.value)`.
   */
  next(options?: WaitOptions): Steps<Taken<T> | undefined> {
    return mapped(this.nextBytes(options), (bytes) => {
      if (bytes !== undefined) return bytes === false ? undefined : { value: decode(bytes) as T };
      throw this.#late("take from", `it is empty after ${options?.timeout} s`, "a put in time");
    });
  }

  /**
   * Takes values until the channel is closed, calling `use` with each; throws if it was closed with a reason. The
   * options apply to each wait.
   */
  forEach(use: (value: T) => Steps<void> | void, options?: WaitOptions): Steps<void> {
    return this.#each(use, { first: this.next(options), options });
  }

  *#each(
    use: (value: T) => Steps<void> | void,
    { first, options }: { readonly first: Steps<Taken<T> | undefined>; readonly options: WaitOptions | undefined },
  ): Steps<void> {
    for (let next = yield* first; next !== undefined; next = yield* this.next(options)) {
      yield* endOf(use(next.value));
    }
  }

  /** Whether a take would succeed at once. */
  isReady(): Steps<boolean> {
    return call({ kind: "call", object: this.name, method: "isReady", args: [] }, this.#buffer.isReady());
  }

  /** Whether it is closed, so that puts fail. */
  isClosed(): Steps<boolean> {
    return call({ kind: "call", object: this.name, method: "isClosed", args: [] }, this.#buffer.isClosed());
  }

  /** Closes the channel permanently. If a reason is given, loops fail with it; the first reason given is kept. */
  close(reason?: unknown): Steps<void> {
    return this.closeBytes(reason === undefined ? undefined : encodeReason(reason));
  }

  /** Makes the channel close when a task ends, by default the calling task. */
  bind(task: number = this.#binding.task): Steps<void> {
    const { tasks, bound } = this.#place;
    if (!(Number.isSafeInteger(task) && task >= 0 && task < tasks)) {
      throw new RangeError(`Cannot bind ${this.name}: to task ${task} of ${tasks}, a number under that is wanted`);
    }
    return call({ kind: "call", object: this.name, method: "bind", args: [task] }, store(bound + task, 1));
  }

  /** Its current statistics. */
  statistics(): Steps<ChannelStatistics> {
    return call({ kind: "call", object: this.name, method: "statistics", args: [] }, this.#statistics());
  }

  /** Puts an encoded value: the call of `put`. Returns false on a timeout. */
  putBytes(bytes: Uint8Array, options?: WaitOptions): Steps<boolean> {
    checkWaitOptions(`put into ${this.name}`, options);
    this.#buffer.checkBody(bytes);
    const args = [bytes, ...argsOf(options)];
    return call({ kind: "call", object: this.name, method: "putBytes", args }, this.#putBytes(bytes, options));
  }

  /** Puts a batch of records: the call of `putAll`. Returns how many it put before the timeout. */
  putRecords(records: Uint8Array, options?: WaitOptions): Steps<number> {
    checkWaitOptions(`put into ${this.name}`, options);
    this.#buffer.checkRecords(records);
    const args = [records, ...argsOf(options)];
    return call({ kind: "call", object: this.name, method: "putRecords", args }, this.#putRecords(records, options));
  }

  /** Takes an encoded value: the call of `take`. Returns `undefined` on a timeout. */
  takeBytes(options?: WaitOptions): Steps<Uint8Array | undefined> {
    return this.#taking(options, copied(this.#takeBytes(options)));
  }

  /** Takes a batch of at most `count` records: the call of `takeUpTo`. Returns `undefined` on a timeout. */
  takeRecords(count: number, options?: WaitOptions): Steps<Uint8Array | undefined> {
    return this.#takingMany(count, { options, body: copied(this.#takeRecords(count, options)) });
  }

  /** Returns the next encoded value: the call of `fetch`. Returns `undefined` on a timeout. */
  fetchBytes(options?: WaitOptions): Steps<Uint8Array | undefined> {
    checkWaitOptions(`fetch from ${this.name}`, options);
    const args = argsOf(options);
    return call({ kind: "call", object: this.name, method: "fetchBytes", args }, this.#fetchBytes(options));
  }

  /** Takes an encoded value: the call of `next`. Returns `undefined` on a timeout, false after the last value. */
  nextBytes(options?: WaitOptions): Steps<Uint8Array | false | undefined> {
    checkWaitOptions(`take from ${this.name}`, options);
    const args = argsOf(options);
    return call({ kind: "call", object: this.name, method: "nextBytes", args }, this.#nextBytes(options));
  }

  /** Closes it with an encoded reason: the call of `close`. */
  closeBytes(reason: Uint8Array | undefined): Steps<void> {
    if (reason !== undefined) this.#checkReason(reason);
    return call({ kind: "call", object: this.name, method: "closeBytes", args: [reason] }, this.#close(reason));
  }

  /** Performs one of several operations, on this and other channels by name: the call of `select`. */
  selectBytes(
    operations: readonly SelectOperation[],
    options?: WaitOptions & { readonly seed?: number | undefined },
  ): Steps<SelectedBytes | undefined> {
    checkWaitOptions("select", options);
    const buffers = operations.map(({ channel }) => this.#named(channel).#buffer);
    const body = this.#select(new Selecting(this.#binding, { operations, buffers }), options);
    const args = [operations, ...argsOf(options)];
    return call({ kind: "call", object: this.name, method: "selectBytes", args }, body);
  }

  /** See {@linkcode SharedThing}. */
  get calls(): readonly string[] {
    return CALLS;
  }

  /**
   * See {@linkcode SharedThing}: values granted to the dead task return to their places; a channel bound to it closes.
   */
  *died(task: number): Steps<void> {
    if (yield* this.#buffer.died(task)) yield* this.#endOf(task, "it died");
  }

  /** See {@linkcode SharedThing}: a channel bound to the task closes. */
  ended(task: number, failure?: string): Steps<void> {
    return this.#endOf(task, failure);
  }

  /** See {@linkcode SharedThing}: the first values that can be taken. */
  contents(): Steps<readonly T[]> {
    return contentsOf(() => this.tryTake());
  }

  /** See {@linkcode SharedThing}. */
  *leaks(): Steps<readonly string[]> {
    const { size } = yield* this.#buffer.look();
    return size === 0 ? [] : [holdsText(size)];
  }

  *#endOf(task: number, failure: string | undefined): Steps<void> {
    if ((yield* load(this.#place.bound + task)) === 0) return;
    const name = this.#binding.nameOf(task);
    const failed = `Cannot go on with ${this.name}: it is bound to ${name}, which failed: ${failure}`;
    yield* this.#close(failure === undefined ? undefined : encodeReason(stackless(new Error(failed))));
  }

  #checkReason(reason: Uint8Array): void {
    checkEncoded(this.name, reason);
    if (reason.length <= REASON_BYTES) return;
    throw new RangeError(
      `Cannot close ${this.name}: a reason of ${reason.length} bytes, at most ${REASON_BYTES} are wanted`,
    );
  }

  *#close(reason: Uint8Array | undefined): Steps<void> {
    yield* this.#buffer.close(reason === undefined ? {} : { first: this.#note(reason) });
  }

  /** Inside: stores the reason. */
  *#note(reason: Uint8Array): Steps<void> {
    yield* write(this.#place.reason.offset, reason);
    yield* store(this.#place.reasonLength, reason.length);
  }

  /** The call of `take`; the bytes are valid until the next call. */
  #taking(options: WaitOptions | undefined, body: Steps<Uint8Array | undefined>): Steps<Uint8Array | undefined> {
    checkWaitOptions(`take from ${this.name}`, options);
    return call({ kind: "call", object: this.name, method: "takeBytes", args: argsOf(options) }, body);
  }

  #takingMany(
    count: number,
    { options, body }: { options: WaitOptions | undefined; body: Steps<Uint8Array | undefined> },
  ): Steps<Uint8Array | undefined> {
    checkWaitOptions(`take from ${this.name}`, options);
    checkCount(this.name, count);
    return call({ kind: "call", object: this.name, method: "takeRecords", args: [count, ...argsOf(options)] }, body);
  }

  #taken(take: Steps<Uint8Array | undefined>): Steps<T> {
    return mapped(take, (bytes) => {
      if (bytes !== undefined) return decode(bytes) as T;
      throw this.#late("take from", "it is empty", "a put in time");
    });
  }

  #tryTaken(take: Steps<Uint8Array | undefined>): Steps<Taken<T> | undefined> {
    return mapped(take, (bytes) => bytes === undefined ? undefined : { value: decode(bytes) as T });
  }

  *#putBytes(bytes: Uint8Array, options: WaitOptions | undefined): Steps<boolean> {
    const put = yield* this.#buffer.put(bytes, options === undefined ? FOREVER : yield* bufferOptions(options));
    if (put === "closed") throw yield* this.#closed("put into");
    return put === "put";
  }

  *#putRecords(records: Uint8Array, options: WaitOptions | undefined): Steps<number> {
    const { put, failure } = yield* this.#buffer.putRecords(records, yield* bufferOptions(options));
    if (failure === "closed") throw yield* this.#closed("put into");
    return put;
  }

  *#takeBytes(options: WaitOptions | undefined): Steps<Uint8Array | undefined> {
    const taken = yield* this.#buffer.take(1, options === undefined ? FOREVER : yield* bufferOptions(options));
    if (taken === "closed") throw yield* this.#closed("take from");
    return taken === "late" ? undefined : bodyAt(taken, 0);
  }

  *#takeRecords(count: number, options: WaitOptions | undefined): Steps<Uint8Array | undefined> {
    const taken = yield* this.#buffer.take(count, options === undefined ? FOREVER : yield* bufferOptions(options));
    if (taken === "closed") throw yield* this.#closed("take from");
    return taken === "late" ? undefined : taken;
  }

  *#nextBytes(options: WaitOptions | undefined): Steps<Uint8Array | false | undefined> {
    const taken = yield* this.#buffer.take(1, yield* bufferOptions(options));
    if (taken === "late") return undefined;
    if (taken !== "closed") return bodyAt(taken.slice(), 0);
    if ((yield* load(this.#place.reasonLength)) === 0) return false;
    throw yield* this.#closed("take from");
  }

  *#fetchBytes(options: WaitOptions | undefined): Steps<Uint8Array | undefined> {
    const fetched = yield* this.#buffer.fetch(yield* bufferOptions(options));
    if (fetched === "closed") throw yield* this.#closed("fetch from");
    return fetched === "late" ? undefined : bodyAt(fetched, 0);
  }

  *#select(
    selecting: Selecting,
    options: (WaitOptions & { readonly seed?: number | undefined }) | undefined,
  ): Steps<SelectedBytes | undefined> {
    const selected = yield* selecting.run({ ...yield* bufferOptions(options), seed: options?.seed });
    if (selected === undefined || "bytes" in selected) return selected;
    const { channel, put } = selected.closed;
    throw yield* this.#named(channel).#closed(put === undefined ? "take from" : "put into");
  }

  *#statistics(): Steps<ChannelStatistics> {
    const { size, puts, takers, fetchers, closed } = yield* this.#buffer.statistics();
    return { size, putters: puts, takers, fetchers, closed };
  }

  /** The error for a closed channel; its reason never changes. */
  *#closed(act: string): Steps<ChannelClosedError> {
    const { reasonLength, reason } = this.#place;
    const length = yield* load(reasonLength);
    const message = `Cannot ${act} ${this.name}: it is closed, an open channel is wanted`;
    if (length === 0) return new ChannelClosedError(message);
    return new ChannelClosedError(message, { cause: decode(yield* read(reason.offset, length)) });
  }

  #late(act: string, is: string, wanted: string): WaitTimeoutError {
    return new WaitTimeoutError(`Cannot ${act} ${this.name}: ${is}, ${wanted} is wanted`);
  }

  #named(name: string): Channel {
    const thing = this.#binding.things.get(name);
    if (thing instanceof Channel) return thing;
    throw new TypeError(`Cannot select: ${name} is no channel of this space, a channel is wanted`);
  }
}
