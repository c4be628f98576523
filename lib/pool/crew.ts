/**
 * The guests of a pool and the calls that wait for them: who gets what, and when.
 *
 * - What is added in one go is spread in one go: in the next microtask, as many calls to each guest as it has room for, in
 *   equal shares.
 * - A call that needs a guest for itself goes to one that has nothing else to do.
 * - Invariant: where calls wait and a guest has room, the calls are being spread, or the first of them needs a guest for
 *   itself.
 * - Where no guest can be started any more, all that waits fails with the reason, and so does all that is added.
 *
 * @example
 * ```ts
 * import { Host } from "../host/mod.ts";
 * import { Call } from "./call.ts";
 * import { Crew } from "./crew.ts";
 *
 * await using host = new Host();
 * const module = "data:text/javascript,export const twice = (n) => 2 * n";
 * const crew = new Crew({ mode: "direct", module }, { host, share: undefined, log: undefined, names: ["a", "b"] });
 * await crew.start();
 * const call = new Call("twice", { argument: 5 });
 * crew.add(call);
 * if ((await call.promise()) !== 10) throw new Error("10 is wanted");
 * await crew.close();
 * ```
 *
 * @module
 */

import { StateError } from "../errors.ts";
import { type Host, now, type ServiceShare } from "../host/mod.ts";
import type { Call } from "./call.ts";
import type { PoolLog } from "./pool_log.ts";
import type { PoolOptions, PoolStatistics } from "./pool_options.ts";
import { Seat } from "./seat.ts";
import { WaitingCalls } from "./waiting_calls.ts";

/** How many guests may get stuck while others take their places among those who share things. */
export const SPARE = 16;

/** What a crew works with. */
export interface CrewOptions {
  /** Starts the guests. */
  readonly host: Host;
  /** The shared things, if there are any. */
  readonly share: ServiceShare | undefined;
  /** Takes what the guests log, if they do. */
  readonly log: PoolLog | undefined;
  /** The guests' names. */
  readonly names: readonly string[];
}

/** See the module. */
export class Crew {
  readonly #seats: readonly Seat[];
  readonly #maxQueue: number;
  readonly #waiting: WaitingCalls;
  /** Places among those who share things that nobody has. */
  readonly #freeTasks: number[];
  #exports: ReadonlySet<string> = new Set();
  #scheduled = false;
  #broken: Error | undefined;
  #roomWanted: (() => void)[] = [];

  /** Makes the seats; nothing is started yet. */
  constructor(
    { mode, module, initializer, timeout, maxQueue = Infinity }: PoolOptions,
    { host, share, log, names }: CrewOptions,
  ) {
    this.#maxQueue = maxQueue;
    this.#waiting = new WaitingCalls(names.length, { givenUp: () => this.#schedule() });
    this.#freeTasks = share === undefined ? [] : [...Array(share.tasks).keys()].reverse();
    this.#seats = names.map((name, number) => {
      return new Seat({
        name,
        number,
        host,
        mode,
        module,
        initializer,
        share,
        timeout,
        now,
        logging: log?.logging,
        logged: (line, call) => log?.add(line, { call, worker: name }),
        takeTask: () => this.#takeTask(),
        giveTask: (task) => void this.#freeTasks.push(task),
        ready: () => this.#pump(),
        returned: (calls) => this.#return(calls),
        failed: (error) => this.#break(error),
      });
    });
  }

  /** How many guests there are. */
  get size(): number {
    return this.#seats.length;
  }

  /** The functions that the guests' module exports; none before they are ready. */
  get exports(): ReadonlySet<string> {
    return this.#exports;
  }

  /** Whether no more calls may wait for the moment. */
  get isFull(): boolean {
    return this.#waiting.count >= this.#maxQueue;
  }

  /** What it is doing. */
  statistics(): Omit<PoolStatistics, "calls"> {
    const sum = (of: (seat: Seat) => number) => this.#seats.reduce((sum, seat) => sum + of(seat), 0);
    return {
      workers: this.#seats.length,
      started: sum(({ started }) => started),
      waiting: this.#waiting.count,
      running: sum(({ load }) => load),
      messages: sum(({ messages }) => messages),
    };
  }

  /** Starts all guests; throws the first reason why one could not, with none left. */
  async start(): Promise<void> {
    const started = await Promise.allSettled(this.#seats.map((seat) => seat.start()));
    const failed = started.find((start) => start.status === "rejected");
    this.#exports = new Set(this.#seats[0]?.exports ?? []);
    if (failed === undefined) return;
    await this.abandon(failed.reason);
    throw failed.reason;
  }

  /** Adds a call. */
  add(call: Call): void {
    if (this.#broken !== undefined) return call.settle({ error: this.#broken });
    this.#waiting.add(call);
    this.#schedule();
  }

  /** Resolves when one more call may wait: at once, or when others may have taken it again. */
  async room(): Promise<void> {
    while (this.isFull) {
      await new Promise<void>((resolve) => void this.#roomWanted.push(resolve));
    }
  }

  /** Gives the guests back, which have answered all. */
  async close(): Promise<void> {
    await Promise.all(this.#seats.map((seat) => seat.close()));
  }

  /** Fails all calls, those that run too, and ends the guests. */
  async abandon(error: Error): Promise<void> {
    this.#break(error);
    await Promise.all(this.#seats.map((seat) => seat.abandon(error)));
  }

  /** Looks for work in a moment: what is added until then goes along. */
  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    queueMicrotask(() => {
      this.#scheduled = false;
      this.#pump();
    });
  }

  /** Spreads the calls that wait, and says when more may wait. */
  #pump(): void {
    if (this.#waiting.count > 0) this.#spread();
    const wanted = this.#roomWanted;
    if (wanted.length === 0 || this.isFull) return;
    // Each looks whether there is room still.
    this.#roomWanted = [];
    for (const go of wanted) go();
  }

  /** Gives the guests that have room their shares, then the rest to whoever has room left. */
  #spread(): void {
    const open = this.#seats.filter((seat) => seat.room > 0);
    const share = Math.ceil(this.#waiting.count / open.length);
    for (const most of [share, Infinity]) {
      for (const seat of open) this.#fill(seat, Math.min(most, seat.room));
    }
    for (const seat of open) seat.flush();
  }

  #fill(seat: Seat, count: number): void {
    for (let taken = 0; taken < count;) {
      const call = this.#waiting.peek(seat.number);
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

  #break(error: Error): void {
    this.#broken ??= error;
    this.#waiting.giveUpAll(error);
  }
}
