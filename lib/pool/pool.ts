/**
 * A pool: guests that run the functions of a module, on whatever arguments come.
 *
 * - Work is named: a module's URL, the name of a function that it exports, a structured-cloneable argument.
 * - A call runs at most once, unless it may be retried. Whatever it does, it settles; a guest that ended is replaced, and the
 *   other calls go on.
 * - Messages grow with the load: a guest has a few milliseconds of work at hand, by the time that calls take.
 * - A call with a signal or a timeout has a guest for itself while it runs, because its guest ends with it.
 * - The end of a pool waits for all calls, and then reports the failures that nobody asked for.
 *
 * @example
 * ```ts
 * import { Pool } from "./pool.ts";
 *
 * const module = "data:text/javascript,export const twice = (n) => 2 * n";
 * await using pool = await Pool.open<{ twice(n: number): number }>({ mode: "thread", module, workers: 2 });
 * const future = pool.submit("twice", 21);
 * const doubled = await Array.fromAsync(pool.map("twice", [1, 2, 3]));
 * if ((await future.result()) !== 42 || doubled.join() !== "2,4,6") throw new Error("in the order of the inputs");
 * ```
 *
 * @module
 */

import { CancelledError, QueueFullError, StateError } from "../errors.ts";
import { Host, namedExport, ServiceShare } from "../host/mod.ts";
import type { Shareables, Shared } from "../sync/mod.ts";
import { Call, type CallOptions, type CallSubject } from "./call.ts";
import { longestTimeout, wholeNumber } from "./checks.ts";
import { Crew, SPARE } from "./crew.ts";
import type { ArgumentOf, NameOf, SharedBy, ThingsOf, ValueOf } from "./functions.ts";
import type { MappingPool } from "./feed.ts";
import { type MapOptions, type Mapped, mapped, mappedUnordered } from "./mapping.ts";
import { PoolFuture } from "./pool_future.ts";
import { PoolLog } from "./pool_log.ts";
import type { PoolOptions, PoolStatistics, RunOptions } from "./pool_options.ts";
import { UnfetchedFailures } from "./unfetched_failures.ts";

