/**
 * A channel: values from any task to any task, first in first out, with an end.
 *
 * - A put waits while there are `capacity` values; with a capacity of 0 it waits until its value is taken: the rendezvous.
 *   A put that gives up leaves nothing behind.
 * - After `close()` puts fail, those that wait too; what is in the channel can still be taken, then takes fail and loops
 *   end. After `close(reason)` loops fail as well: with a `ChannelClosedError` whose cause is the reason.
 * - A channel that is bound to a task closes when that task ends, with an error if it fails or dies.
 * - A value is taken exactly once: what a take was granted that is interrupted or dies before it reads, goes back to its
 *   place. `select` (its own file) does one of several operations.
 *
 * Longer than most files because each of its ways in and out has a call of encoded values; what they do is
 * in `stock.ts`.
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
 * if (read.join() !== "start,stop") throw new Error("both are wanted");
 * ```
 */

import { ChannelClosedError, WaitTimeoutError } from "../errors.ts";
import { type ByteRange, call, load, mapped, read, type Steps, store, write } from "../memory/mod.ts";
import type { Binding, Shareable } from "../sync/mod.ts";
import { checkWaitOptions, endOf, type SharedThing, type WaitOptions } from "../sync/mod.ts";
import { batchOf, valuesOf } from "./batches.ts";
import { decode, encode } from "../codec/mod.ts";
import { contentsOf } from "./contents.ts";
import type { Taken } from "./queue.ts";
import { bodyAt, checkEncoded } from "./records.ts";
import { argsOf, AT_ONCE, checkBytes, checkCount, copied, DEFAULT_BYTES, encodeReason, holdsText } from "./region.ts";
import { FOR_EVER, REASON_BYTES, stackless, stockOptions } from "./region.ts";
import { type SelectedBytes, Selecting, type SelectOperation } from "./selecting.ts";
import { Stock } from "./stock.ts";
import { reserveStock, type StockPlace } from "./stock_inside.ts";

/** What a channel is. */
export interface ChannelOptions {
  /** How many values wait in it at most; 0, the default, for a rendezvous, `Infinity` for as many as fit. */
  readonly capacity?: number;
  /** How many bytes its values have at most, with 4 bytes and a rounding for each; 32 MB by default, used lazily. */
  readonly bytes?: number;
}

/** What a channel tells about itself. */
export interface ChannelStatistics {
  /** How many values are in it. */
  readonly size: number;
  /** How many wait to put. */
  readonly putters: number;
  /** How many wait to take. */
  readonly takers: number;
  /** How many wait to fetch. */
  readonly fetchers: number;
  /** Whether it is closed. */
  readonly closed: boolean;
}

/** A channel to be. */
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
        stock: reserveStock(space, name, { capacity, bytes, order: "fifo" }),
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
  readonly stock: StockPlace;
  /** The length of the reason, or 0. */
  readonly reasonLength: number;
  /** The encoded reason. */
  readonly reason: ByteRange;
  /** Per task: whether the channel closes when it ends. */
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

/** A channel: values from any task to any task, first in first out, with an end. */
export class Channel<T = unknown> implements SharedThing {
  /** Its name. */
  readonly name: string;
  readonly #binding: Binding;
  readonly #place: Place;
  readonly #stock: Stock;

  /** Made by {@linkcode channel}. */
  constructor(binding: Binding, place: Place) {
    this.name = place.stock.name;
    this.#binding = binding;
    this.#place = place;
    this.#stock = new Stock(binding, place.stock);
  }

  /**
   * Puts a value, waiting for room, or for its taker where there is no capacity.
   *
   * @throws {UncloneableError} if the value cannot be cloned, at once.
   * @throws {MemoryFullError} if it does not fit, ever or into an unbounded channel.
   * @throws {WaitTimeoutError} if the time is over.
   * @throws {ChannelClosedError} if the channel is closed.
   */
  put(value: T, options?: WaitOptions): Steps<void> {
    return mapped(this.putBytes(encode(value), options), (put) => {
      if (put) return;
      const is = this.#place.stock.capacity === 0 ? "nobody takes" : "it is full";
      throw this.#late("put into", is, "a take in time");
    });
  }

  /** Puts a value if there is room, or somebody who waits to take it. */
  tryPut(value: T): Steps<boolean> {
    return this.putBytes(encode(value), { timeout: 0 });
  }

  /** Puts values in order, waiting for room; gives how many it put before the time was over. */
  putAll(values: Iterable<T>, options?: WaitOptions): Steps<number> {
    return this.putRecords(batchOf(values), options);
  }

  /**
   * Takes a value, waiting for one.
   *
   * @throws {WaitTimeoutError} if the time is over.
   * @throws {ChannelClosedError} if the channel is closed and nothing is left.
   */
  take(options?: WaitOptions): Steps<T> {
    return this.#taken(this.#taking(options, this.#takeBytes(options)));
  }

