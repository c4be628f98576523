/**
 * A guest with one function to run: what other libraries call a thread or process object.
 *
 * - It is named, made, started, and joined; its function's result can be fetched any number of times.
 * - Its life looks the same in every mode: `exitCode` is 0 if the function returned, 1 if it threw, its own exit code
 *   if it exited and that is known, and -15 or -9 if it was terminated or killed.
 * - The end of its scope waits for it, or ends it if it is a daemon.
 *
 * @example
 * ```ts
 * import { Guest } from "./guest.ts";
 *
 * const module = "data:text/javascript,export const greet = (name) => `hello, ${name}`";
 * await using guest = await Guest.make<string>({ mode: "thread", module, export: "greet", argument: "you" });
 * await guest.start();
 * if ((await guest.result()) !== "hello, you" || guest.exitCode !== 0) throw new Error("it returned");
 * ```
 */

import { farError, GuestDiedError, GuestStuckError, StateError } from "../errors.ts";
import type {
  AnyModeName,
  EndSignal,
  GuestHost,
  HostOptions,
  ServiceAnswer,
  ServiceLink,
  SharedCall,
} from "../host/mod.ts";
import { Host, moduleUrl, namedExport, Packer, ServiceShare } from "../host/mod.ts";
import { limit, within } from "../platform/mod.ts";
import type { Shareables, Views } from "../sync/mod.ts";
import { Call, failureOf, UNPACKED } from "./call.ts";
import { checkCallbacks } from "./checks.ts";
import { type GuestLane, GuestLog } from "./guest_log.ts";
import type { LogTarget } from "../logging/mod.ts";
import { type FutureWaitOptions, PoolFuture } from "./pool_future.ts";

/** Options of a guest. `permissions` and `guests` are those of its own host. */
export interface GuestSettings extends Pick<HostOptions, "permissions" | "guests"> {
  /** The mode in which it runs. */
  readonly mode: AnyModeName;
  /** The URL of its module. */
  readonly module: string;
  /** The exported function that it runs. */
  readonly export: string;
  /** The function's argument. */
  readonly argument?: unknown;
  /** Its name; the function's name by default. */
  readonly name?: string;
  /** Whether the end of its scope ends it instead of waiting for it; false by default. */
  readonly daemon?: boolean;
  /** The module's function that returns the things it shares with the host; called on both sides. */
  readonly shared?: SharedCall;
  /** Starts it; a host of its own by default. */
  readonly host?: GuestHost;
  /** Receives what the function reports. */
  readonly onProgress?: (value: unknown) => void;
  /** How long it may take to be ready, including loading its module, in seconds; unlimited by default. */
  readonly timeout?: number;
  /** What it logs and where to: its own log, or a shared one that has its name. Nothing by default. */
  readonly logging?: LogTarget | GuestLog;
}

/** The state of a guest. */
export type GuestState = "made" | "running" | "ended";

/** How long a busy thread may take to end, in milliseconds. */
const GRACE = 500;
/** The numbers of signals, which are the negated exit codes of guests that they ended. */
const SIGNALS: Readonly<Record<string, number>> = { SIGTERM: 15, SIGKILL: 9, SIGINT: 2, SIGHUP: 1 };

/** A guest with one function to run: what other libraries call a thread or process object. */
export class Guest<T = unknown, S extends Shareables = Shareables> implements AsyncDisposable {
  readonly #settings: GuestSettings;
  readonly #share: ServiceShare<S> | undefined;
  readonly #host: GuestHost;
  readonly #call: Call;
  readonly #future: PoolFuture<T>;
  readonly #ended = Promise.withResolvers<void>();
  #link: ServiceLink | undefined;
  /** Why its argument cannot be sent, if so. */
  #refused: { readonly error: unknown } | undefined;
  #started: Promise<void> = Promise.resolve();
  #state: GuestState = "made";
  #exitCode: number | undefined;
  #endedBy: EndSignal | undefined;
  #closed: Promise<void> | undefined;
  /** Its own log, if any. */
  #log: GuestLog | undefined;
  #lane: GuestLane | undefined;

  private constructor(settings: GuestSettings, share: ServiceShare<S> | undefined) {
    this.#settings = settings;
    this.#share = share;
    const { permissions = {}, guests = {}, onProgress, argument } = settings;
    this.#host = settings.host ?? new Host({ permissions, guests });
    let packed = UNPACKED;
    try {
      packed = new Packer().pack(argument, { transfer: [], moves: false });
    } catch (error) {
      this.#refused = { error };
    }
    this.#call = new Call(this.name, { packed, options: onProgress === undefined ? {} : { onProgress } });
    this.#future = new PoolFuture(this.#call);
    const { logging } = settings;
    if (logging === undefined) return;
    const log = "claim" in logging ? logging : this.#log = new GuestLog({ ...logging, lanes: [this.name] });
    this.#lane = log.claim(this.name);
  }

