/**
 * Shared memory: a `SharedArrayBuffer` on which each thread performs its own operations at once, and really waits.
 *
 * - The host creates it and passes its `handle` (structured-cloneable) to the guests, which attach.
 * - Waits are sliced: at least every 100 ms a guest checks its stop word, and the word that it waits on.
 * - A guest that is asked to stop gets a `StoppedError` from its current or next wait or sleep. If it never waits, it
 *   gets it from a call, or after very many operations without a call: never in the middle of a change. An interrupted
 *   guest gets an `InterruptedError`, once ({@linkcode GuestControl}).
 * - The real clock and source of chance are passed in.
 *
 * @example
 * ```ts
 * import { Layout } from "./layout.ts";
 * import { SharedMemory } from "./shared_memory.ts";
 *
 * const layout = new Layout();
 * const word = layout.word("counter");
 * const clock = () => performance.now();
 * const host = SharedMemory.create(layout, { guests: 1, clock });
 * const guest = SharedMemory.attach(host.handle, { guest: 0, clock }); // in a worker
 * guest.perform({ kind: "add", cell: "i32", word, value: 1, order: "atomic" });
 * if (host.perform({ kind: "load", cell: "i32", word, order: "atomic" }) !== 1) throw new Error("both views share one memory");
 * ```
 */

import { Cells } from "./cells.ts";
import { GuestControl } from "./guest_control.ts";
import { Layout, type LayoutTable } from "./layout.ts";
import { checkTime, type Chooser, firstChoice, type Memory, pick } from "./memory.ts";
import { runBlocking } from "./blocking.ts";
import type { Answer, CallOperation, Operation, WaitOperation, WaitResult } from "./operation.ts";
import type { Steps } from "./steps.ts";
import { INLINE } from "./operation.ts";
import { sharedWaiting, type Waiting } from "./waiting.ts";

const SLICE_MILLISECONDS = 100;
/** The shortest and the longest slice of a wait that polls. */
const POLL_MILLISECONDS = { least: 0.05, most: 2 };
/** How often a guest that does not wait checks whether it is asked to stop: at the beginning of every so many calls, */
const CALLS_BETWEEN_LOOKS = 64;
/** or after more operations than any call needs. */
const OPERATIONS_BETWEEN_LOOKS = 65536;
/** The longest spin, in microseconds. */
const MOST_SPIN = 20;
/** How many times a spinning wait checks its word between two readings of the clock. */
const LOOKS = 50;
/** What a guest needs to attach; structured-cloneable. */
export interface SharedMemoryHandle {
  /** The words, then the bytes. */
  readonly buffer: SharedArrayBuffer;
  /** The layout. */
  readonly layout: LayoutTable;
  /** The number of guests with control words. */
  readonly guests: number;
  /** How long a wait spins on its word before it sleeps, in microseconds. */
  readonly spin: number;
}

/** What each side supplies. */
export interface SharedMemoryOptions {
  /** The real clock, in milliseconds; the clocks of all sides must agree. */
  readonly clock: () => number;
  /** Answers `choose`; the first choice by default. */
  readonly chooser?: Chooser;
  /**
   * Keeps the event loop alive until the returned function is called, because an asynchronous wait does not; does
   * nothing by default.
   */
  readonly hold?: () => () => void;
  /** How it waits, the same on all sides; by `Atomics` by default. */
  readonly waiting?: Waiting;
}