/** See the module. */
export class Pool<F = Readonly<Record<string, (argument: unknown) => unknown>>, S extends Shareables = Shareables>
  implements AsyncDisposable {
  readonly #options: PoolOptions;
  readonly #host: Host;
  readonly #share: ServiceShare<S> | undefined;
  readonly #crew: Crew;
  readonly #log: PoolLog | undefined;
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

  private constructor(options: PoolOptions, share: ServiceShare<S> | undefined) {
    const { workers = navigator.hardwareConcurrency, name = "worker", host, permissions = {}, logging } = options;
    this.#options = options;
    this.#host = host ?? new Host({ permissions });
    this.#share = share;
    const names = Array.from({ length: workers }, (_, number) => `${name}${number}`);
    const log = this.#log = logging === undefined ? undefined : new PoolLog(logging, names);
    this.#crew = new Crew(options, { host: this.#host, share, log, names });
  }

  /**
   * Opens a pool; resolves when all its guests are ready. `F` is the type of the module, `K` the name of its function that
   * gives the shared things: `Pool.open<typeof import("./work.ts"), "things">(...)` knows what is shared.
   *
   * @throws {RangeError} where there is no worker, or a limit is negative.
   * @throws {TypeError} where the module is no URL, or exports no function of that name.
   * @throws {GuestError} where a guest cannot import the module, or its initializer fails.
   * @throws {GuestDiedError} where a guest ends before it is ready.
   * @throws {LoggingError} where it cannot log: settings that do not hold, a folder that does not exist.
   */
  static async open<F = Readonly<Record<string, (argument: unknown) => unknown>>, K extends string = string>(
    options: PoolOptions & SharedBy<F, K>,
  ): Promise<Pool<F, ThingsOf<F, K>>> {
    const { module, workers = navigator.hardwareConcurrency, maxQueue, timeout, shared }: PoolOptions = options;
    wholeNumber("open a pool", { name: "workers", value: workers, least: 1 });
    if (maxQueue !== undefined && maxQueue !== Infinity) {
      wholeNumber("open a pool", { name: "maxQueue", value: maxQueue, least: 1 });
    }
    longestTimeout(timeout, "a guest");
    if (!URL.canParse(module)) {
      throw new TypeError(
        `Cannot open a pool of ${module}: it is no URL, one such as import.meta.resolve("./work.ts") is wanted`,
      );
    }
    let share: ServiceShare<ThingsOf<F, K>> | undefined;
    if (shared !== undefined) {
      // The type of the module says what its function of that name gives.
      const things = await namedExport(await import(module), shared)(shared.argument) as ThingsOf<F, K>;
      share = new ServiceShare(things, { call: shared, tasks: workers + SPARE });
    }
    const pool = new Pool<F, ThingsOf<F, K>>(options, share);
    await pool.#start();
    return pool;
  }

  /** The host's view of the shared things. Its blocking faces would block the guests, too: use the Async ones. */
  get shared(): Shared<S> {
    // Where nothing is shared, S has no names.
    return this.#share?.shared ?? {} as Shared<S>;
  }

  /** How many guests it has. */
  get workers(): number {
    return this.#crew.size;
  }

  /**
   * Submits a call and gives its future.
   *
   * @throws {TypeError} where the module exports no such function.
   * @throws {RangeError} where an option makes no sense.
   * @throws {QueueFullError} where as many calls wait as may.
   * @throws {StateError} where the pool is closed.
   */
  submit<N extends NameOf<F>>(
    name: N,
    argument: ArgumentOf<F, N>,
    options?: RunOptions,
  ): PoolFuture<ValueOf<F, N>> {
    return new PoolFuture(this.#submit(name, options === undefined ? { argument } : { argument, options }));
  }

  /** Submits a call when there is room, and gives its value; fails as `submit` and the result of its future do. */
  async run<N extends NameOf<F>>(
    name: N,
    argument: ArgumentOf<F, N>,
    options?: RunOptions,
  ): Promise<ValueOf<F, N>> {
    // Others may take the room before this goes on.
    while (this.#crew.isFull) await this.room();
    return await this.submit(name, argument, options).result();
  }

  /** Resolves when one more call may wait: at once, or when others may have taken it again. */
  async room(): Promise<void> {
    await this.#crew.room();
  }

  /**
   * Calls a function on each input and gives the values in the order of the inputs, each as soon as it and all before it
   * are there; takes inputs as it goes, at most `buffer` calls ahead. Leaving the loop cancels what waits.
   *
   * @throws {RangeError} where an option makes no sense.
   */
  map<N extends NameOf<F>>(
    name: N,
    inputs: Iterable<ArgumentOf<F, N>> | AsyncIterable<ArgumentOf<F, N>>,
    options: MapOptions<ArgumentOf<F, N>, ValueOf<F, N>> = {},
  ): AsyncIterableIterator<ValueOf<F, N>> {
    return mapped(this.#mapping(name, options), { inputs, options });
  }

  /**
   * The values for all inputs at once, as `pmap` of Julia's distributed computing: with `retries`, and with `onError` a
   * value for each input that failed.
   *
   * @throws {GuestError} where an input failed, its retries are used up, and `onError` gives no value.
   * @throws {RangeError} where an option makes no sense.
   */
  async pmap<N extends NameOf<F>>(
    name: N,
    inputs: Iterable<ArgumentOf<F, N>> | AsyncIterable<ArgumentOf<F, N>>,
    options: MapOptions<ArgumentOf<F, N>, ValueOf<F, N>> = {},
  ): Promise<ValueOf<F, N>[]> {
    return await Array.fromAsync(this.map(name, inputs, options));
  }

  /** As `map`, in the order in which they are done, each with the place of its input, from 0 on. */
  mapUnordered<N extends NameOf<F>>(
    name: N,
    inputs: Iterable<ArgumentOf<F, N>> | AsyncIterable<ArgumentOf<F, N>>,
    options: MapOptions<ArgumentOf<F, N>, ValueOf<F, N>> = {},
  ): AsyncIterableIterator<Mapped<ValueOf<F, N>>> {
    return mappedUnordered(this.#mapping(name, options), { inputs, options });
  }

  /** What it is doing. */
  statistics(): PoolStatistics {
    return { ...this.#crew.statistics(), calls: this.#calls };
  }

  /**
   * Waits for all calls, then ends the guests. Harmless twice: only the first time fails.
   *
   * @throws {UnfetchedFailureError} where calls failed and nobody asked for it.
   * @throws {GuestStuckError} where a thread that was given up does not come back: only the end of the process ends it.
   * @throws what a write of the log threw first.
   */
  close(): Promise<void> {
    if (this.#closing !== undefined) return this.#closing.catch(() => {});
    return this.#closing = this.#close();
  }

  /** Cancels all calls, those that run too, and ends the guests; fails as `close` does. */
  async terminate(): Promise<void> {
    const error = new CancelledError("Cannot go on: the pool was terminated");
    await this.#crew.abandon(error);
    await this.close();
  }

  /** The same as `close`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #start(): Promise<void> {
    try {
      await this.#crew.start();
      this.#log?.begin();
    } catch (error) {
      this.#log?.close();
      if (this.#options.host === undefined) await this.#host.close();
      throw error;
    }
  }

  #mapping(name: string, options: CallOptions): MappingPool {
    this.#checkName(name);
    this.#checkOptions(name, options);
    const crew = this.#crew;
    return {
      get isFull(): boolean {
        return crew.isFull;
      },
      room: () => this.room(),
      submit: (subject) => this.#submit(name, subject),
      mode: this.#options.mode,
    };
  }

  #submit(name: string, subject: CallSubject): Call {
    this.#checkName(name);
    if (subject.options !== undefined) this.#checkOptions(name, subject.options);
    if (this.#crew.isFull) {
      const { waiting } = this.#crew.statistics();
      throw new QueueFullError(
        `Cannot submit ${name}: ${waiting} calls wait, at most ${this.#options.maxQueue} may; await room() is wanted before`,
      );
    }
    this.#calls++;
    this.#unsettled++;
    const call = new Call(name, { ...subject, onSettled: this.#onSettled });
    if (call.outcome !== undefined) return call;
    this.#log?.open(call);
    this.#crew.add(call);
    return call;
  }

  #checkOptions(name: string, { timeout, retries = 0, transfer = [], guest }: CallOptions): void {
    const act = `submit ${name}`;
    wholeNumber(act, { name: "retries", value: retries, least: 0 });
    longestTimeout(timeout, name);
    if (retries > 0 && transfer.length > 0) {
      throw new RangeError(
        `Cannot ${act}: what was moved cannot be moved again, no retries are wanted with a transfer`,
      );
    }
    if (guest === undefined) return;
    if (wholeNumber(act, { name: "guest", value: guest, least: 0 }) < this.#crew.size) return;
    throw new RangeError(`Cannot ${act}: there is no guest ${guest}, one below ${this.#crew.size} is wanted`);
  }

  #checkName(name: string): void {
    if (this.#closing !== undefined) {
      throw new StateError(`Cannot submit ${name}: the pool is closed, an open one is wanted`);
    }
    const { exports } = this.#crew;
    if (exports.has(name)) return;
    const names = [...exports].join(", ") || "none";
    throw new TypeError(
      `Cannot call ${name}: ${this.#options.module} exports no such function, one of its own (${names}) is wanted`,
    );
  }

  async #close(): Promise<void> {
    if (this.#unsettled > 0) await new Promise<void>((resolve) => void (this.#allSettled = resolve));
    await this.#crew.close();
    const errors: Error[] = [];
    if (this.#options.host === undefined) {
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