  /** Takes a value if there is one. */
  tryTake(): Steps<Taken<T> | undefined> {
    return this.#tryTaken(this.#taking(AT_ONCE, this.#takeBytes(AT_ONCE)));
  }

  /** Takes what is there, waiting for one value, at most `count`; none only where the time is over. */
  takeUpTo(count: number, options?: WaitOptions): Steps<T[]> {
    const taking = this.#takingMany(count, { options, body: this.#takeRecords(count, options) });
    return mapped(taking, (records) => records === undefined ? [] : valuesOf(records) as T[]);
  }

  /** Gives the value that comes next and leaves it, waiting for one. Throws as `take` does. */
  fetch(options?: WaitOptions): Steps<T> {
    return this.#taken(this.fetchBytes(options));
  }

  /** Gives the value that comes next and leaves it, if there is one. */
  tryFetch(): Steps<Taken<T> | undefined> {
    return this.#tryTaken(this.fetchBytes({ timeout: 0 }));
  }

  /**
   * Takes a value, waiting for one; undefined after the last one of a channel that was closed without a reason. So goes a
   * loop: `for (let next = yield* c.next(); next; next = yield* c.next()) use(next.value)`.
   */
  next(options?: WaitOptions): Steps<Taken<T> | undefined> {
    return mapped(this.nextBytes(options), (bytes) => {
      if (bytes !== undefined) return bytes === false ? undefined : { value: decode(bytes) as T };
      throw this.#late("take from", `it is empty after ${options?.timeout} s`, "a put in time");
    });
  }

