/**
 * A place for one guest of a pool: it starts a guest, hands it calls, and starts another one when it ends.
 *
 * - Invariant: the calls that a guest has are answered in their order; the first of them is the one that it is in.
 * - A guest has as many calls as take it a few milliseconds, by its pace.
 * - When a guest ends, the call that it was in fails or is run again; those behind it were not begun and wait again.
 *
 * @example
 * ```ts
 * import { Host, now } from "../host/mod.ts";
 * import { Call } from "./call.ts";
 * import { Seat } from "./seat.ts";
 *
 * await using host = new Host();
 * const ready = Promise.withResolvers<void>();
 * const seat = new Seat({
 *   name: "a",
 *   number: 0,
 *   host,
 *   mode: "direct",
 *   module: "data:text/javascript,export const twice = (n) => 2 * n",
 *   initializer: undefined,
 *   share: undefined,
 *   takeTask: () => 0,
 *   giveTask: () => {},
 *   timeout: undefined,
 *   now,
 *   ready: () => ready.resolve(),
 *   returned: () => {},
 *   failed: ready.reject,
 * });
 * await seat.start();
 * const call = new Call("twice", { argument: 5 });
 * if (!seat.take(call) || seat.room !== 0) throw new Error("one call, until it is known how long one takes");
 * seat.flush();
 * await ready.promise;
 * await seat.close();
 * if (call.state !== "returned" || seat.load !== 0) throw new Error("it is answered");
 * ```
 *
 * @module
 */

import { farError, GuestDiedError, GuestError, GuestTimeoutError, type ModeName, revivedError } from "../errors.ts";
import type { LogLine } from "../logging/mod.ts";
import {
  after,
  type Host,
  type NamedCall,
  type ServiceAnswer,
  type ServiceLink,
  type ServiceListener,
  type ServiceLogging,
  type ServiceShare,
  type Transferable,
} from "../host/mod.ts";
import type { Call, CallHolder } from "./call.ts";
import { CallsAtHand } from "./calls_at_hand.ts";
import { Pace } from "./pace.ts";

/** How many guests in a row may end before they have run anything: more are a fault of what is loaded. */
const MOST_IN_VAIN = 10;

/** How long a guest that was given up may take to come back before what it holds goes on, in milliseconds. */
const GRACE = 100;

const NOTHING: readonly Transferable[] = [];

/** What a seat needs of its pool. */
export interface SeatOptions {
  /** The guest's name. */
  readonly name: string;
  /** Its number, and its task among those who share things. */
  readonly number: number;
  /** Starts guests. */
  readonly host: Host;
  /** Where they run. */
  readonly mode: ModeName;
  /** The module. */
  readonly module: string;
  /** Called in each guest before anything else. */
  readonly initializer: NamedCall | undefined;
  /** The shared things. */
  readonly share: ServiceShare | undefined;
  /** Gives a task of the shared things for a guest, where there are any. */
  readonly takeTask: () => number;
  /** Takes a task back that nobody uses any longer. */
  readonly giveTask: (task: number) => void;
  /** Seconds in which a guest must be ready. */
  readonly timeout: number | undefined;
  /** The clock, in milliseconds. */
  readonly now: () => number;
  /** What guests log. */
  readonly logging?: ServiceLogging | undefined;
  /** Told each line, and the call that the guest is in. */
  readonly logged?: (line: LogLine, call: Call | undefined) => void;
  /** Told when it can take calls. */
  readonly ready: (seat: Seat) => void;
  /** Told that these calls wait again, before all others. */
  readonly returned: (calls: readonly Call[]) => void;
  /** Told that no guest can be started. */
  readonly failed: (error: Error) => void;
}

/** See the module. */
export class Seat implements CallHolder {
  /** Its number. */
  readonly number: number;
  /** How many guests it has started. */
  started = 0;
  readonly #options: SeatOptions;
  #link: ServiceLink | undefined;
  #exports: readonly string[] = [];
  #task = 0;
  readonly #calls = new CallsAtHand();
  readonly #pace = new Pace();
  /** Lets go of the timer of the call that runs. */
  #letGo: () => void = () => {};
  /** The messages of links before the present one. */
  #messages = 0;
  /** How many guests in a row have ended before they ran anything. */
  #inVain = 0;
  #closed = false;
  #lastName: string | undefined;
  #lastIndex = -1;
  #work: Promise<void> = Promise.resolve();

