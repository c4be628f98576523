/**
 * The guests of a pool and the calls that wait for them: who gets what, and when.
 *
 * - What is added in one go is spread in one go: in the next microtask, as many calls to each guest as it has room for, in
 *   equal shares. Where calls are left over and there are fewer guests than may be, more are started.
 * - A call that needs a guest for itself goes to one that has nothing else to do.
 * - Invariant: where calls wait and a guest has room, the calls are being spread, or the first of them needs a guest for
 *   itself.
 * - Where no guest can be started any more, all that waits fails with the reason, and so does all that is added.
 */

import { StateError } from "../errors.ts";
import type { GuestHost, ServiceShare } from "../host/mod.ts";
import { now } from "../platform/mod.ts";
import type { Call } from "./call.ts";
import type { PoolLog } from "./pool_log.ts";
import type { PoolSettings, PoolStatistics } from "./pool_options.ts";
import { Slot } from "./slot.ts";
import { WaitingCalls } from "./waiting_calls.ts";

/** How many guests may get stuck while others take their places among those who share things. */
export const SPARE = 16;

/** What a dispatcher works with. */
export interface DispatcherOptions {
  /** Starts the guests. */
  readonly host: GuestHost;
  /** The shared things, if there are any. */
  readonly share: ServiceShare | undefined;
  /** Takes what the guests log, if they do. */
  readonly log: PoolLog | undefined;
  /** The guests' names. */
  readonly names: readonly string[];
}

export class Dispatcher {
  readonly #settings: PoolSettings;
  readonly #slots: readonly Slot[];
  readonly #waiting: WaitingCalls;
  /** Places among those who share things that nobody has. */
  readonly #freeTasks: number[];
  #exports: ReadonlySet<string> = new Set();
  #scheduled = false;
  #broken: Error | undefined;
  #isClosed = false;
  #isReferenced = true;
  #roomWanted: (() => void)[] = [];

  /** Makes the slots; nothing is started yet. */
  constructor(settings: PoolSettings, { host, share, log, names }: DispatcherOptions) {
    this.#settings = settings;
    this.#waiting = new WaitingCalls(names.length, { givenUp: () => this.#schedule() });
    this.#freeTasks = share === undefined ? [] : [...Array(share.message.tasks).keys()].reverse();
    this.#slots = names.map((name, number) => {
      return new Slot({
        name,
        number,
        host,
        settings,
        share,
        now,
        logging: log?.logging,
        logged: (line, call) => log?.add(line, { call, worker: name }),
        takeTask: () => this.#takeTask(),
        giveTask: (task) => void this.#freeTasks.push(task),
        mayRetire: () => this.#guests > settings.min,
        ready: (slot) => this.#ready(slot),
        returned: (calls) => this.#return(calls),
        failed: (error) => this.#break(error),
      });
    });
  }

  /** How many guests there may be. */
  get size(): number {
    return this.#slots.length;
  }

  /** The functions that the guests' module exports; none before they are ready. */
  get exports(): ReadonlySet<string> {
    return this.#exports;
  }

  /** Whether no more calls may wait for the moment. */
  get isFull(): boolean {
    return this.#waiting.count >= this.#settings.maxQueue;
  }

  /** What it is doing. */
  statistics(): Omit<PoolStatistics, "calls"> {
    const sum = (of: (slot: Slot) => number) => this.#slots.reduce((sum, slot) => sum + of(slot), 0);
    return {
      workers: this.#guests,
      started: sum(({ started }) => started),
      waiting: this.#waiting.count,
      running: sum(({ load }) => load),
      messages: sum(({ messages }) => messages),
    };
  }

  /** Starts the first guests; throws the first reason why one could not, with none left. */
  async start(): Promise<void> {
    const first = this.#slots.slice(0, Math.max(1, this.#settings.min));
    const started = await Promise.allSettled(first.map((slot) => slot.start()));
    const failed = started.find((start) => start.status === "rejected");
    this.#exports = new Set(first[0]?.exports ?? []);
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

  /** Ends all calls that wait. */
  cancelWaiting(error: Error): void {
    this.#waiting.giveUpAll(error);
  }

  /** Whether guests stay that have nothing to do, so that the process does. */
  set isReferenced(isReferenced: boolean) {
    this.#isReferenced = isReferenced;
    if (!isReferenced) { for (const slot of this.#slots) slot.retire(); }
  }

  /** Gives the guests back, which have answered all. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all(this.#slots.map((slot) => slot.close()));
  }

  /** Fails all calls, those that run too, and ends the guests. */
  async abandon(error: Error): Promise<void> {
    this.#break(error);
    await Promise.all(this.#slots.map((slot) => slot.abandon(error)));
  }

  /** How many guests there are, those on their way included. */
  get #guests(): number {
    return this.#slots.reduce((sum, { isEmpty }) => isEmpty ? sum : sum + 1, 0);
  }

  /** Gives a guest that can take calls some, if there are. */
  #ready(slot: Slot): void {
    this.#pump();
    if (!this.#isReferenced) slot.retire();
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
    const open = this.#slots.filter((slot) => slot.room > 0);
    const share = Math.ceil(this.#waiting.count / open.length);
    for (const most of [share, Infinity]) {
      for (const slot of open) this.#fill(slot, Math.min(most, slot.room));
    }
    for (const slot of open) slot.flush();
    if (this.#waiting.count > 0 && !this.#isClosed) this.#grow();
  }

  #fill(slot: Slot, count: number): void {
    for (let taken = 0; taken < count; taken++) {
      const call = this.#waiting.peek(slot.number);
      if (call === undefined || call.isAlone && slot.load > 0) return;
      this.#waiting.take(slot.number);
      slot.take(call);
      if (call.isAlone) return;
    }
  }

  /** Starts guests for what waits, where there may be more. */
  #grow(): void {
    let left = this.#waiting.count - this.#slots.filter(({ isStarting }) => isStarting).length;
    for (const slot of this.#slots) {
      if (left <= 0) return;
      if (!slot.isEmpty || this.#waiting.peek(slot.number) === undefined) continue;
      slot.wake();
      left--;
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
