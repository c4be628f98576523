/**
 * A pool: guests that run the functions of a module with any arguments.
 *
 * - Work is named by a module's URL, an exported function and a structured-cloneable argument.
 * - A call runs at most once, unless it may be retried. It always settles; a guest that ended is replaced, and other
 *   calls continue.
 * - Messages grow with the load: a guest gets a few milliseconds of work at a time, based on how long calls take.
 * - A call with a signal or a timeout has its guest to itself while it runs, because its guest ends with it.
 * - Closing a pool waits for all calls, then reports the failures that nobody fetched.
 *
 * @example
 * ```ts
 * import { Pool } from "./pool.ts";
 *
 * const module = "data:text/javascript,export const twice = (n) => 2 * n";
 * await using pool = await Pool.open<{ twice(n: number): number }>({ mode: "thread", module, workers: 2 });
 * const future = pool.submit("twice", 21);
 * const doubled = await Array.fromAsync(pool.map("twice", [1, 2, 3]));
 * if ((await future.result()) !== 42 || doubled.join() !== "2,4,6") throw new Error("the values are in the order of the inputs");
 * ```
 */

import { CancelledError, QueueFullError, StateError } from "../errors.ts";
import type { GuestHost, Packed, Transferable } from "../host/mod.ts";
import { Host, namedExport, Packer, ServiceShare } from "../host/mod.ts";
import { forCaller, limit } from "../platform/mod.ts";
import type { Shareables, Views } from "../sync/mod.ts";
import { Call, type CallOptions, type CallSubject, UNPACKED } from "./call.ts";
import { checkCallbacks, wholeNumber } from "./checks.ts";
import { Dispatcher, SPARE } from "./dispatcher.ts";
import type { ArgumentOf, ItemOf, NameOf, ResultOf, SharedBy, ThingsOf } from "./functions.ts";
import type { MappingPool } from "./submitter.ts";
import { type MapOptions, type Mapped, mapped, mappedUnordered } from "./mapping.ts";
import { PoolFuture } from "./pool_future.ts";
import { PoolLog } from "./pool_log.ts";
import type { CloseOptions, PoolOptions, PoolSettings, PoolStatistics, RunOptions } from "./pool_options.ts";
import { poolSettings } from "./pool_options.ts";
import { streamed } from "./stream.ts";
import { UnfetchedFailures } from "./unfetched_failures.ts";

/** A submission: an unpacked argument, and how to run the call. */
type Submitted = Omit<CallSubject, "packed" | "options" | "onSettled"> & {
  readonly argument: unknown;
  readonly options?: RunOptions | undefined;
};

const NOTHING: readonly Transferable[] = [];
const NO_OPTIONS: CallOptions = {};