/** The memory of thread mode. */
export class SharedMemory implements Memory {
  /** What a guest attaches with. */
  readonly handle: SharedMemoryHandle;
  /** The layout, including control words, with all names; frozen. */
  readonly layout: Layout;
  /** How the host observes, interrupts and stops the guests. */
  readonly control: GuestControl;
  readonly #isGuest: boolean;
  readonly #clock: () => number;
  readonly #chooser: Chooser;
  readonly #hold: () => () => void;
  readonly #waiting: Waiting;
  readonly #cells: Cells;
  readonly #words: Int32Array;
  /** Operations since the last call or wait. */
  #operations = 0;
  #calls = 0;
  /** Whether this guest has been told to stop; from then on, its calls undo what it did. */
  #isStopping = false;
  private constructor(handle: SharedMemoryHandle, guest: number | undefined, options: SharedMemoryOptions) {
    if (guest !== undefined && !(Number.isInteger(guest) && guest >= 0 && guest < handle.guests)) {
      throw new RangeError(`Cannot attach: guest ${guest} of ${handle.guests}, a number under that is wanted`);
    }
    this.handle = handle;
    this.layout = Layout.fromTable(handle.layout).freeze();
    this.#isGuest = guest !== undefined;
    this.#clock = options.clock;
    this.#chooser = options.chooser ?? firstChoice;
    this.#hold = options.hold ?? (() => () => {});
    this.#waiting = options.waiting ?? sharedWaiting;
    const { wordCount: words, byteCount: bytes } = this.layout;
    this.#cells = new Cells(handle.buffer, { words, bytes, shared: true });
    this.#words = this.#cells.words;
    this.control = new GuestControl(this.#words, { guests: handle.guests, guest, end: words, waiting: this.#waiting });
  }

  /**
   * Creates a memory of zeros with control words for the guests, as its host; freezes the layout. With `spin`, a wait
   * spins on its word for that many microseconds before it sleeps: useful only if each task has its own core.
   */
  static create(
    layout: Layout,
    options: SharedMemoryOptions & { readonly guests: number; readonly spin?: number },
  ): SharedMemory {
    const { guests, spin = 0 } = options;
    if (!(spin >= 0 && spin <= MOST_SPIN)) {
      throw new RangeError(`Cannot spin for ${spin} us: a number from 0 to ${MOST_SPIN} is wanted`);
    }
    const full = Layout.fromTable(layout.freeze().toTable());
    GuestControl.reserve(full, guests);
    const buffer = new SharedArrayBuffer(full.wordCount * Int32Array.BYTES_PER_ELEMENT + full.byteCount);
    const memory = new SharedMemory({ buffer, layout: full.toTable(), guests, spin }, undefined, options);
    memory.control.initialize();
    return memory;
  }

  /** Joins a memory as one of its guests, or as another host if `guest` is absent. */
  static attach(
    handle: SharedMemoryHandle,
    options: SharedMemoryOptions & { readonly guest?: number },
  ): SharedMemory {
    return new SharedMemory(handle, options.guest, options);
  }

  /** Performs one operation, blocking in `wait` and `sleep`, which throw a `StoppedError` if this guest is to stop. */
  perform(operation: Operation): Answer {
    if (++this.#operations % OPERATIONS_BETWEEN_LOOKS === 0) this.control.throwIfStopRequested();
    switch (operation.kind) {
      case "call":
        this.#enter(operation);
        return INLINE;
      case "wait":
        return this.#wait(operation);
      case "sleep":
        return this.#sleep(operation.until);
      case "notify":
        this.#cells.checkWord("notify", operation.word, 1);
        return this.#waiting.notify(this.#words, operation.word, operation.count);
      case "now":
        return this.#clock();
      case "choose":
        return pick(this.#chooser, operation.n);
      default:
        return this.#cells.perform(operation);
    }
  }

  /** How long a task may spin on a word before it sleeps, in microseconds. */
  get spin(): number {
    return this.handle.spin;
  }

  /** The words, for `Atomics` on them. */
  get words(): Int32Array {
    return this.#words;
  }

  /** Performs the steps at once. */
  release(steps: Steps<unknown>): void {
    runBlocking(this, steps);
  }

  /** Performs one operation; `wait` and `sleep` leave the event loop free. */
  performAsync(operation: Operation, signal?: AbortSignal): Answer | Promise<Answer> {
    switch (operation.kind) {
      case "wait":
        return this.#waitAsync(operation, signal);
      case "sleep":
        return this.#sleepAsync(operation.until, signal);
      default:
        return this.perform(operation);
    }
  }

  /** Draws the next ticket. */
  ticket(): number {
    // All additions have one total order: a ticket drawn before another draw began is the smaller one.
    return Atomics.add(this.#words, this.control.ticketWord, 1) + 1;
  }

  /** Records a call. The guest is then not in the middle of a change, so it may be stopped here. */
  #enter(operation: CallOperation): void {
    this.#operations = 0;
    if (++this.#calls % CALLS_BETWEEN_LOOKS === 0 && !this.#isStopping && this.control.stopRequested) {
      this.#isStopping = true;
      this.control.throwIfStopRequested();
    }
    this.control.enter(operation);
  }

  #wait({ word, expected, deadline = Infinity, polls }: WaitOperation): WaitResult {
    this.#cells.checkWord("wait", word, 1);
    checkTime("wait", deadline);
    // A guest that is stopped here has as many operations again to undo what it did.
    this.#operations = 0;
    this.control.throwIfStopped();
    if (Atomics.load(this.#words, word) !== (expected | 0)) return "not-equal";
    // A polling task is not in a call: its last one is over.
    if (polls) this.control.enter({ kind: "call", object: this.layout.nameOf(word), method: "wait", args: [] });
    if (this.handle.spin > 0 && this.#changesSoon(word, expected | 0)) return "woken";
    const published = this.control.publish(word, {
      expected,
      timed: deadline !== Infinity,
    });
    try {
      return this.#waitInSlices(word, expected, { deadline, polls });
    } finally {
      this.control.unpublish(published);
    }
  }

  /** Spins on the word for as long as the memory allows: waking up across cores takes longer than many waits do. */
  #changesSoon(word: number, expected: number): boolean {
    const end = this.#clock() + this.handle.spin / 1000;
    do {
      for (let looks = 0; looks < LOOKS; looks++) {
        // What the writer did before it changed the word happens before this load sees the change.
        if (Atomics.load(this.#words, word) !== expected) return true;
      }
    } while (this.#clock() < end);
    return false;
  }

  #waitInSlices(
    word: number,
    expected: number,
    { deadline, polls }: { readonly deadline: number } & Pick<WaitOperation, "polls">,
  ): WaitResult {
    for (let slices = 0;; slices++) {
      this.control.throwIfStopped();
      const left = deadline === Infinity ? Infinity : deadline - this.#clock();
      // The notifier stores first, and the wait compares under the lock that notify takes: no wake-up is lost in
      // between.
      const slice = Math.max(0, Math.min(left, sliceOf(slices, polls)));
      const result = this.#waiting.wait(this.#words, word, expected, slice);
      if (result === "ok") {
        this.control.throwIfStopped();
        return "woken";
      }
      // Between two slices no notify is heard, but the word shows the change.
      if (result === "not-equal") return slices === 0 ? "not-equal" : "woken";
      if (deadline !== Infinity && this.#clock() >= deadline) return "timed-out";
    }
  }

  async #waitAsync(
    { word, expected, deadline = Infinity, polls }: WaitOperation,
    signal: AbortSignal | undefined,
  ): Promise<WaitResult> {
    this.#cells.checkWord("wait", word, 1);
    checkTime("wait", deadline);
    const release = this.#hold();
    // For a guest that waits in several places at once, the last one is shown.
    const published = this.control.publish(word, { expected, timed: deadline !== Infinity });
    const leave = () => {
      release();
      this.control.unpublish(published);
    };
    signal?.addEventListener("abort", leave);
    try {
      for (let slices = 0;; slices++) {
        this.control.throwIfStopped();
        const left = deadline === Infinity ? Infinity : deadline - this.#clock();
        const slice = Math.max(0, Math.min(left, sliceOf(slices, polls)));
        const result = await this.#waiting.waitAsync(this.#words, word, expected, slice);
        if (signal?.aborted === true) {
          // This wake-up of an abandoned wait was meant for another one.
          if (result === "ok") this.#waiting.notify(this.#words, word, 1);
          return "woken";
        }
        if (result === "ok") {
          this.control.throwIfStopped();
          return "woken";
        }
        if (result === "not-equal") return slices === 0 ? "not-equal" : "woken";
        if (deadline !== Infinity && this.#clock() >= deadline) return "timed-out";
      }
    } finally {
      signal?.removeEventListener("abort", leave);
      leave();
    }
  }

  async #sleepAsync(until: number, signal: AbortSignal | undefined): Promise<undefined> {
    checkTime("sleep", until);
    const forever: WaitOperation = { kind: "wait", word: this.#sleepWord, expected: 0, deadline: until };
    // Only a stop or an interruption ends it early, and that is thrown.
    while (await this.#waitAsync(forever, signal) !== "timed-out" && signal?.aborted !== true);
  }

  /** The word that this side sleeps on. */
  get #sleepWord(): number {
    return this.#isGuest ? this.control.sleepWord : this.control.quietWord;
  }

  #sleep(until: number): undefined {
    checkTime("sleep", until);
    const word = this.#sleepWord;
    this.#operations = 0;
    this.control.throwIfStopped();
    const published = this.control.publish(word, { expected: 0, timed: until !== Infinity });
    try {
      return this.#sleepOn(word, until);
    } finally {
      this.control.unpublish(published);
    }
  }

  #sleepOn(word: number, until: number): undefined {
    for (let left = until - this.#clock(); left > 0; left = until - this.#clock()) {
      this.control.throwIfStopped();
      this.#waiting.wait(this.#words, word, 0, Math.min(left, SLICE_MILLISECONDS));
    }
    this.control.throwIfStopped();
  }
}

/** The length of a wait's slice, in milliseconds: a polling task checks often at first. */
function sliceOf(slices: number, polls = false): number {
  if (!polls) return SLICE_MILLISECONDS;
  return Math.min(POLL_MILLISECONDS.least * 2 ** slices, POLL_MILLISECONDS.most);
}