  /**
   * Takes values until the channel is closed, and does something with each; throws where it was closed with a reason. The
   * options are those of each wait.
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

  /** Whether a take would give a value at once. */
  isReady(): Steps<boolean> {
    return call({ kind: "call", object: this.name, method: "isReady", args: [] }, this.#stock.isReady());
  }

  /** Whether nobody can put any more. */
  isClosed(): Steps<boolean> {
    return call({ kind: "call", object: this.name, method: "isClosed", args: [] }, this.#stock.isClosed());
  }

  /** Closes the channel, for good; a reason is what loops fail with. The first reason is kept. */
  close(reason?: unknown): Steps<void> {
    return this.closeBytes(reason === undefined ? undefined : encodeReason(reason));
  }

  /** Lets the channel close when a task ends: by default the one that calls. */
  bind(task: number = this.#binding.task): Steps<void> {
    const { tasks, bound } = this.#place;
    if (!(Number.isSafeInteger(task) && task >= 0 && task < tasks)) {
      throw new RangeError(`Cannot bind ${this.name}: to task ${task} of ${tasks}, a number under that is wanted`);
    }
    return call({ kind: "call", object: this.name, method: "bind", args: [task] }, store(bound + task, 1));
  }

  /** What can be told about it. */
  statistics(): Steps<ChannelStatistics> {
    return call({ kind: "call", object: this.name, method: "statistics", args: [] }, this.#statistics());
  }

  /** Puts an encoded value: the call of `put`. Gives false where there is no room in time. */
  putBytes(bytes: Uint8Array, options?: WaitOptions): Steps<boolean> {
    checkWaitOptions(`put into ${this.name}`, options);
    this.#stock.checkBody(bytes);
    const args = [bytes, ...argsOf(options)];
    return call({ kind: "call", object: this.name, method: "putBytes", args }, this.#putBytes(bytes, options));
  }

  /** Puts a batch of records: the call of `putAll`. Gives how many it put in time. */
  putRecords(records: Uint8Array, options?: WaitOptions): Steps<number> {
    checkWaitOptions(`put into ${this.name}`, options);
    this.#stock.checkRecords(records);
    const args = [records, ...argsOf(options)];
    return call({ kind: "call", object: this.name, method: "putRecords", args }, this.#putRecords(records, options));
  }

  /** Takes an encoded value: the call of `take`. Gives undefined where there is none in time. */
  takeBytes(options?: WaitOptions): Steps<Uint8Array | undefined> {
    return this.#taking(options, copied(this.#takeBytes(options)));
  }

  /** Takes a batch of at most `count` records: the call of `takeUpTo`. Gives undefined where there is none in time. */
  takeRecords(count: number, options?: WaitOptions): Steps<Uint8Array | undefined> {
    return this.#takingMany(count, { options, body: copied(this.#takeRecords(count, options)) });
  }

  /** Gives the encoded value that comes next: the call of `fetch`. Gives undefined where there is none in time. */
  fetchBytes(options?: WaitOptions): Steps<Uint8Array | undefined> {
    checkWaitOptions(`fetch from ${this.name}`, options);
    const args = argsOf(options);
    return call({ kind: "call", object: this.name, method: "fetchBytes", args }, this.#fetchBytes(options));
  }

  /** Takes an encoded value: the call of `next`. Gives undefined where there is none in time, false after the last. */
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

  /** Does one of several operations, on this and other channels by name: the call of `select`. */
  selectBytes(
    operations: readonly SelectOperation[],
    options?: WaitOptions & { readonly seed?: number | undefined },
  ): Steps<SelectedBytes | undefined> {
    checkWaitOptions("select", options);
    const stocks = operations.map(({ channel }) => this.#named(channel).#stock);
    const body = this.#select(new Selecting(this.#binding, { operations, stocks }), options);
    const args = [operations, ...argsOf(options)];
    return call({ kind: "call", object: this.name, method: "selectBytes", args }, body);
  }

  /** See {@linkcode SharedThing}. */
  get calls(): readonly string[] {
    return CALLS;
  }

  /** See {@linkcode SharedThing}: what the dead was granted goes back to its place; a channel bound to it closes. */
  *died(task: number): Steps<void> {
    if (yield* this.#stock.died(task)) yield* this.#endOf(task, "it died");
  }

  /** See {@linkcode SharedThing}: a channel bound to the task closes. */
  ended(task: number, failure?: string): Steps<void> {
    return this.#endOf(task, failure);
  }

  /** See {@linkcode SharedThing}: the first of what can be taken. */
  contents(): Steps<readonly T[]> {
    return contentsOf(() => this.tryTake());
  }

  /** See {@linkcode SharedThing}. */
  *leaks(): Steps<readonly string[]> {
    const { size } = yield* this.#stock.look();
    return size === 0 ? [] : [holdsText(size)];
  }

  *#endOf(task: number, failure: string | undefined): Steps<void> {
    if ((yield* load(this.#place.bound + task)) === 0) return;
    const name = this.#binding.nameOf(task);
    const failed = `Cannot go on with ${this.name}: ${name} failed, to which it is bound: ${failure}`;
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
    yield* this.#stock.close(reason === undefined ? {} : { first: this.#note(reason) });
  }

  /** Inside: keeps the reason. */
  *#note(reason: Uint8Array): Steps<void> {
    yield* write(this.#place.reason.offset, reason);
    yield* store(this.#place.reasonLength, reason.length);
  }

  /** The call of `take`, whose bytes are valid until the next call. */
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
    const put = yield* this.#stock.put(bytes, options === undefined ? FOR_EVER : yield* stockOptions(options));
    if (put === "closed") throw yield* this.#closed("put into");
    return put === "put";
  }

  *#putRecords(records: Uint8Array, options: WaitOptions | undefined): Steps<number> {
    const { put, failure } = yield* this.#stock.putRecords(records, yield* stockOptions(options));
    if (failure === "closed") throw yield* this.#closed("put into");
    return put;
  }

  *#takeBytes(options: WaitOptions | undefined): Steps<Uint8Array | undefined> {
    const taken = yield* this.#stock.take(1, options === undefined ? FOR_EVER : yield* stockOptions(options));
    if (taken === "closed") throw yield* this.#closed("take from");
    return taken === "late" ? undefined : bodyAt(taken, 0);
  }

  *#takeRecords(count: number, options: WaitOptions | undefined): Steps<Uint8Array | undefined> {
    const taken = yield* this.#stock.take(count, options === undefined ? FOR_EVER : yield* stockOptions(options));
    if (taken === "closed") throw yield* this.#closed("take from");
    return taken === "late" ? undefined : taken;
  }

  *#nextBytes(options: WaitOptions | undefined): Steps<Uint8Array | false | undefined> {
    const taken = yield* this.#stock.take(1, yield* stockOptions(options));
    if (taken === "late") return undefined;
    if (taken !== "closed") return bodyAt(taken.slice(), 0);
    if ((yield* load(this.#place.reasonLength)) === 0) return false;
    throw yield* this.#closed("take from");
  }

  *#fetchBytes(options: WaitOptions | undefined): Steps<Uint8Array | undefined> {
    const fetched = yield* this.#stock.fetch(yield* stockOptions(options));
    if (fetched === "closed") throw yield* this.#closed("fetch from");
    return fetched === "late" ? undefined : bodyAt(fetched, 0);
  }

  *#select(
    selecting: Selecting,
    options: (WaitOptions & { readonly seed?: number | undefined }) | undefined,
  ): Steps<SelectedBytes | undefined> {
    const selected = yield* selecting.run({ ...yield* stockOptions(options), seed: options?.seed });
    if (selected === undefined || "bytes" in selected) return selected;
    const { channel, put } = selected.closed;
    throw yield* this.#named(channel).#closed(put === undefined ? "take from" : "put into");
  }

  *#statistics(): Steps<ChannelStatistics> {
    const { size, puts, takers, fetchers, closed } = yield* this.#stock.statistics();
    return { size, putters: puts, takers, fetchers, closed };
  }

  /** A closed channel's reason never changes. */
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
