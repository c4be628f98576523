/**
 * The outside of one run: what is pending there, its clock, and what became of the run. It lives inside the realm.
 *
 * - A completion is something that the outside does later: an answer, a message, a timer. Whoever explores picks the next one.
 * - In order means: what is ready, first come first served, and timers only where nothing else is, the earliest first.
 * - Each completion belongs to a chain: the first that the code asks for in a step goes on with the chain of that step, any
 *   other takes the first chain in which nothing is pending. Invariant: at most one of a chain is pending.
 * - Of a line, such as the messages to one port, only the first can come.
 * - Where a scenario asks for faults, a fault is one more thing that can come, behind all others.
 */

import { deepStack } from "../deep_stack.ts";
import { ENDS, type IoFaults, JUMPS } from "./faults.ts";

/** Something that the outside does later. */
export interface Completion {
  /** What it is, for people. */
  readonly label: string;
  /** The number of its chain. */
  readonly chain: number;
  /** When it comes, in milliseconds; Infinity where that is whenever it is picked. */
  readonly due: number;
  /** What it stands in line for: only the first of a line can come. */
  readonly line: object | undefined;
  /** Where the code asked for it, as a stack; only where the outside traces. */
  readonly stack: string | undefined;
  /** Whether it keeps a real process alive. */
  isHeld: boolean;
  /** Does it. */
  readonly run: () => void;
  /** What may come in its place. */
  readonly faults: readonly Fault[];
  /** Whether it is an answer, which is waited for also at the end of a run, whenever it comes. */
  readonly isAnswer: boolean;
  /** The realm in which it comes: 0, or that of a worker. */
  readonly realm: number;
  /** The realm that it goes with where that ends, and in which a fault comes in its place. */
  readonly owner: number;
  /** The fault that it is: 0 where it is none. */
  readonly fault: number;
  /** What it comes in the place of. */
  readonly instead: Completion | undefined;
}

/** What may come in the place of a completion. */
export interface Fault {
  readonly kind: number;
  readonly label: string;
  readonly run: () => void;
}

/** How a completion is asked for. */
export interface Posting {
  readonly due?: number;
  readonly line?: object;
  readonly faults?: readonly Fault[];
  readonly isAnswer?: boolean;
  /** The realm in which it comes, where that is not the present one. */
  readonly realm?: number;
  /** The realm that it goes with, where that is not the one in which it comes. */
  readonly owner?: number;
  /** Where the code asked for it, where that is not here. */
  readonly stack?: string | undefined;
}

/** A worker of a run. */
export interface OutsideWorker {
  readonly url: string;
  /** Told of an error that nobody catches there. */
  readonly fails: (error: unknown, how?: { readonly isRejection: boolean }) => void;
  /** Ends it. */
  readonly dies: () => void;
}

/** How far the scenario's own function is. */
export type RunState = "runs" | "returned" | "threw";

