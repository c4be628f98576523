/**
 * The outside of one run: its pending completions, its clock, and the state of the run. It lives inside the realm.
 *
 * - A completion is something that the outside does later: an answer, a message, a timer. The explorer picks the next
 *   one.
 * - The default order is: whatever is ready, first come, first served; and timers, the earliest first, only if nothing
 *   else is ready.
 * - Each completion belongs to a chain: the first that the code requests in a step continues the chain of that step;
 *   any other takes the first chain in which nothing is pending. Invariant: at most one completion of a chain is
 *   pending.
 * - Of a line, such as the messages to one port, only the first can occur.
 * - If a scenario requests faults, these are additional possible completions, after all others.
 */

import { deepStack } from "../deep_stack.ts";
import { ENDS, type IoFaults, JUMPS } from "./faults.ts";

/** Something that the outside does later. */
export interface Completion {
  /** Its description, for people. */
  readonly label: string;
  /** The number of its chain. */
  readonly chain: number;
  /** When it is due, in milliseconds; Infinity if it can occur at any time. */
  readonly due: number;
  /** The line it is in, if any: only the first of a line can occur. */
  readonly line: object | undefined;
  /** The stack of the code that requested it; only if the outside traces. */
  readonly stack: string | undefined;
  /** Whether it would keep a real process alive. */
  isHeld: boolean;
  /** Performs it. */
  readonly run: () => void;
  /** The faults that may replace it. */
  readonly faults: readonly Fault[];
  /** Whether it is an answer, which the end of a run always waits for. */
  readonly isAnswer: boolean;
  /** The realm in which it occurs: 0, or that of a worker. */
  readonly realm: number;
  /** The realm whose end drops it, and in which a fault replaces it. */
  readonly owner: number;
  /** The kind of fault that it is; 0 if none. */
  readonly fault: number;
  /** The completion that it replaces. */
  readonly instead: Completion | undefined;
}

/** A fault that may replace a completion. */
export interface Fault {
  readonly kind: number;
  readonly label: string;
  readonly run: () => void;
}

/** Options of a completion. */
export interface Posting {
  readonly due?: number;
  readonly line?: object;
  readonly faults?: readonly Fault[];
  readonly isAnswer?: boolean;
  /** The realm in which it occurs; the present one by default. */
  readonly realm?: number;
  /** The realm whose end drops it; by default, the one in which it occurs. */
  readonly owner?: number;
  /** The stack of the code that requested it; the present one by default. */
  readonly stack?: string | undefined;
}

/** A worker of a run. */
export interface OutsideWorker {
  readonly url: string;
  /** Called with an uncaught error of the worker. */
  readonly fails: (error: unknown, how?: { readonly isRejection: boolean }) => void;
  /** Ends the worker. */
  readonly dies: () => void;
}

/** The state of the scenario's own function. */
export type RunState = "runs" | "returned" | "threw";

/** A value as text, even if code under test fails to convert it. */
export function safeText(value: unknown): string {
  try {
    return String(value);
  } catch {
    return "[object Object]";
  }
}

const unbound = (act: () => void) => act;

