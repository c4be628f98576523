/**
 * A binding: one task's internal view of a space, with the memory, the task's number and its lanes.
 *
 * - A waiting task takes a lane. Invariant: a lane is used by one wait at a time, and by no other task.
 * - Each thing has one view per binding, whoever asks for it.
 * - It also defines what a task elsewhere may do with the memory directly: see {@linkcode Things.allows}.
 */

import { MemoryFullError, StateError } from "../errors.ts";
import type { Memory, Operation, Steps } from "../memory/mod.ts";
import { extentOf, type Ownership, type PlacedOperation } from "./ownership.ts";

/** The method by which a thing reports who waits; its result describes a single moment. */
export const STATISTICS = "statistics";

/** What a shared thing offers to hosts, supervisors and the explorer. */
export interface SharedThing {
  /** Its name. */
  readonly name: string;
  /**
   * The methods that are calls: all that a task elsewhere may ask of the memory's owner. If a thing has this list, only
   * its methods may access its words and bytes; if not, as with cells, any task may.
   */
  readonly calls?: readonly string[];
  /** Recovers from the death of a task that was using it; run by the supervisor, on its own binding. */
  died?(task: number): Steps<void>;
  /**
   * Handles the end of a task, `failure` being the error text if it failed; run by the supervisor. It
   * changes nothing if words that only the task itself writes say so.
   */
  ended?(task: number, failure?: string): Steps<void>;
  /** The tasks that own it, if it can be owned: a cycle of owners and waiters is a deadlock. */
  owners?(): Steps<readonly number[]>;
  /** The tasks that acquired it last and have not released it, even if another task may release it; for reports. */
  holders?(): Steps<readonly number[]>;
  /** The queued tasks that a waiting task waits for though they do not hold it; for reports. */
  ahead?(task: number): Steps<readonly number[]>;
  /**
   * Whether a call would proceed at once; `undefined` unless only {@linkcode STATISTICS} can tell whether such a call
   * waits or comes later. The explorer begins such a call only once it can proceed.
   */
  ready?(method: string, args: readonly unknown[]): Steps<boolean> | undefined;
  /** The methods that wake current waiters and leave nothing for later ones. */
  readonly signals?: readonly string[];
  /** Wakes all waiters, as a signal would; the explorer uses it to find whom a lost signal would have helped. */
  rouse?(): Steps<void>;
  /**
   * Its contents as plain data, for people who step through a run. It may change the memory: the explorer, which calls
   * it, undoes that. Without it, the statistics are shown.
   */
  contents?(): Steps<unknown>;
  /** What is still held or unfinished at the end of a run, as clauses such as "is held by a"; empty if all is well. */
  leaks?(): Steps<readonly string[]>;
}

/** One task's things and their parts, by name. */
export interface Things extends ReadonlyMap<string, SharedThing> {
  /**
   * Whether an operation that the task itself performs touches only words and bytes open to all: those of things
   * without a list of calls, and the lanes. If absent, no operation is allowed.
   */
  allows?(operation: Operation): boolean;
}

/** No lane. */
export const NO_LANE: number = -1;

/** Makes a task's view of a shared thing. */
export type Bind<T> = (binding: Binding) => T;

/**
 * The owner of reserved words or bytes: a thing, whose views `bind` makes, or without `bind` the space, for its lanes.
 */
export interface PlaceOwner {
  bind?: Bind<unknown>;
}

/** Whose binding it is, and its share of the space. */
export interface BindingOptions {
  readonly task: number;
  readonly nameOf: (task: number) => string;
  /** The task's first lane, among all lanes of the space. */
  readonly firstLane: number;
  /** How many lanes it has. */
  readonly lanes: number;
  /** How many lanes each task has; the host, whose number equals the number of tasks, has the rest. */
  readonly lanesPerTask: number;
  readonly tasks: number;
  /** The word that the very first lane sleeps on. */
  readonly firstWake: number;
  /** Which owner each word and byte belongs to. */
  readonly ownership: Ownership<PlaceOwner>;
}

const bindings = new WeakMap<object, Binding>();

/**
 * The binding of a thing.
 *
 * @throws {TypeError} if no space has bound it.
 */
export function bindingOf(thing: object): Binding {
  const binding = bindings.get(thing);
  if (binding !== undefined) return binding;
  throw new TypeError("Cannot view it: no space has bound it, a shared thing that one has bound is wanted");
}