  /**
   * Creates a guest without starting it. `T` is the type of the function's result, `S` that of the shared things:
   * `Guest.make<number, ReturnType<typeof things>>(...)`.
   *
   * @throws {TypeError} if the module is not a URL, or does not export the function for the shared things.
   * @throws {RangeError} if the timeout is negative.
   * @throws {LoggingError} if its name is taken in its log, or it cannot log, for example because a folder does not
   * exist.
   */
  static async make<T = unknown, S extends Shareables = Shareables>(settings: GuestSettings): Promise<Guest<T, S>> {
    const { module, shared, timeout, onProgress } = settings;
    limit(timeout, { act: "wait for a guest" });
    checkCallbacks("make a guest", { onProgress });
    moduleUrl(module, { act: "make a guest of", like: "./work.ts" });
    if (shared === undefined) return new Guest(settings, undefined);
    const things = await namedExport(await import(module), shared)(shared.argument) as S;
    return new Guest(settings, new ServiceShare(things, { ...shared, tasks: 1 }));
  }

  /** Its name. */
  get name(): string {
    return this.#settings.name ?? this.#settings.export;
  }

  /** Whether the end of its scope ends it. */
  get daemon(): boolean {
    return this.#settings.daemon ?? false;
  }

  /** Its state. */
  get state(): GuestState {
    return this.#state;
  }

  /** Whether it is running. */
  get isAlive(): boolean {
    return this.#state === "running";
  }

  /** How it ended; `undefined` before that, and for a thread that exited by itself, whose code is unknown. */
  get exitCode(): number | undefined {
    return this.#exitCode;
  }

  /** Resolves when it has ended in any way, so that one can wait for several guests at once. */
  get ended(): Promise<void> {
    return this.#ended.promise;
  }

  /** The host's view of the shared things, for example to set an exit event; available before the start. */
  get shared(): Views<S, "promised"> {
    // If nothing is shared, S is empty.
    return this.#share?.promised ?? {} as Views<S, "promised">;
  }

  /**
   * Starts it; resolves when it is running.
   *
   * @throws {StateError} if it was started before.
   * @throws {GuestError} if it cannot import the module.
   * @throws {GuestDiedError} if it ends before it is running.
   * @throws {GuestTimeoutError} if it is not ready in time.
   * @throws {TypeError} if the module exports no such function.
   * @throws {UncloneableError} if the argument cannot be cloned.
   */
  start(): Promise<void> {
    if (this.#state !== "made") {
      const error = new StateError(`Cannot start guest ${this.name}: it was started before, a new one is wanted`);
      return Promise.reject(error);
    }
    this.#state = "running";
    return this.#started = this.#start();
  }