  /** Makes a seat without a guest. */
  constructor(options: SeatOptions) {
    this.#options = options;
    this.number = options.number;
  }

  /** The functions that the guest's module exports; none before it is ready. */
  get exports(): readonly string[] {
    return this.#exports;
  }

  /** How many calls the guest has. */
  get load(): number {
    return this.#calls.count;
  }

  /** How many messages were handed over. */
  get messages(): number {
    return this.#messages + (this.#link?.messages ?? 0);
  }

  /** How many more calls it takes. */
  get room(): number {
    if (this.#link === undefined || this.#closed) return 0;
    if (this.#calls.last?.isAlone === true) return 0;
    return this.#pace.window - this.load;
  }

  /** Starts a guest; resolves when it is ready. */
  async start(): Promise<void> {
    const { host, mode, name, module, initializer, share, timeout, takeTask, logging } = this.#options;
    const task = share === undefined ? 0 : takeTask();
    const listener: ServiceListener = {
      answered: (answer) => this.#answered(answer),
      settled: () => this.#settled(),
      reported: (value) => this.#calls.first?.report(value),
      logged: (line) => this.#options.logged?.(line, this.#calls.first),
      ended: (error, { idle }) => {
        if (isStarted) this.#ended(error, { idle });
        else early = error;
      },
    };
    let isStarted = false;
    let early: Error | undefined;
    const shared = share === undefined ? undefined : { share, task };
    this.started++;
    const job = { name, module, initializer, shared, timeout, logging };
    const link = await host.serve(job, { mode, listener }).catch(async (error) => {
      if (share !== undefined && error instanceof GuestDiedError) await this.#free(share, { task, error });
      throw error;
    });
    if (this.#closed) return await link.finish();
    this.#task = task;
    this.#link = link;
    this.#exports = link.exports;
    isStarted = true;
    this.#lastName = undefined;
    this.#pace.reset();
    // It may have ended while word came that it is ready.
    if (early !== undefined) this.#ended(early, { idle: true });
  }

  /** Hands a call to the guest with the next flush; false where its argument cannot be cloned: then it has failed. */
  take(call: Call): boolean {
    const link = this.#link;
    if (link === undefined) return false;
    const { name, argument, chunk, options: { transfer = NOTHING } } = call;
    try {
      link.call({ index: this.#indexOf(name), chunk, argument, transfer });
    } catch (error) {
      call.settle({ error: error instanceof Error ? error : new TypeError(String(error)) });
      return false;
    }
    if (this.load === 0) this.#pace.begin(this.#options.now());
    this.#calls.add(call);
    call.isWithGuest = true;
    call.guest = this.#options.name;
    if (call.isAlone) this.#watch(call);
    return true;
  }

  /** Hands over what was taken. */
  flush(): void {
    this.#link?.flush();
  }

  /** Gives up the call that it runs, which is the only one, and the guest with it. */
  giveUp(_call: Call, error: Error): void {
    this.#giveUp(error, { told: false });
  }

  /** Gives the guest back, which has answered all. */
  async close(): Promise<void> {
    this.#closed = true;
    const link = this.#link;
    this.#link = undefined;
    if (link === undefined) return await this.#work;
    this.#messages += link.messages;
    await Promise.all([link.finish(), this.#work]);
  }

  /** Gives the guest up; what it has not answered fails with that error. */
  async abandon(error: Error): Promise<void> {
    const busy = this.load > 0;
    this.#letGo();
    for (const call of this.#calls.leave()) call.settle({ error });
    if (busy) {
      const link = this.#link;
      this.#link = undefined;
      this.#messages += link?.messages ?? 0;
      void link?.abandon({ told: false });
    }
    await this.close();
  }

  #answered(answer: ServiceAnswer): void {
    const call = this.#calls.answered();
    if (call === undefined) return;
    this.#pace.answered();
    this.#inVain = 0;
    if (call.isAlone) this.#letGo();
    if (answer.kind === "value") return call.settle({ value: answer.value });
    const error = this.#errorOf(answer);
    if (!call.mayRunAgain(error)) return call.settle({ error });
    call.isWithGuest = false;
    this.#options.returned([call]);
  }

  #settled(): void {
    if (this.#pace.measure(this.#options.now())) this.#options.ready(this);
  }

  /** Looks after a call that may be given up. */
  #watch(call: Call): void {
    const { timeout } = call.options;
    call.holder = this;
    if (timeout === undefined) return;
    const { name: guest, mode } = this.#options;
    this.#letGo = after(timeout * 1000, () => {
      this.#giveUp(new GuestTimeoutError({ guest, mode, seconds: timeout }), { told: true });
    });
  }

  /** Gives the guest up with the only call that it has. */
  #giveUp(error: Error, { told }: { readonly told: boolean }): void {
    const call = this.#calls.first;
    const link = this.#link;
    if (call === undefined || link === undefined) return;
    this.#letGo();
    this.#link = undefined;
    this.#messages += link.messages;
    this.#calls.leave();
    const gone = link.abandon({ told });
    if (error instanceof GuestTimeoutError && call.mayRunAgain(error)) {
      call.isWithGuest = false;
      this.#options.returned([call]);
    } else call.settle({ error });
    this.#replace(error, { gone });
  }

  #ended(error: Error, { idle }: { readonly idle: boolean }): void {
    const link = this.#link;
    if (link === undefined) return;
    this.#letGo();
    this.#link = undefined;
    this.#messages += link.messages;
    const [first, ...behind] = this.#calls.leave();
    const again: Call[] = behind;
    if (first === undefined || idle) this.#inVain++;
    else this.#inVain = 0;
    if (first !== undefined) {
      if (idle && !first.isMoving || first.mayRunAgain(error)) again.unshift(first);
      else first.settle({ error });
    }
    for (const call of again) call.isWithGuest = false;
    this.#options.returned(again);
    if (this.#inVain > MOST_IN_VAIN) return this.#options.failed(error);
    this.#replace(error, { gone: Promise.resolve() });
  }

  /** Starts another guest; the old one has its place among those who share things until it is gone. */
  #replace(error: Error, { gone }: { readonly gone: Promise<void> }): void {
    if (this.#closed) return;
    const task = this.#task;
    const { share, ready, failed } = this.#options;
    this.#work = (async () => {
      try {
        if (share !== undefined) {
          // Who waits or works on shared things stops there, unwinds, and is soon gone: buried before, it would go on with what
          // has an owner again. Those who wait for one that is busy go on after a moment; what it does until it is gone is
          // buried with it once more.
          await soon(gone);
          await share.ended(task, farError(error));
          // Only its place would be lost.
          gone.then(() => this.#free(share, { task, error })).catch(() => {});
        }
        await this.#startAgain();
        ready(this);
      } catch (error) {
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
        // What ends a guest from outside may do so before it is ready.
        if (!(error instanceof GuestDiedError) || ++this.#inVain > MOST_IN_VAIN) throw error;
      }
    }
  }

  /** Lets others have the place of a guest that is gone. */
  async #free(share: ServiceShare, { task, error }: { readonly task: number; readonly error: Error }): Promise<void> {
    await share.ended(task, farError(error));
    this.#options.giveTask(task);
  }

  /** Which function of the guest has that name. */
  #indexOf(name: string): number {
    // Most calls are of the same function as the one before.
    if (this.#lastName !== name) {
      this.#lastName = name;
      this.#lastIndex = this.#exports.indexOf(name);
    }
    return this.#lastIndex;
  }

  #errorOf({ error }: Extract<ServiceAnswer, { kind: "error" }>): Error {
    const { name: guest, mode } = this.#options;
    const cause = revivedError(error);
    return new GuestError({ guest, mode, phase: "run", far: farError(cause), cause });
  }
}

/** Resolves when a guest is gone, or has not come back for a moment. */
async function soon(gone: Promise<void>): Promise<void> {
  const over = Promise.withResolvers<void>();
  const letGo = after(GRACE, over.resolve);
  await Promise.race([gone.catch(() => {}), over.promise]);
  letGo();
}