/** One task's view of a space. */
export class Binding {
  /** The memory. */
  readonly memory: Memory;
  /** The task's number. */
  readonly task: number;
  /** The tasks' names, for errors. */
  readonly nameOf: (task: number) => string;
  readonly #lanes: number;
  readonly #lanesPerTask: number;
  readonly #tasks: number;
  readonly #free: number[];
  readonly #firstWake: number;
  readonly #ownership: Ownership<PlaceOwner>;
  readonly #made = new Map<Bind<unknown>, unknown>();
  /** The task's things, including parts, by name. */
  readonly things: Map<string, SharedThing> & Things;

  /** Made by {@linkcode Space.bind}. */
  constructor(
    memory: Memory,
    { task, tasks, nameOf, firstLane, lanes, lanesPerTask, firstWake, ownership }: BindingOptions,
  ) {
    this.memory = memory;
    this.task = task;
    this.nameOf = nameOf;
    this.#lanes = lanes;
    this.#lanesPerTask = lanesPerTask;
    this.#tasks = tasks;
    this.#firstWake = firstWake;
    this.#ownership = ownership;
    this.things = Object.assign(new Map(), { allows: (operation: Operation) => this.#allows(operation) });
    this.#free = Array.from({ length: lanes }, (_, index) => firstLane + lanes - 1 - index);
  }

  /** Takes a lane for one wait; `NO_LANE` if all are in use. */
  tryLane(): number {
    return this.#free.pop() ?? NO_LANE;
  }

  /** The error of a wait that has no lane; to be thrown outside every monitor. */
  noLane(): MemoryFullError {
    const { nameOf, task } = this;
    return new MemoryFullError(
      `Cannot wait: ${nameOf(task)} waits ${this.#lanes} times at once, as often as it has lanes, more lanes ` +
        "(lanesPerTask, hostLanes) or fewer waits are wanted",
    );
  }

  /** Gives a lane back. */
  freeLane(lane: number): void {
    if (lane !== NO_LANE) this.#free.push(lane);
  }

  /** The word that a lane sleeps on. */
  wakeWord(lane: number): number {
    return this.#firstWake + lane;
  }

  /** The task that a lane belongs to. */
  taskOf(lane: number): number {
    return Math.min(Math.floor(lane / this.#lanesPerTask), this.#tasks);
  }

  /** Ends the view: from then on, every method of its things throws, so that none touches another run's state. */
  end(): void {
    for (const made of this.#made.values()) if (isSharedThing(made)) refuseAll(made);
  }

  /** This task's view of a thing; always the same one. */
  use<T>(bind: Bind<T>): T {
    let made = this.#made.get(bind) as T | undefined;
    if (made === undefined) {
      made = bind(this);
      this.#made.set(bind, made);
      if (!isSharedThing(made)) return made;
      this.things.set(made.name, made);
      bindings.set(made, this);
    }
    return made;
  }

  #allows(operation: Operation): boolean {
    switch (operation.kind) {
      case "call":
      case "now":
      case "sleep":
      case "choose":
        return true;
    }
    const { kind, first, count } = extentOf(operation);
    // An operation outside the memory, or not aligned to a cell, is left for the memory to reject.
    if (first < 0 || count <= 0 || (kind === "words" && first % count !== 0)) return true;
    const owner = this.#ownership.ownerOf(operation);
    if (owner === undefined) return false;
    return owner.bind === undefined ? this.#allowsOnLane(operation) : !hasCalls(this.use(owner.bind));
  }

  /** A task may do anything with its own lanes, and may wake others: at worst, that wakes them for nothing. */
  #allowsOnLane(operation: PlacedOperation): boolean {
    const { first, count } = extentOf(operation);
    if (count > 1) return false;
    return this.taskOf(first - this.#firstWake) === this.task || operation.kind === "notify" ||
      (operation.kind === "store" && operation.value === 1);
  }
}

function isSharedThing(value: unknown): value is SharedThing {
  return typeof value === "object" && value !== null && "name" in value && typeof value.name === "string";
}

function hasCalls(made: unknown): boolean {
  return typeof made === "object" && made !== null && "calls" in made;
}

/**
 * Makes all methods of a thing throw, by shadowing those of its class: so a thing in use pays nothing for the check.
 */
function refuseAll(thing: SharedThing): void {
  for (let from: object = thing; from !== Object.prototype; from = Object.getPrototypeOf(from)) {
    for (const method of Reflect.ownKeys(from)) {
      if (method === "constructor" || typeof Reflect.getOwnPropertyDescriptor(from, method)?.value !== "function") {
        continue;
      }
      const refuse = (): never => {
        throw new StateError(
          `Cannot use ${thing.name} (${String(method)}): its run has ended, a thing of the present run is wanted`,
        );
      };
      Object.defineProperty(thing, method, { value: refuse });
    }
  }
}
