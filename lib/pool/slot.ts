/**
 * A place for one guest of a pool: it starts a guest, gives it calls, and starts another one when it ends.
 *
 * - Invariant: the guest's calls are answered in order; the first of them is the one that it is running.
 * - A guest has as many calls as take it a few milliseconds, according to its pace.
 * - When a guest ends, the call that it was running fails or is run again; those behind it had not begun, and wait
 *   again.
 * - A guest is retired when it has answered the most calls allowed, or has been idle too long; the slot is then empty
 *   until there is work.
 */

import { farError, GuestDiedError, GuestTimeoutError } from "../errors.ts";
import type {
  GuestHost,
  ServiceAnswer,
  ServiceLink,
  ServiceListener,
  ServiceLogging,
  ServiceShare,
} from "../host/mod.ts";
import type { LogLine } from "../logging/mod.ts";
import { after, within } from "../platform/mod.ts";
import { type Call, type CallHolder, failureOf } from "./call.ts";
import { Fifo } from "./fifo.ts";
import { Pace } from "./pace.ts";
import type { PoolSettings } from "./pool_options.ts";

/** How many guests in a row may end before they have run anything; more indicate a fault in the module. */
const MOST_IN_VAIN = 10;

/** How long a guest that was given up may take to return before what it holds passes on, in milliseconds. */
const GRACE = 100;

/** What a slot needs from its pool. */
export interface SlotOptions {
  /** The guest's name. */
  readonly name: string;
  /** Its number. */
  readonly number: number;
  /** Starts guests. */
  readonly host: GuestHost;
  /** What guests do, in which mode, and with which limits. */
  readonly settings: PoolSettings;
  /** The shared things. */
  readonly share: ServiceShare | undefined;
  /** Takes a task number of the shared things for a guest, if there are any. */
  readonly takeTask: () => number;
  /** Gives a task number back that nobody uses anymore. */
  readonly giveTask: (task: number) => void;
  /** The clock, in milliseconds. */
  readonly now: () => number;
  /** What guests log. */
  readonly logging?: ServiceLogging | undefined;
  /** Receives each line, with the guest's current call. */
  readonly logged?: (line: LogLine, call: Call | undefined) => void;
  /** Called when it can take calls, or could after starting a guest. */
  readonly ready: (slot: Slot) => void;
  /** Whether its guest may be retired for lack of work. */
  readonly mayRetire: () => boolean;
  /** Called with calls that must wait again, before all others. */
  readonly returned: (calls: readonly Call[]) => void;
  /** Called when no guest can be started. */
  readonly failed: (error: Error) => void;
}

/** A place for one guest of a pool. */
export class Slot implements CallHolder {
  /** Its number. */
  readonly number: number;
  /** How many guests it has started. */
  started = 0;
  readonly #options: SlotOptions;
  #link: ServiceLink | undefined;
  #exports: readonly string[] = [];
  #task = 0;
  /** The guest's unanswered calls; it is running the first. */
  readonly #calls = new Fifo<Call>();
  readonly #pace = new Pace();
  /** Clears the timer of the running call. */
  #stopTimer: () => void = () => {};
  /** Clears the timer that retires an idle guest. */
  #stay: () => void = () => {};
  /** How many calls the current guest has been given. */
  #given = 0;
  /** The messages of earlier links. */
  #messages = 0;
  /** How many guests in a row have ended before they ran anything. */
  #inVain = 0;
  #closed = false;
  #lastName: string | undefined;
  #lastIndex = -1;
  /** The start or end of a guest in progress. */
  #work: Promise<void> = Promise.resolve();
  #isWorking = false;

  /** Creates a slot without a guest. */
  constructor(options: SlotOptions) {
    this.#options = options;
    this.number = options.number;
  }

  /** The names of the functions that the guest's module exports; empty before it is ready. */
  get exports(): readonly string[] {
    return this.#exports;
  }

  /** How many calls the guest has. */
  get load(): number {
    return this.#calls.count;
  }

  /** Whether it has no guest, and none is being started. */
  get isEmpty(): boolean {
    return this.#link === undefined && !this.#isWorking && !this.#closed;
  }

  /** Whether a guest is being started. */
  get isStarting(): boolean {
    return this.#link === undefined && this.#isWorking;
  }

  /** How many messages have been handed over. */
  get messages(): number {
    return this.#messages + (this.#link?.messages ?? 0);
  }

