/**
 * Random callers of a shared thing, which produce meaningful histories of real tasks.
 *
 * - A caller never waits forever as long as all others cooperate: a holder releases what it holds, and task 0
 *   eventually ends whatever others may wait for (queues, channels, events, latches), for which it waits only with a
 *   timeout itself.
 * - All values put are different, so that each shows where it came from.
 *
 * @module
 */

import type { Chooser } from "../../lib/memory/mod.ts";

/** A call of the thing. */
export interface SubjectCall {
  readonly method: string;
  readonly args: readonly unknown[];
  /** The arguments for the specification; `args` by default. */
  readonly specified?: readonly unknown[];
}

/** The behavior of one task. */
export interface Caller {
  /** The next call; at the end (`last`), one that releases something, or nothing. */
  next(choose: Chooser, last: boolean): SubjectCall | undefined;
  /** Called when a call has returned a result. */
  returned(call: SubjectCall, result: unknown): void;
}

/** Who calls. */
export interface CallerOptions {
  readonly task: number;
  /** Whether it may wait without a timeout. */
  readonly patient: boolean;
  /** Whether tasks may die; then no task takes anything that a death does not give back. */
  readonly mortal: boolean;
}

/** How long a wait may last, in seconds; the shortest is no longer than reading the clock takes. */
const TIMEOUTS = [0, 0.00005, 0.0005];

function waitOf(choose: Chooser, patient: boolean): { readonly timeout?: number } {
  const timeout = TIMEOUTS[choose(TIMEOUTS.length + (patient ? 1 : 0))];
  return timeout === undefined ? {} : { timeout };
}

/** Whether a caller may wait indefinitely for things that task 0 must open or close at the end. */
function isPatient({ task, patient }: CallerOptions): boolean {
  return patient && task !== 0;
}

/** A task that is told of a death repairs, then releases. */
abstract class Owner {
  protected readonly options: CallerOptions;
  protected isHeir = false;
  #probed = false;

  constructor(options: CallerOptions) {
    this.options = options;
  }

  protected repair(): SubjectCall | undefined {
    return this.isHeir ? { method: "markConsistent", args: [] } : undefined;
  }

  /** Whether a call has acquired the thing; records whether an owner died. */
  protected hasAcquired({ method }: SubjectCall, result: unknown): boolean {
    if (method === "markConsistent") this.isHeir = false;
    if (!/^(try)?acquire/i.test(method) || result === false) return false;
    if (result instanceof Error) this.isHeir = true;
    return true;
  }

  /** Once, at the end: acquires it without a timeout, which shows that everybody has released it. */
  protected probe(method: string): SubjectCall | undefined {
    if (this.#probed || !this.options.patient) return undefined;
    this.#probed = true;
    return { method, args: [] };
  }

  protected acquire(choose: Chooser, method = "acquire"): SubjectCall {
    const wait = waitOf(choose, this.options.patient);
    return { method, args: wait.timeout === undefined ? [] : [wait], specified: [] };
  }
}

/** Acquires a lock, once or repeatedly, and releases it. */
export class LockCaller extends Owner implements Caller {
  readonly #owned: boolean;
  readonly #most: number;
  #held = 0;

  constructor(options: CallerOptions, { owned = false, most = 1 }: { owned?: boolean; most?: number } = {}) {
    super(options);
    this.#owned = owned;
    this.#most = most;
  }

