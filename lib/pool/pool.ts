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

import { CancelledError, type ModeName, QueueFullError, StateError, UnfetchedFailureError } from "../errors.ts";
import {
  type GuestPermissions,
  Host,
  type NamedCall,
  namedExport,
  now,
  ServiceShare,
  type Transferable,
} from "../mode/mod.ts";
import type { Shareables, Shared } from "../sync/mod.ts";
import { Call, type CallOptions, type CallSubject } from "./call.ts";
import { longestTimeout, wholeNumber } from "./checks.ts";
import type { ArgumentOf, NameOf, SharedBy, ThingsOf, ValueOf } from "./functions.ts";
import type { MappingPool } from "./feed.ts";
import { type MapOptions, type Mapped, mapped, mappedUnordered } from "./mapping.ts";
import type { LogTarget } from "./merged_log.ts";
import { PoolFuture } from "./pool_future.ts";
import { PoolLog } from "./pool_log.ts";
import { Seat } from "./seat.ts";
import { WaitingCalls } from "./waiting_calls.ts";

/** How a pool is made. */
export interface PoolOptions {
  /** Where its guests run. */
  readonly mode: ModeName;
  /** The URL of the module whose functions they run. */
  readonly module: string;
  /** How many guests; as many as there are cores by default. */
  readonly workers?: number;
  /** Called in each guest before its first call. */
  readonly initializer?: NamedCall;
  /** Gives the shared things: a function of the module that returns them, called here and in each guest. */
  readonly shared?: NamedCall;
  /** How many calls may wait at once, those that guests have at hand not counted; any number by default. */
  readonly maxQueue?: number;
  /** What names of guests begin with; `worker` by default. */
  readonly name?: string;
  /** Seconds within which a guest must be ready; for ever by default. */
  readonly timeout?: number;
  /** Starts the guests and keeps them warm afterwards; a host of the pool's own by default. */
  readonly host?: Host;
  /** What process guests of a host of its own may do besides loading the module: nothing by default. */
  readonly permissions?: GuestPermissions;
  /** What guests log and where it goes: merged in the order of the calls, and a file for each guest. Default nothing. */
  readonly logging?: LogTarget;
}

/** How a call is run. */
export interface RunOptions {
  /** Cancels it when it aborts, while it waits and while it runs. */
  readonly signal?: AbortSignal | undefined;
  /** Seconds that it may run: then its guest is ended, and it fails with a `GuestTimeoutError`. */
  readonly timeout?: number | undefined;
  /** How often it is run again after a failure; 0 by default. */
  readonly retries?: number | undefined;
  /** After which failures it is run again; after any by default. */
  readonly retryIf?: ((error: Error) => boolean) | undefined;
  /** What of the argument is moved instead of copied: buffers, which are detached here. Not together with retries. */
  readonly transfer?: readonly Transferable[] | undefined;
  /** The number of the guest that is to run it; any by default. */
  readonly guest?: number | undefined;
}

/** What a pool tells about itself. */
export interface PoolStatistics {
  /** How many guests it has. */
  readonly workers: number;
  /** How many guests were started, those that ended included. */
  readonly started: number;
  /** How many calls were submitted, a chunk counting as one. */
  readonly calls: number;
  /** How many of them wait for a guest. */
  readonly waiting: number;
  /** How many of them guests have at hand. */
  readonly running: number;
  /** How many messages brought calls to guests. */
  readonly messages: number;
}

/** How many guests may get stuck while others take their places among those who share things. */
const SPARE = 16;
/** How many failures that nobody asked for are kept. */
const MOST_FAILURES = 1000;

