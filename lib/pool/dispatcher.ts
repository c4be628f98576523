/**
 * Distributes a pool's waiting calls among its guests.
 *
 * - Calls added together are distributed together, in the next microtask: each guest gets as many as it has room for,
 *   in equal shares. If calls are left over and more guests are allowed, more are started.
 * - A call that needs a guest for itself goes to an idle one.
 * - Invariant: if calls wait and a guest has room, the calls are being distributed, or the first of them needs a guest
 *   for itself.
 * - If no guest can be started anymore, all waiting calls fail with the reason, and so do all later ones.
 */

import { StateError } from "../errors.ts";
import type { GuestHost, ServiceShare } from "../host/mod.ts";
import { now } from "../platform/mod.ts";
import type { Call } from "./call.ts";
import type { PoolLog } from "./pool_log.ts";
import type { PoolSettings, PoolStatistics } from "./pool_options.ts";
import { Slot } from "./slot.ts";
import { WaitingCalls } from "./waiting_calls.ts";

/** How many guests may get stuck while others take their places among the tasks that share things. */
export const SPARE = 16;

/** What a dispatcher needs. */
export interface DispatcherOptions {
  /** Starts the guests. */
  readonly host: GuestHost;
  /** The shared things, if any. */
  readonly share: ServiceShare | undefined;
  /** Receives what the guests log, if they do. */
  readonly log: PoolLog | undefined;
  /** The guests' names. */
  readonly names: readonly string[];
}

/** Distributes a pool's waiting calls among its guests. */
export class Dispatcher {
  readonly #settings: PoolSettings;
  readonly #slots: readonly Slot[];
  readonly #waiting: WaitingCalls;
  /** The free places among the tasks that share things. */
  readonly #freeTasks: number[];
  #exports: ReadonlySet<string> = new Set();
  #scheduled = false;
  #broken: Error | undefined;
  #isClosed = false;
  #isReferenced = true;
  #roomWanted: (() => void)[] = [];

  /** Creates the slots, without starting guests. */
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

  /** The most guests it can have. */
  get size(): number {
    return this.#slots.length;
  }

  /** The names of the functions that the guests' module exports; empty before guests are ready. */
  get exports(): ReadonlySet<string> {
    return this.#exports;
  }

  /** Whether no more calls may wait at the moment. */
  get isFull(): boolean {
    return this.#waiting.count >= this.#settings.maxQueue;
  }

  /** Its current statistics. */
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

  /** Starts the first guests; if one cannot start, ends the others and throws the first reason. */
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

  /** Resolves when there is room for another waiting call, which others may have taken again by then. */
  async room(): Promise<void> {
    while (this.isFull) {
      await new Promise<void>((resolve) => void this.#roomWanted.push(resolve));
    }
  }

  /** Cancels all waiting calls. */
  cancelWaiting(error: Error): void {
    this.#waiting.giveUpAll(error);
  }

  /** Whether idle guests stay, and with them the process. */
  set isReferenced(isReferenced: boolean) {
    this.#isReferenced = isReferenced;
    if (!isReferenced) { for (const slot of this.#slots) slot.retire(); }
  }

  /** Gives the guests back, which have answered all calls. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all(this.#slots.map((slot) => slot.close()));
  }

  /** Fails all calls, including running ones, and ends the guests. */
  async abandon(error: Error): Promise<void> {
    this.#break(error);
    await Promise.all(this.#slots.map((slot) => slot.abandon(error)));
  }

  /** How many guests there are, including those being started. */
  get #guests(): number {
    return this.#slots.reduce((sum, { isEmpty }) => isEmpty ? sum : sum + 1, 0);
  }

  /** Gives calls to a guest that can take some. */
  #ready(slot: Slot): void {
    this.#pump();
    if (!this.#isReferenced) slot.retire();
  }

  /** Schedules the distribution for the next microtask, so that calls added until then are included. */
  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    queueMicrotask(() => {
      this.#scheduled = false;
      this.#pump();
    });
  }

  /** Distributes the waiting calls, and reports when more may wait. */
  #pump(): void {
    if (this.#waiting.count > 0) this.#spread();
    const wanted = this.#roomWanted;
    if (wanted.length === 0 || this.isFull) return;
    // Each checks for itself whether there is still room.
    this.#roomWanted = [];
    for (const go of wanted) go();
  }

  /** Gives guests with room equal shares, then the rest to those with room left. */
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

  /** Starts guests for the waiting calls, if more are allowed. */
  #grow(): void {
    let left = this.#waiting.count - this.#slots.filter(({ isStarting }) => isStarting).length;
    for (const slot of this.#slots) {
      if (left <= 0) return;
      if (!slot.isEmpty || this.#waiting.peek(slot.number) === undefined) continue;
      slot.wake();
      left--;
    }
  }

  /** Returns calls to waiting, before all others. */
  #return(calls: readonly Call[]): void {
    this.#waiting.addAgain(calls);
    this.#schedule();
  }

  #takeTask(): number {
    const task = this.#freeTasks.pop();
    if (task !== undefined) return task;
    throw new StateError(
      `Cannot start a guest: ${SPARE} stuck guests still hold their shares of the things, fewer are wanted`,
    );
  }

  #break(error: Error): void {
    this.#broken ??= error;
    this.#waiting.giveUpAll(error);
  }
}