/** The outside of one run. */
export class Outside {
  /** The pending completions, in the order of their requests. */
  pending: Completion[] = [];
  /** The time since the start, in milliseconds. */
  now = 0;
  /** The state of the scenario's own function, and what it returned or threw. */
  state: RunState = "runs";
  value: unknown;
  /** The error of the first expectation that did not hold. */
  broken: Error | undefined;
  /** Whether `expect` has been called. */
  isExpecting = false;
  /** The first error that nobody could catch. */
  crash: { readonly error: unknown } | undefined;
  /** The assumptions of the run. */
  readonly assumptions: Set<string> = new Set();
  /** Whether to record where things are requested, and what results from them. */
  traces = false;
  /** What resulted from the present completion, for people; only if it traces. */
  readonly notes: string[] = [];
  /** Functions that report what is left over at the end of a run, besides what is pending. */
  readonly leftovers: (() => readonly string[])[] = [];
  /** Descriptions of promises, for people; only if it traces. */
  readonly promised: WeakMap<object, string> = new WeakMap();
  /** Functions that reset per-run state before the next run. */
  readonly resets: (() => void)[] = [];
  /** The lines that the code printed. */
  readonly printed: string[] = [];
  /** The faults of an io without its own, in all realms. */
  faultsOfIo: IoFaults = {};
  /** The maximum number of faults in a run. */
  mostFaults = 1;
  /** How far the clock may jump, in milliseconds; 0 if it does not. */
  jump = 0;
  /** How far the clock has jumped, in milliseconds. */
  jumped = 0;
  /** Descriptions of the faults so far. */
  faults: string[] = [];
  /** Binds a function to the present asynchronous context, if code uses contexts. */
  bind: (act: () => void) => () => void = unbound;
  // The queue of process.nextTick: it runs before the microtasks of a step, and again after them.
  #ticks: (() => void)[] = [];
  /** The workers of this run; the realm of the first is 1. */
  workers: OutsideWorker[] = [];
  /** By realm: the scopes of workers, which the host puts here. */
  readonly farSides: ({ begin(near: unknown): void; hear(sent: unknown): void } | undefined)[] = [];
  /** Called with the error for something the world lacks. */
  refuses: (error: Error) => void = () => {};
  /** Report an uncaught error or an unhandled rejection; return whether a listener received it. */
  catches: (error: unknown) => boolean = () => false;
  handles: (reason: unknown, promise: unknown) => boolean = () => false;
  /** The things that the realms of a run share, such as its locks. */
  readonly shared: Map<string, unknown> = new Map();
  /** Called with a realm that has ended; by the names of what they clean up. */
  readonly ends: Map<string, (realm: number) => void> = new Map();
  /** Whether workers may die. */
  mayDie = false;
  #ended = new Set<number>();
  #realm = 0;
  #current = 0;
  #continues = false;
  // By chain: whether a completion of it is pending.
  #busy: boolean[] = [];

  /** Begins a run. */
  reset(): void {
    this.pending = [];
    this.now = 0;
    this.state = "runs";
    this.value = undefined;
    this.broken = undefined;
    this.isExpecting = false;
    this.crash = undefined;
    this.printed.length = 0;
    this.notes.length = 0;
    this.faultsOfIo = {};
    this.mostFaults = 1;
    this.jump = 0;
    this.jumped = 0;
    this.faults = [];
    this.bind = unbound;
    this.mayDie = false;
    this.shared.clear();
    this.workers = [];
    this.#ended = new Set();
    this.#realm = 0;
    this.#ticks = [];
    this.#current = 0;
    this.#continues = true;
    this.#busy = [];
    for (const reset of this.resets) reset();
  }

  /** The number of chains in this run so far. */
  get chains(): number {
    return this.#busy.length;
  }

  /** The realm of the present step: 0, or that of a worker. */
  get realm(): number {
    return this.#realm;
  }

  /** A thing that the realms of a run share, by name; the first request creates it. */
  common<T>(name: string, make: () => T): T {
    if (!this.shared.has(name)) this.shared.set(name, make());
    return this.shared.get(name) as T;
  }

  /** Whether ticks wait to be run. */
  get hasTicks(): boolean {
    return this.#ticks.length > 0;
  }

  /** The present stack, if it traces. */
  get stack(): string | undefined {
    return this.traces ? deepStack() : undefined;
  }