/** See the module. */
export class Pool<F = Readonly<Record<string, (argument: unknown) => unknown>>, S extends Shareables = Shareables>
  implements AsyncDisposable {
  readonly #options: PoolOptions;
  readonly #host: Host;
  readonly #share: ServiceShare<S> | undefined;
  readonly #seats: readonly Seat[];
  readonly #freeTasks: number[];
  readonly #maxQueue: number;
  readonly #waiting: WaitingCalls;
  readonly #log: PoolLog | undefined;
  #unsettled = 0;
  #calls = 0;
  #scheduled = false;
  #broken: Error | undefined;
  #closing: Promise<void> | undefined;
  /** Calls that failed while nobody had asked for them. */
  #failures: Call[] = [];
  readonly #onSettled = (call: Call): void => {
    this.#unsettled--;
    this.#log?.end(call);
    if (this.#unsettled === 0) this.#allSettled?.();
    const { outcome } = call;
    if (call.isFetched || outcome === undefined || "value" in outcome || outcome.error instanceof CancelledError) {
      return;
    }
    if (this.#failures.length === MOST_FAILURES) this.#failures = this.#failures.filter(({ isFetched }) => !isFetched);
    if (this.#failures.length < MOST_FAILURES) this.#failures.push(call);
  };
  #roomWanted: (() => void)[] = [];
  #allSettled: (() => void) | undefined;
  #exports: ReadonlySet<string> = new Set();

  private constructor(options: PoolOptions, share: ServiceShare<S> | undefined) {
    const { mode, module, workers = navigator.hardwareConcurrency, initializer, maxQueue = Infinity } = options;
    const { name = "worker", host, permissions = {}, timeout } = options;
    this.#options = options;
    this.#host = host ?? new Host({ permissions });
    this.#share = share;
    this.#maxQueue = maxQueue;
    this.#waiting = new WaitingCalls(workers, { givenUp: () => this.#schedule() });
    this.#freeTasks = share === undefined ? [] : [...Array(share.tasks).keys()].reverse();
    const guests = Array.from({ length: workers }, (_, number) => `${name}${number}`);
    const log = this.#log = options.logging === undefined ? undefined : new PoolLog(options.logging, guests);
    this.#seats = guests.map((guest, number) => {
      return new Seat({
        name: guest,
        number,
        host: this.#host,
        mode,
        module,
        initializer,
        share,
        timeout,
        now,
        logging: log?.logging,
        logged: (line, call) => log?.add(line, { call, worker: guest }),
        takeTask: () => this.#takeTask(),
        giveTask: (task) => void this.#freeTasks.push(task),
        ready: () => this.#pump(),
        returned: (calls) => this.#return(calls),
        failed: (error) => this.#break(error),
      });
    });
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
    return this.#seats.length;
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
    while (this.#isFull) await this.room();
    return await this.submit(name, argument, options).result();
  }

  /** Resolves when one more call may wait: at once, or when others may have taken it again. */
  async room(): Promise<void> {
    while (this.#isFull) {
      await new Promise<void>((resolve) => void this.#roomWanted.push(resolve));
    }
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
    const sum = (of: (seat: Seat) => number) => this.#seats.reduce((sum, seat) => sum + of(seat), 0);
    return {
      workers: this.#seats.length,
      started: sum(({ started }) => started),
      calls: this.#calls,
      waiting: this.#waiting.count,
      running: sum(({ load }) => load),
      messages: sum(({ messages }) => messages),
    };
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
    await this.#abandon(error);
    await this.close();
  }

  /** The same as `close`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #start(): Promise<void> {
    const started = await Promise.allSettled(this.#seats.map((seat) => seat.start()));
    const failed = started.find((start) => start.status === "rejected");
    this.#exports = new Set(this.#seats[0]?.exports ?? []);
    if (failed === undefined) return this.#log?.begin();
    await this.#abandon(failed.reason);
    this.#log?.close();
    if (this.#options.host === undefined) await this.#host.close();
    throw failed.reason;
  }

  #mapping(name: string, options: CallOptions): MappingPool {
    this.#checkName(name);
    this.#checkOptions(name, options);
    const isFull = () => this.#isFull;
    return {
      get isFull(): boolean {
        return isFull();
      },
      room: () => this.room(),
      submit: (subject) => this.#submit(name, subject),
      mode: this.#options.mode,
    };
  }

  #submit(name: string, subject: CallSubject): Call {
    this.#checkName(name);
    if (subject.options !== undefined) this.#checkOptions(name, subject.options);
    if (this.#isFull) {
      throw new QueueFullError(
        `Cannot submit ${name}: ${this.#waiting.count} calls wait, at most ${this.#maxQueue} may; await room() is wanted before`,
      );
    }
    this.#calls++;
    this.#unsettled++;
    const call = new Call(name, { ...subject, onSettled: this.#onSettled });
    if (this.#broken !== undefined) call.settle({ error: this.#broken });
    if (call.outcome !== undefined) return call;
    this.#log?.open(call);
    this.#waiting.add(call);
    this.#schedule();
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
    if (this.#seats[wholeNumber(act, { name: "guest", value: guest, least: 0 })] !== undefined) return;
    throw new RangeError(`Cannot ${act}: there is no guest ${guest}, one below ${this.#seats.length} is wanted`);
  }

  #checkName(name: string): void {
    if (this.#closing !== undefined) {
      throw new StateError(`Cannot submit ${name}: the pool is closed, an open one is wanted`);
    }
    if (this.#exports.has(name)) return;
    const names = [...this.#exports].join(", ") || "none";
    throw new TypeError(
      `Cannot call ${name}: ${this.#options.module} exports no such function, one of its own (${names}) is wanted`,
    );
  }

  /** Looks for work in a moment: what is submitted until then goes along. */
  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    queueMicrotask(() => {
      this.#scheduled = false;
      this.#pump();
    });
  }

  /** Spreads the calls that wait over the guests that have room, and says when more may wait. */
  #pump(): void {
    if (this.#waiting.count > 0) this.#spread();
    const wanted = this.#roomWanted;
    if (wanted.length === 0 || this.#isFull) return;
    // Each looks whether there is room still.
    this.#roomWanted = [];
    for (const go of wanted) go();
  }

  #spread(): void {
    const open = this.#seats.filter((seat) => seat.room > 0);
    const share = Math.ceil(this.#waiting.count / open.length);
    for (const most of [share, Infinity]) {
      for (const seat of open) this.#fill(seat, Math.min(most, seat.room));
    }
    for (const seat of open) seat.flush();
  }

  get #isFull(): boolean {
    return this.#waiting.count >= this.#maxQueue;
  }

  #fill(seat: Seat, count: number): void {
    for (let taken = 0; taken < count;) {
      const call = this.#waiting.peek(seat.number);
      // A call that needs a guest for itself goes to one that has nothing else to do.
      if (call === undefined || call.isAlone && seat.load > 0) return;
      this.#waiting.take(seat.number);
      if (seat.take(call)) taken++;
      if (call.isAlone && seat.load > 0) return;
    }
  }

  /** Lets calls wait again, before all others. */
  #return(calls: readonly Call[]): void {
    this.#waiting.addAgain(calls);
    this.#schedule();
  }

  #takeTask(): number {
    const task = this.#freeTasks.pop();
    if (task !== undefined) return task;
    throw new StateError(`Cannot start a guest: ${SPARE} are stuck among those who share things, fewer are wanted`);
  }

  /** Fails all that waits: no guest can be started. */
  #break(error: Error): void {
    this.#broken ??= error;
    this.#waiting.giveUpAll(error);
  }

  async #abandon(error: Error): Promise<void> {
    this.#broken ??= error;
    this.#waiting.giveUpAll(error);
    await Promise.all(this.#seats.map((seat) => seat.abandon(error)));
  }

  async #close(): Promise<void> {
    if (this.#unsettled > 0) await new Promise<void>((resolve) => void (this.#allSettled = resolve));
    await Promise.all(this.#seats.map((seat) => seat.close()));
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
    const unfetched = this.#failures.filter(({ isFetched }) => !isFetched);
    if (unfetched.length > 0) {
      const failures = unfetched.map((call) => call.outcome).flatMap((outcome) =>
        outcome !== undefined && "error" in outcome ? [outcome.error] : []
      );
      errors.push(new UnfetchedFailureError(failures, unfetched.map(({ name }) => name)));
    }
    const [first, ...more] = errors;
    if (first === undefined) return;
    throw more.length === 0 ? first : new AggregateError(errors, `Cannot close the pool: ${first.message}`);
  }
}