  /** How many more calls it takes. */
  get room(): number {
    if (this.#link === undefined || this.#closed) return 0;
    if (this.#calls.last?.isAlone === true) return 0;
    return Math.min(this.#pace.window - this.load, this.#options.settings.maxCalls - this.#given);
  }

  /** Starts a guest; resolves when it is ready. */
  async start(): Promise<void> {
    const { host, name, settings, share, takeTask, logging } = this.#options;
    const { mode, module, initializer, shared: call, limit } = settings;
    const task = share === undefined ? 0 : takeTask();
    const serving: { link?: ServiceLink } = {};
    let early: Error | undefined;
    const listener: ServiceListener = {
      answered: (answer) => this.#answered(answer),
      item: (value) => this.#calls.first?.item(value),
      settled: () => this.#settled(),
      reported: (value) => this.#calls.first?.report(value),
      logged: (line) => this.#options.logged?.(line, this.#calls.first),
      ended: (error, { idle }) => {
        if (serving.link === undefined) early = error;
        else if (this.#link === serving.link) this.#ended(error, { idle });
      },
    };
    const shared = share === undefined || call === undefined ? undefined : { share, call, task };
    this.started++;
    const job = { name, module, initializer, shared, limit, logging };
    const link = serving.link = await host.serve(job, { mode, listener }).catch(async (error) => {
      if (share !== undefined) await this.#free(share, { task, error });
      throw error;
    });
    if (this.#closed) return await link.finish();
    this.#task = task;
    this.#link = link;
    this.#exports = link.exports;
    this.#given = 0;
    this.#lastName = undefined;
    this.#pace.reset();
    this.#rest();
    // It may have ended while the message that it is ready was on its way.
    if (early !== undefined) this.#ended(early, { idle: true });
  }

  /** Starts a guest if there is none; the result is reported through the options. */
  wake(): void {
    if (this.isEmpty) this.#do(() => this.#startAgain());
  }

  /** Gives the guest a call, to be sent with the next flush. */
  take(call: Call): void {
    const link = this.#link;
    if (link === undefined) return;
    const { name, packed, chunk, isStream } = call;
    this.#stay();
    link.call({ at: this.#indexOf(name), chunk, stream: isStream, packed });
    if (this.load === 0) this.#pace.begin(this.#options.now());
    this.#given++;
    this.#calls.add(call);
    call.isWithGuest = true;
    call.guest = this.#options.name;
    if (call.isAlone) this.#watch(call, link);
  }

  /** Sends the calls taken. */
  flush(): void {
    this.#link?.flush();
  }

  /** Gives up the running call, which is the only one, and the guest with it. */
  giveUp(_call: Call, error: Error): void {
    this.#giveUp(error);
  }

  /** Retires an idle guest; does nothing if it is busy. */
  retire(): void {
    const link = this.#link;
    if (link === undefined || this.load > 0 || this.#closed) return;
    const task = this.#task;
    this.#leave(link);
    this.#do(async () => {
      await link.retire();
      const { share } = this.#options;
      if (share !== undefined) await this.#free(share, { task, error: undefined });
    });
  }

  /** Gives the guest back, which has answered all calls. */
  async close(): Promise<void> {
    this.#closed = true;
    const link = this.#link;
    if (link === undefined) return await this.#work;
    this.#leave(link);
    await Promise.all([link.finish(), this.#work]);
  }

  /** Gives the guest up; its unanswered calls fail with `error`. */
  async abandon(error: Error): Promise<void> {
    const link = this.#link;
    if (link !== undefined && this.load > 0) {
      this.#leave(link);
      void link.abandon();
    }
    for (const call of this.#calls.takeAll()) call.settle({ error });
    await this.close();
  }

  /** Detaches from a guest. */
  #leave(link: ServiceLink): void {
    this.#stopTimer();
    this.#stay();
    this.#link = undefined;
    this.#messages += link.messages;
  }

  #answered(answer: ServiceAnswer): void {
    const call = this.#calls.shift();
    if (call === undefined) return;
    this.#pace.answered();
    this.#inVain = 0;
    if (call.isAlone) this.#stopTimer();
    if (answer.kind === "value") return call.settle({ value: answer.value });
    const { name: guest, settings: { mode } } = this.#options;
    const error = failureOf(answer.error, { guest, mode });
    if (!call.mayRunAgain(error)) return call.settle({ error });
    call.isWithGuest = false;
    this.#options.returned([call]);
  }

  #settled(): void {
    if (!this.#pace.measure(this.#options.now())) return;
    if (this.load === 0) this.#rest();
    this.#options.ready(this);
  }

  /** Handles a guest that has become idle. */
  #rest(): void {
    const { settings: { maxCalls, idleLimit }, mayRetire } = this.#options;
    this.#stay();
    if (this.#given >= maxCalls) return this.retire();
    // More guests are started only while none is idle: a guest that may not retire now need not be asked again later.
    if (mayRetire()) this.#stay = after(idleLimit, () => mayRetire() ? this.retire() : undefined);
  }

  /** Sets up what a call needs that may be given up or whose items are wanted. */
  #watch(call: Call, link: ServiceLink): void {
    const { limit } = call;
    call.holder = this;
    call.pull = (items) => this.#link === link && this.#calls.first === call ? link.pull(items) : undefined;
    if (limit === Infinity) return;
    const { name: guest, settings: { mode } } = this.#options;
    this.#stopTimer = after(limit, () => {
      this.#giveUp(new GuestTimeoutError({ guest, mode, seconds: limit / 1000 }));
    });
  }

  /** Gives the guest up, with its only call. */
  #giveUp(error: Error): void {
    const call = this.#calls.first;
    const link = this.#link;
    if (call === undefined || link === undefined) return;
    this.#leave(link);
    this.#calls.takeAll();
    const gone = link.abandon();
    if (error instanceof GuestTimeoutError && call.mayRunAgain(error)) {
      call.isWithGuest = false;
      this.#options.returned([call]);
    } else call.settle({ error });
    this.#replace(error, { gone });
  }

  #ended(error: Error, { idle }: { readonly idle: boolean }): void {
    const link = this.#link;
    if (link === undefined) return;
    this.#leave(link);
    const [first, ...behind] = this.#calls.takeAll();
    const again: Call[] = behind;
    if (first === undefined || idle) this.#inVain++;
    else this.#inVain = 0;
    if (first !== undefined) {
      if (idle && first.canBeSentAgain || first.mayRunAgain(error)) again.unshift(first);
      else first.settle({ error });
    }
    for (const call of again) call.isWithGuest = false;
    this.#options.returned(again);
    if (this.#inVain > MOST_IN_VAIN) return this.#options.failed(error);
    this.#replace(error, { gone: Promise.resolve() });
  }

  /** Starts another guest; the old one keeps its place among the tasks that share things until it is gone. */
  #replace(error: Error, { gone }: { readonly gone: Promise<void> }): void {
    const task = this.#task;
    const { share } = this.#options;
    this.#do(async () => {
      if (share !== undefined) {
        // A guest that waits for or uses shared things is stopped there, unwinds, and is soon gone; recovering earlier,
        // it would continue with things that have another owner. If the guest is busy, its waiters continue after a
        // moment, and what it does until it is gone is recovered from again.
        await within(GRACE, gone.catch(() => {}));
        await share.ended(task, farError(error));
        // If this fails, only its place is lost.
        gone.then(() => this.#free(share, { task, error })).catch(() => {});
      }
      await this.#startAgain();
    });
  }

  /** Runs `act` after the work in progress, and reports the result. */
  #do(act: () => Promise<void>): void {
    if (this.#closed) return;
    this.#isWorking = true;
    const { ready, failed } = this.#options;
    const before = this.#work;
    this.#work = (async () => {
      try {
        await before;
        await act();
        this.#isWorking = false;
        ready(this);
      } catch (error) {
        this.#isWorking = false;
        failed(error instanceof Error ? error : new TypeError(String(error)));
      }
    })();
  }

  async #startAgain(): Promise<void> {
    for (;;) {
      try {
        return await this.start();
      } catch (error) {
        if (this.#closed) return;
        // A guest may also be ended from outside before it is ready.
        if (!(error instanceof GuestDiedError) || ++this.#inVain > MOST_IN_VAIN) throw error;
      }
    }
  }

  /** Frees the place of a guest that is gone. */
  async #free(
    share: ServiceShare,
    { task, error }: { readonly task: number; readonly error: Error | undefined },
  ): Promise<void> {
    await share.ended(task, error === undefined ? undefined : farError(error));
    this.#options.giveTask(task);
  }

  /** The index of the guest's function with this name. */
  #indexOf(name: string): number {
    // Most calls use the same function as the one before.
    if (this.#lastName !== name) {
      this.#lastName = name;
      this.#lastIndex = this.#exports.indexOf(name);
    }
    return this.#lastIndex;
  }
}