  async #start(): Promise<void> {
    const { mode, module, export: name, timeout, shared: call } = this.#settings;
    const share = this.#share;
    const shared = share === undefined || call === undefined ? undefined : { share, call, task: 0 };
    try {
      if (this.#refused !== undefined) throw this.#refused.error;
      const link = this.#link = await this.#host.serve(
        {
          name: this.name,
          module,
          initializer: undefined,
          shared,
          limit: limit(timeout, { act: `wait for ${this.name}` }),
          logging: this.#lane?.logging,
        },
        {
          mode,
          listener: {
            answered: (answer) => this.#answered(answer),
            settled: () => this.#settled(),
            reported: (value) => this.#call.report(value),
            logged: (line) => this.#lane?.add(line),
            ended: (error) => this.#died(error),
          },
        },
      );
      const index = link.exports.indexOf(name);
      if (index < 0) {
        const names = link.exports.join(", ") || "none";
        throw new TypeError(
          `Cannot call ${name}: its module exports no such function, one of its own (${names}) is wanted`,
        );
      }
      this.#call.guest = this.name;
      this.#call.isWithGuest = true;
      link.call({ at: index, chunk: false, stream: false, packed: this.#call.packed });
      link.flush();
    } catch (error) {
      this.#end({ error: error instanceof Error ? error : new TypeError(String(error)) }, 1);
      await this.#close();
      throw error;
    }
  }

  /**
   * The function's result, which may be requested any number of times.
   *
   * @throws {GuestError} if the function failed; `cause` is its error.
   * @throws {GuestDiedError} if the guest ended first.
   * @throws {WaitTimeoutError} if it is not available in time; a later call may succeed.
   */
  result(options: FutureWaitOptions = {}): Promise<T> {
    return this.#future.result(options);
  }

  /**
   * Waits for its end; `false` on a timeout (in seconds; unlimited by default).
   *
   * @throws {StateError} if it was not started.
   */
  async join({ timeout }: { readonly timeout?: number } = {}): Promise<boolean> {
    if (this.#state === "made") {
      throw new StateError(`Cannot join guest ${this.name}: it was not started, start() is wanted before`);
    }
    return await this.#endsWithin(limit(timeout, { act: `wait for ${this.name}` }));
  }

  /**
   * Runs the function in the caller's realm, as in direct mode, instead of in a guest.
   *
   * @throws {TypeError} if the module exports no such function.
   */
  async run(): Promise<T> {
    const { host: _host, logging: _logging, ...settings } = this.#settings;
    await using here = await Guest.make<T>({ ...settings, mode: "direct" });
    // It logs under this guest's name, which stays open afterward.
    if (this.#lane !== undefined) here.#lane = { ...this.#lane, end() {} };
    await here.start();
    return await here.result();
  }

  /**
   * Ends it: a subprocess by SIGTERM, any other guest where it waits. Resolves when it has ended.
   *
   * @throws {GuestStuckError} if a busy thread does not end.
   */
  async terminate(): Promise<void> {
    await this.#endBy("SIGTERM");
  }

  /**
   * Ends it at once: a subprocess by SIGKILL, any other guest where it waits. Resolves when it has ended.
   *
   * @throws {GuestStuckError} if a busy thread does not end.
   */
  async kill(): Promise<void> {
    await this.#endBy("SIGKILL");
  }

  /** Waits for its end, or ends it if it is a daemon. Harmless if called twice. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#state === "running") {
      if (this.daemon) await this.terminate();
      else await this.join();
    }
    await this.#close();
    this.#lane?.end();
    this.#log?.[Symbol.dispose]();
  }

  async #endBy(signal: EndSignal): Promise<void> {
    // If told to end while starting, it ends once it runs; whoever started it learns whether the start failed.
    await this.#started.catch(() => {});
    if (this.#state !== "running") return;
    this.#endedBy = signal;
    this.#link?.end(signal);
    if (!(await this.#endsWithin(GRACE))) throw new GuestStuckError(this.name);
    await this.#close();
  }

  async #endsWithin(milliseconds: number): Promise<boolean> {
    return await within(milliseconds, this.ended.then(() => true)) ?? false;
  }

  #answered(answer: ServiceAnswer): void {
    // An answer that comes after it was told to end only shows how it was stopped.
    if (this.#endedBy !== undefined) return;
    if (answer.kind === "value") return this.#end({ value: answer.value }, 0);
    this.#end({ error: failureOf(answer.error, { guest: this.name, mode: this.#settings.mode }) }, 1);
  }

  #settled(): void {
    // If it was told to end, its end is still to come, and is listened for.
    if (this.#endedBy === undefined) this.#closeUnheard();
  }

  #died(error: Error): void {
    const by = this.#endedBy;
    if (by !== undefined) {
      const cause = `it was ended by ${by}`;
      const died = new GuestDiedError({ guest: this.name, mode: this.#settings.mode, cause, signal: by });
      this.#end({ error: died }, -(SIGNALS[by] ?? 0));
    } else if (error instanceof GuestDiedError) {
      const signal = error.signal === undefined ? undefined : -(SIGNALS[error.signal] ?? 0);
      this.#end({ error }, signal ?? error.code);
    } else this.#end({ error }, 1);
    this.#closeUnheard();
  }

  #end(outcome: { readonly value: unknown } | { readonly error: Error }, exitCode: number | undefined): void {
    if (this.#state === "ended") return;
    this.#state = "ended";
    this.#exitCode = exitCode;
    this.#lane?.end();
    this.#call.settle(outcome);
    this.#ended.resolve();
  }

  /** Closes it; an error is reported at the end of its scope. */
  #closeUnheard(): void {
    this.#close().catch(() => {});
  }

  #close(): Promise<void> {
    return this.#closed ??= (async () => {
      const { outcome } = this.#call;
      // What it held passes on to the waiters.
      if (outcome !== undefined && "error" in outcome) await this.#share?.ended(0, farError(outcome.error));
      await this.#link?.finish();
      if (this.#settings.host === undefined) await this.#host.close();
    })();
  }
}