  /** Requests a completion. */
  post(
    label: string,
    run: () => void,
    {
      due = Infinity,
      line,
      faults = [],
      isAnswer = false,
      stack = this.stack,
      realm = this.#realm,
      owner = realm,
    }: Posting = {},
  ): Completion {
    let chain = this.#current;
    if (!this.#continues || this.#busy[chain] === true) {
      const free = this.#busy.indexOf(false);
      chain = free < 0 ? this.#busy.length : free;
    }
    this.#continues = false;
    this.#busy[chain] = true;
    const completion = {
      label,
      chain,
      due,
      line,
      stack,
      isHeld: true,
      run: this.bind(run),
      faults: this.bind === unbound ? faults : faults.map((fault) => ({ ...fault, run: this.bind(fault.run) })),
      isAnswer,
      realm,
      owner,
      fault: 0,
      instead: undefined,
    };
    // A realm that has ended requests nothing.
    if (!this.#ended.has(owner)) this.pending.push(completion);
    else this.#busy[chain] = false;
    return completion;
  }

  /** Cancels a completion; returns whether it was pending. */
  drop(completion: Completion): boolean {
    const place = this.pending.indexOf(completion);
    if (place < 0) return false;
    this.pending.splice(place, 1);
    this.#busy[completion.chain] = false;
    return true;
  }

  /**
   * Lists the possible next completions, the default first, in a list that is reused. Timers come last; once the
   * scenario has returned, they are not waited for.
   */
  candidates(
    into: Completion[],
    { isOrdered, isFaultless }: { readonly isOrdered: boolean; readonly isFaultless: boolean },
  ): void {
    into.length = 0;
    this.#ready(into, { isOrdered, isOver: this.state === "returned" });
    if (!isFaultless && this.faults.length < this.mostFaults) this.#addFaults(into);
  }

  #ready(into: Completion[], { isOrdered, isOver }: { readonly isOrdered: boolean; readonly isOver: boolean }): void {
    let earliest: Completion | undefined;
    for (const completion of this.pending) {
      if (completion.due !== Infinity) {
        if (isOver && !completion.isAnswer) continue;
        if (earliest === undefined || completion.due < earliest.due) earliest = completion;
      } else if (completion.line === undefined || !into.some(({ line }) => line === completion.line)) {
        into.push(completion);
      }
    }
    if (earliest === undefined) return;
    into.push(earliest);
    if (isOrdered) return;
    const rest = this.pending.filter((other) => {
      return other.due !== Infinity && other !== earliest && (!isOver || other.isAnswer);
    });
    into.push(...rest.sort((one, other) => one.due - other.due));
  }

  /** Adds the faults that may replace these completions. */
  #addFaults(into: Completion[]): void {
    const [first] = into;
    if (first === undefined) return;
    for (const instead of into.slice()) {
      const { owner: realm } = instead;
      for (const { kind, label, run } of instead.faults) {
        into.push({ ...instead, label, run, realm, fault: kind, instead });
      }
    }
    if (this.mayDie) {
      for (const [place, { dies }] of this.workers.entries()) {
        const instead = into.find(({ realm, fault }) => realm === place + 1 && fault === 0);
        if (instead === undefined) continue;
        into.push({
          ...instead,
          label: `a worker dies before ${instead.label}`,
          realm: 0,
          run: dies,
          fault: ENDS,
          instead,
        });
      }
    }
    if (this.jump === 0) return;
    const run = () => {
      this.jumped += this.jump;
    };
    into.push({ ...first, label: `the clock jumps ${this.jump} ms`, due: Infinity, run, fault: JUMPS, realm: 0 });
  }

  /** Performs a completion. */
  perform(completion: Completion): void {
    if (completion.fault > 0) this.faults.push(completion.label);
    this.drop(completion.instead ?? completion);
    const { due } = completion;
    if (due !== Infinity && due > this.now) this.now = due;
    this.#realm = completion.realm;
    this.#current = completion.chain;
    this.#continues = true;
    this.guard(completion.run);
    this.runTicks();
  }

  /** Queues a function to run after the present one, before all microtasks. */
  tick(act: () => void): void {
    this.#ticks.push(this.bind(act));
  }

  /** Runs the queue of `tick`, including what it adds. */
  runTicks(): void {
    for (let next = this.#ticks.shift(); next !== undefined; next = this.#ticks.shift()) this.guard(next);
  }

  /** Calls a function; an error ends the run, as it would end a process. */
  guard(act: () => void): void {
    try {
      act();
    } catch (error) {
      this.fails(error);
    }
  }

  /** Handles an uncaught error of the present realm: it ends a worker, or the run. */
  fails(error: unknown): void {
    const worker = this.workers[this.#realm - 1];
    if (worker !== undefined) worker.fails(error);
    else if (!this.catches(error)) this.crash ??= { error };
  }

  /** Adds a worker, and returns the number of its realm. */
  addWorker(worker: OutsideWorker): number {
    return this.workers.push(worker);
  }

  /** Ends a worker: nothing more happens there. */
  endWorker(realm: number): void {
    this.#ended.add(realm);
    this.pending.filter(({ owner }) => owner === realm).forEach((completion) => this.drop(completion));
    for (const tell of this.ends.values()) tell(realm);
  }

  /** The workers that have not ended. */
  get liveWorkers(): readonly OutsideWorker[] {
    return this.workers.filter((_, place) => !this.#ended.has(place + 1));
  }
}