/** A pool: guests that run the functions of a module with any arguments. */
export class Pool<F = Readonly<Record<string, (argument: unknown) => unknown>>, S extends Shareables = Shareables>
  implements AsyncDisposable {
  readonly #settings: PoolSettings;
  readonly #host: GuestHost;
  /** Whether the host belongs to the pool. */
  readonly #ownsHost: boolean;
  readonly #share: ServiceShare<S> | undefined;
  readonly #dispatcher: Dispatcher;
  readonly #log: PoolLog | undefined;
  readonly #packer = new Packer();
  #moves = false;
  readonly #failures = new UnfetchedFailures();
  #calls = 0;
  #unsettled = 0;
  #allSettled: (() => void) | undefined;
  #closing: Promise<void> | undefined;
  readonly #onSettled = (call: Call): void => {
    this.#unsettled--;
    this.#log?.end(call);
    this.#failures.note(call);
    if (this.#unsettled === 0) this.#allSettled?.();
  };

  private constructor(options: PoolOptions, settings: PoolSettings, share: ServiceShare<S> | undefined) {
    const { name = "worker", host, permissions = {}, guests = {}, logging } = options;
    this.#settings = settings;
    this.#ownsHost = host === undefined;
    this.#host = host ?? new Host({ permissions, guests });
    this.#share = share;
    const names = Array.from({ length: settings.max }, (_, number) => `${name}${number}`);
    const log = this.#log = logging === undefined ? undefined : new PoolLog(logging, names);
    this.#dispatcher = new Dispatcher(settings, { host: this.#host, share, log, names });
  }

  /**
   * Opens a pool; resolves when all its first guests are ready. `F` is the type of the module, `K` the name of its
   * function that returns the shared things: `Pool.open<typeof import("./work.ts"), "things">(...)` knows their types.
   *
   * @throws {RangeError} if there are no workers, a limit is negative, or the host has no such mode.
   * @throws {TypeError} if the module is not a URL, or does not export that function.
   * @throws {GuestError} if a guest cannot import the module, or its initializer fails.
   * @throws {GuestDiedError} if a guest ends before it is ready.
   * @throws {LoggingError} if it cannot log: invalid settings, or a folder that does not exist.
   */
  static async open<F = Readonly<Record<string, (argument: unknown) => unknown>>, K extends string = string>(
    options: PoolOptions & SharedBy<F, K>,
  ): Promise<Pool<F, ThingsOf<F, K>>> {
    const settings = poolSettings(options);
    const { shared }: PoolOptions = options;
    let share: ServiceShare<ThingsOf<F, K>> | undefined;
    if (shared !== undefined) {
      // The module's type determines what that function returns.
      const things = await namedExport(await import(settings.module), shared)(shared.argument) as ThingsOf<F, K>;
      share = new ServiceShare(things, { ...shared, tasks: settings.max + SPARE });
    }
    const pool = new Pool<F, ThingsOf<F, K>>(options, settings, share);
    await pool.#start();
    return pool;
  }

  /** The host's view of the shared things, whose methods return promises. */
  get shared(): Views<S, "promised"> {
    // If nothing is shared, S is empty.
    return this.#share?.promised ?? {} as Views<S, "promised">;
  }

  /** The most guests it can have. */
  get workers(): number {
    return this.#dispatcher.size;
  }

  /**
   * Submits a call and returns its future.
   *
   * @throws {TypeError} if the module exports no such function.
   * @throws {RangeError} if an option is invalid.
   * @throws {QueueFullError} if `maxQueue` calls are already waiting.
   * @throws {StateError} if the pool is closed.
   */
  submit<N extends NameOf<F>>(
    name: N,
    argument: ArgumentOf<F, N>,
    options?: RunOptions,
  ): PoolFuture<ResultOf<F, N>> {
    return new PoolFuture(this.#submit(name, { argument, options }));
  }

  /** Submits a call once there is room, and resolves with its value; fails as `submit` and its future's `result` do. */
  async run<N extends NameOf<F>>(
    name: N,
    argument: ArgumentOf<F, N>,
    options?: RunOptions,
  ): Promise<ResultOf<F, N>> {
    // Other callers may take the room before this continues.
    while (this.#dispatcher.isFull) await this.room();
    return await this.submit(name, argument, options).result();
  }

  /**
   * Calls a function that returns an async iterable, and yields its items one by one. The function is at most 16 items
   * ahead of the reader. Leaving the loop ends it.
   *
   * @throws {TypeError} if the module exports no such function, or it returns no async iterable.
   * @throws {RangeError} if an option is invalid.
   */
  stream<N extends NameOf<F>>(
    name: N,
    argument: ArgumentOf<F, N>,
    options: RunOptions = {},
  ): AsyncIterableIterator<ItemOf<F, N>> {
    this.#check(name, options);
    return streamed<ItemOf<F, N>>(async (onItem) => {
      while (this.#dispatcher.isFull) await this.room();
      return this.#submit(name, { argument, options, onItem });
    });
  }

  /** Resolves when there is room for another waiting call, which others may have taken again by then. */
  async room(): Promise<void> {
    await this.#dispatcher.room();
  }

  /**
   * Calls a function for each input and yields the values in the order of the inputs, each as soon as it and all before
   * it are ready. Takes inputs as it goes, at most `buffer` calls ahead. Leaving the loop cancels the waiting calls.
   *
   * @throws {RangeError} if an option is invalid.
   */
  map<N extends NameOf<F>>(
    name: N,
    inputs: Iterable<ArgumentOf<F, N>> | AsyncIterable<ArgumentOf<F, N>>,
    options: MapOptions<ArgumentOf<F, N>, ResultOf<F, N>> = {},
  ): AsyncIterableIterator<ResultOf<F, N>> {
    return mapped(this.#mapping(name, options), { inputs, options });
  }

  /**
   * The values for all inputs at once, like `pmap` in Julia's Distributed module: with `retries`, and with `onError` a
   * substitute value for each input that failed.
   *
   * @throws {GuestError} if an input failed, its retries are used up, and `onError` returns no value.
   * @throws {RangeError} if an option is invalid.
   */
  async pmap<N extends NameOf<F>>(
    name: N,
    inputs: Iterable<ArgumentOf<F, N>> | AsyncIterable<ArgumentOf<F, N>>,
    options: MapOptions<ArgumentOf<F, N>, ResultOf<F, N>> = {},
  ): Promise<ResultOf<F, N>[]> {
    return await forCaller(Array.fromAsync(this.map(name, inputs, options)));
  }

  /** Like `map`, but in the order in which values are ready, each with the index of its input, from 0. */
  mapUnordered<N extends NameOf<F>>(
    name: N,
    inputs: Iterable<ArgumentOf<F, N>> | AsyncIterable<ArgumentOf<F, N>>,
    options: MapOptions<ArgumentOf<F, N>, ResultOf<F, N>> = {},
  ): AsyncIterableIterator<Mapped<ResultOf<F, N>>> {
    return mappedUnordered(this.#mapping(name, options), { inputs, options });
  }

  /** Its current statistics. */
  statistics(): PoolStatistics {
    return { ...this.#dispatcher.statistics(), calls: this.#calls };
  }

  /**
   * Lets the process end although this pool is open: its guests are ended whenever it is idle, and started again for
   * the next call.
   */
  unref(): void {
    this.#dispatcher.isReferenced = false;
  }

  /** Undoes `unref`: guests stay. */
  ref(): void {
    this.#dispatcher.isReferenced = true;
  }

  /**
   * Waits for all calls, then ends the guests. Calling it twice is harmless: only the first call throws.
   *
   * @throws {UnfetchedFailureError} if calls failed and nobody fetched their outcomes.
   * @throws {GuestStuckError} if a thread that was given up does not return; it ends only with the process.
   * @throws the first error in writing the log.
   */
  close({ cancelWaiting = false }: CloseOptions = {}): Promise<void> {
    if (cancelWaiting) this.#dispatcher.cancelWaiting(new CancelledError("Cannot run: the pool was closed"));
    if (this.#closing !== undefined) return this.#closing.catch(() => {});
    return this.#closing = this.#close();
  }

  /** Cancels all calls, including running ones, and ends the guests; throws as `close` does. */
  async terminate(): Promise<void> {
    const error = new CancelledError("Cannot go on: the pool was terminated");
    await this.#dispatcher.abandon(error);
    await this.close();
  }

  /** Calls `close`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #start(): Promise<void> {
    try {
      await this.#dispatcher.start();
      this.#moves = this.#host.moves(this.#settings.mode);
      this.#log?.begin();
    } catch (error) {
      this.#log?.close();
      if (this.#ownsHost) await this.#host.close();
      throw error;
    }
  }

  #mapping(name: string, options: CallOptions): MappingPool {
    this.#check(name, options);
    const dispatcher = this.#dispatcher;
    return {
      get isFull(): boolean {
        return dispatcher.isFull;
      },
      room: () => this.room(),
      submit: (subject) => this.#submit(name, subject),
      mode: this.#settings.mode,
    };
  }

  #submit(name: string, { argument, options, ...subject }: Submitted): Call {
    this.#check(name, options);
    if (this.#dispatcher.isFull) {
      const { waiting } = this.#dispatcher.statistics();
      throw new QueueFullError(
        `Cannot submit ${name}: ${waiting} calls wait, at most ${this.#settings.maxQueue} may; await room() is wanted before`,
      );
    }
    // Counted before a getter of its argument can close the pool, which then waits for this call.
    this.#calls++;
    this.#unsettled++;
    // By the time the call waits, everything that can fail has failed; its argument is captured now.
    const packed = this.#pack(argument, options?.transfer);
    const isPacked = !("error" in packed);
    const call = new Call(name, {
      ...subject,
      packed: isPacked ? packed : UNPACKED,
      options: options ?? NO_OPTIONS,
      onSettled: this.#onSettled,
    });
    if (!isPacked) call.settle(packed);
    if (call.outcome !== undefined) return call;
    this.#log?.open(call);
    this.#dispatcher.add(call);
    return call;
  }

  #pack(argument: unknown, transfer: readonly Transferable[] = NOTHING): Packed | { readonly error: Error } {
    try {
      return this.#packer.pack(argument, { transfer, moves: this.#moves });
    } catch (error) {
      return { error: error instanceof Error ? error : new TypeError(String(error)) };
    }
  }

  #check(name: string, options: RunOptions | undefined): void {
    this.#checkName(name);
    if (options !== undefined && options !== NO_OPTIONS) this.#checkOptions(name, options);
  }

  #checkOptions(name: string, options: RunOptions): void {
    const { timeout, retries = 0, transfer = [], guest, signal, retryIf, onProgress } = options;
    const act = `submit ${name}`;
    checkCallbacks(act, { signal, retryIf, onProgress });
    if (!Array.isArray(transfer)) throw new TypeError(`Cannot ${act}: transfer is ${transfer}, a list is wanted`);
    wholeNumber(act, { name: "retries", value: retries, least: 0 });
    limit(timeout, { act });
    if (retries > 0 && transfer.length > 0) {
      throw new RangeError(
        `Cannot ${act}: what was moved cannot be moved again, no retries are wanted with a transfer`,
      );
    }
    if (guest === undefined) return;
    if (wholeNumber(act, { name: "guest", value: guest, least: 0 }) < this.#dispatcher.size) return;
    throw new RangeError(`Cannot ${act}: there is no guest ${guest}, one below ${this.#dispatcher.size} is wanted`);
  }

  #checkName(name: string): void {
    if (this.#closing !== undefined) {
      throw new StateError(`Cannot submit ${name}: the pool is closed, an open one is wanted`);
    }
    const { exports } = this.#dispatcher;
    if (exports.has(name)) return;
    const names = [...exports].join(", ") || "none";
    throw new TypeError(
      `Cannot call ${name}: ${this.#settings.module} exports no such function, one of its own (${names}) is wanted`,
    );
  }

  async #close(): Promise<void> {
    if (this.#unsettled > 0) await new Promise<void>((resolve) => void (this.#allSettled = resolve));
    await this.#dispatcher.close();
    const errors: Error[] = [];
    if (this.#ownsHost) {
      try {
        await this.#host.close();
      } catch (error) {
        errors.push(error instanceof Error ? error : new TypeError(String(error)));
      }
    }
    const unwritten = this.#log?.close();
    if (unwritten !== undefined) errors.push(unwritten);
    const unfetched = this.#failures.report();
    if (unfetched !== undefined) errors.push(unfetched);
    const [first, ...more] = errors;
    if (first === undefined) return;
    throw more.length === 0 ? first : new AggregateError(errors, `Cannot close the pool: ${first.message}`);
  }
}