/** A value as a text, whatever code under test makes of it. */
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
  /** What can come, in the order in which it was asked for. */
  pending: Completion[] = [];
  /** The time since the start, in milliseconds. */
  now = 0;
  /** How far the scenario's own function is, and what it returned or threw. */
  state: RunState = "runs";
  value: unknown;
  /** What was thrown where something that is expected does not hold. */
  broken: Error | undefined;
  /** Whether it was asked if something that is expected holds. */
  isExpecting = false;
  /** What was thrown where nobody could catch it. */
  crash: { readonly error: unknown } | undefined;
  /** What the run takes for granted. */
  readonly assumptions: Set<string> = new Set();
  /** Whether where things are asked for is kept, and what comes of them. */
  traces = false;
  /** What came of the present completion, for people; only where it traces. */
  readonly notes: string[] = [];
  /** What is left over at the end of a run, besides what is pending. */
  readonly leftovers: (() => readonly string[])[] = [];
  /** What promises stand for, for people; only where it traces. */
  readonly promised: WeakMap<object, string> = new WeakMap();
  /** What belongs to a run is forgotten before the next one. */
  readonly resets: (() => void)[] = [];
  /** What code printed. */
  readonly printed: string[] = [];
  /** What may befall an io that says nothing else, in all realms. */
  faultsOfIo: IoFaults = {};
  /** How many faults a run has at most. */
  mostFaults = 1;
  /** How far the clock may jump, in milliseconds; 0 where it does not. */
  jump = 0;
  /** How far it has jumped. */
  jumped = 0;
  /** The faults so far, for people. */
  faults: string[] = [];
  /** Binds a function to the asynchronous context that it is asked for in: where code follows contexts. */
  bind: (act: () => void) => () => void = unbound;
  // What process.nextTick was given: run before the microtasks of a step, and again after them.
  #ticks: (() => void)[] = [];
  /** The workers of this run; the realm of the first is 1. */
  workers: OutsideWorker[] = [];
  /** By realm, the workers' own sides: whoever runs puts them here. */
  readonly farSides: ({ begin(near: unknown): void; hear(sent: unknown): void } | undefined)[] = [];
  /** Told of what is used that the world lacks. */
  refuses: (error: Error) => void = () => {};
  /** Tells of an error that nobody catches, and of a rejection that nobody handles: whether somebody hears of it. */
  catches: (error: unknown) => boolean = () => false;
  handles: (reason: unknown, promise: unknown) => boolean = () => false;
  /** What the realms of a run have in common, such as its locks. */
  readonly shared: Map<string, unknown> = new Map();
  /** Told which realm has ended: by the names of what is told. */
  readonly ends: Map<string, (realm: number) => void> = new Map();
  /** Whether workers may die. */
  mayDie = false;
  #ended = new Set<number>();
  #realm = 0;
  #current = 0;
  #continues = false;
  // By chain, whether something of it is pending.
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

  /** How many chains there have been in this run. */
  get chains(): number {
    return this.#busy.length;
  }

  /** The realm of the present step: 0, or that of a worker. */
  get realm(): number {
    return this.#realm;
  }

  /** What the realms of a run have in common, by its name; the first that asks makes it. */
  common<T>(name: string, make: () => T): T {
    if (!this.shared.has(name)) this.shared.set(name, make());
    return this.shared.get(name) as T;
  }

  /** Whether ticks wait to be run. */
  get hasTicks(): boolean {
    return this.#ticks.length > 0;
  }

  /** Where the code is, if it traces. */
  get stack(): string | undefined {
    return this.traces ? deepStack() : undefined;
  }

  /** Asks for a completion. */
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
    // Who has ended asks for nothing.
    if (!this.#ended.has(owner)) this.pending.push(completion);
    else this.#busy[chain] = false;
    return completion;
  }

  /** Takes a completion back; says whether it was pending. */
  drop(completion: Completion): boolean {
    const place = this.pending.indexOf(completion);
    if (place < 0) return false;
    this.pending.splice(place, 1);
    this.#busy[completion.chain] = false;
    return true;
  }

  /**
   * What can come next, the default first: into a list that is used again. Timers come last, and where the scenario has returned
   * none is waited for.
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

  /** Adds what may come in the place of these. */
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

  /** Lets a completion come. */
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

  /** Puts a function in line behind the present one, before all microtasks. */
  tick(act: () => void): void {
    this.#ticks.push(this.bind(act));
  }

  /** Runs what `tick` was given, and what that gives. */
  runTicks(): void {
    for (let next = this.#ticks.shift(); next !== undefined; next = this.#ticks.shift()) this.guard(next);
  }

  /** Calls a function; what it throws ends the run, as it ends a process. */
  guard(act: () => void): void {
    try {
      act();
    } catch (error) {
      this.fails(error);
    }
  }

  /** Hears of an error that nobody catches, in the present realm: it ends a worker, or the run. */
  fails(error: unknown): void {
    const worker = this.workers[this.#realm - 1];
    if (worker !== undefined) worker.fails(error);
    else if (!this.catches(error)) this.crash ??= { error };
  }

  /** Takes a worker, and gives the number of its realm. */
  addWorker(worker: OutsideWorker): number {
    return this.workers.push(worker);
  }

  /** Ends a worker: nothing comes there. */
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