  next(choose: Chooser, last: boolean): SubjectCall | undefined {
    const repair = this.repair();
    if (repair !== undefined) return repair;
    if (last) return this.#held > 0 ? { method: "release", args: [] } : this.probe("acquire");
    const act = choose(8);
    if (act === 0) return { method: "locked", args: [] };
    const releases = this.#held > 0 && (this.#held === this.#most || choose(2) === 0);
    // For an owned lock, a release that is not allowed throws.
    if (releases || (this.#owned && act === 1)) return { method: "release", args: [] };
    return act < 4 ? { method: "tryAcquire", args: [] } : this.acquire(choose);
  }

  returned(call: SubjectCall, result: unknown): void {
    if (call.method === "release") this.#held--;
    else if (this.hasAcquired(call, result)) this.#held++;
  }
}

/** Reads or writes, one at a time. */
export class RWLockCaller extends Owner implements Caller {
  #held: "Read" | "Write" | undefined;

  next(choose: Chooser, last: boolean): SubjectCall | undefined {
    const repair = this.repair();
    if (repair !== undefined) return repair;
    const act = choose(8);
    if (this.#held !== undefined && (last || act > 0)) return { method: `release${this.#held}`, args: [] };
    if (last) return this.probe("acquireWrite");
    const kind = choose(3) === 0 ? "Write" : "Read";
    // A release that is not allowed throws; a holder does not try to acquire again.
    if (act === 0) return { method: `release${this.#held === "Read" ? "Write" : "Read"}`, args: [] };
    return act < 3 ? { method: `tryAcquire${kind}`, args: [] } : this.acquire(choose, `acquire${kind}`);
  }

  returned(call: SubjectCall, result: unknown): void {
    if (call.method.startsWith("release")) this.#held = undefined;
    else if (this.hasAcquired(call, result)) this.#held = call.method.endsWith("Read") ? "Read" : "Write";
  }
}

/** Takes permits, for itself or for a guard, and gives them back. */
export class SemaphoreCaller implements Caller {
  readonly #options: CallerOptions;
  readonly #all: number;
  #held = 0;
  #ofGuard = false;
  #probed = false;

  /** `all` is the total number of permits. */
  constructor(options: CallerOptions, all: number) {
    this.#options = options;
    this.#all = all;
  }

  next(choose: Chooser, last: boolean): SubjectCall | undefined {
    const release = this.#ofGuard ? "releaseHeld" : "release";
    if (this.#held > 0 && (last || choose(4) > 0)) return { method: release, args: [this.#held] };
    if (last) {
      // Everybody gives back all permits.
      if (this.#probed || !this.#options.patient) return undefined;
      this.#probed = true;
      return { method: "acquireHeld", args: [{ permits: this.#all }], specified: [this.#all] };
    }
    const permits = 1 + choose(2);
    const ofGuard = this.#options.mortal || choose(2) === 0;
    if (this.#held === 0 && (ofGuard || choose(2) === 0)) {
      const method = ofGuard ? "acquireHeld" : "acquire";
      return { method, args: [{ permits, ...waitOf(choose, this.#options.patient) }], specified: [permits] };
    }
    // More of the kind it already has, never waiting.
    if (this.#ofGuard) return { method: "acquireHeld", args: [{ permits, timeout: 0 }], specified: [permits] };
    return { method: "tryAcquire", args: [permits] };
  }

  returned({ method, args: [first], specified: [permits] = [first] }: SubjectCall, result: unknown): void {
    if (method.startsWith("release")) this.#held -= Number(permits);
    else if (result === true) this.#held += Number(permits);
    if (method === "acquireHeld" && result === true) this.#ofGuard = true;
    if (this.#held === 0) this.#ofGuard = false;
  }
}

/** Changes a cell in every possible way. */
export class CellCaller implements Caller {
  readonly #values: readonly unknown[];

  constructor(values: readonly unknown[]) {
    this.#values = values;
  }

  next(choose: Chooser, last: boolean): SubjectCall | undefined {
    if (last) return undefined;
    const methods = [["load", 0], ["store", 1], ["add", 1], ["exchange", 1], ["compareExchange", 2]] as const;
    const [method, arity] = methods[choose(methods.length)] ?? methods[0];
    return { method, args: Array.from({ length: arity }, () => this.#values[choose(this.#values.length)]) };
  }

  returned(): void {}
}

/** Waits while task 0 sets and clears, or all count down; task 0 opens it at the end. */
export class SignalCaller implements Caller {
  readonly #options: CallerOptions;
  readonly #open: SubjectCall;
  readonly #acts: readonly SubjectCall[];
  #ended = false;

  constructor(options: CallerOptions, { open, acts }: { open: SubjectCall; acts: readonly SubjectCall[] }) {
    this.#options = options;
    this.#open = open;
    this.#acts = acts;
  }

  next(choose: Chooser, last: boolean): SubjectCall | undefined {
    if (last) {
      if (this.#ended || this.#options.task !== 0) return undefined;
      this.#ended = true;
      return this.#open;
    }
    const act = this.#acts[choose(this.#acts.length + 2)];
    if (act !== undefined) return act;
    // A task that waits forever makes no other calls, so this is rare.
    const wait = waitOf(choose, isPatient(this.#options) && choose(20) === 0);
    return { method: "wait", args: wait.timeout === undefined ? [] : [wait], specified: [] };
  }

  returned(): void {}
}

/** Puts and takes, singly and in batches; task 0 closes it at the end. */
export class CollectionCaller implements Caller {
  readonly #options: CallerOptions;
  readonly #take: "get" | "take";
  readonly #close: string;
  readonly #looks: readonly string[];
  readonly #priority: boolean;
  #puts = 0;
  #ended = false;

  constructor(
    options: CallerOptions,
    { take, close, looks = [], priority = false }: {
      take: "get" | "take";
      close: string;
      looks?: readonly string[];
      priority?: boolean;
    },
  ) {
    this.#options = options;
    this.#take = take;
    this.#close = close;
    this.#looks = looks;
    this.#priority = priority;
  }

  next(choose: Chooser, last: boolean): SubjectCall | undefined {
    if (last) {
      if (this.#ended || this.#options.task !== 0) return undefined;
      this.#ended = true;
      return { method: this.#close, args: [] };
    }
    const isGet = this.#take === "get";
    const priority = this.#priority ? choose(3) : undefined;
    const value = () => {
      const id = this.#options.task * 1_000_000 + ++this.#puts;
      return priority === undefined ? id : [priority, id];
    };
    const wait = waitOf(choose, isPatient(this.#options));
    const options = priority === undefined ? wait : { ...wait, priority };
    const act = choose(12 + this.#looks.length);
    if (act < 3) return this.#called("put", [value()], options);
    if (act < 5) return this.#called("tryPut", [value()], priority === undefined ? {} : { priority });
    if (act < 6) return this.#called("putAll", [Array.from({ length: 1 + choose(4) }, value)], options);
    if (act < 9) return this.#called(this.#take, [], wait);
    if (act < 11) return this.#called(isGet ? "tryGet" : "tryTake", [], {});
    if (act < 12) return this.#called("takeUpTo", [1 + choose(4)], wait);
    const look = this.#looks[act - 12] ?? "isClosed";
    return this.#called(look, [], look === "fetch" ? wait : {});
  }

  returned(): void {}

  #called(method: string, specified: readonly unknown[], options: object): SubjectCall {
    return { method, args: Object.keys(options).length === 0 ? specified : [...specified, options], specified };
  }
}
