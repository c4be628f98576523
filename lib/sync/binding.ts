/**
 * A binding: one task's view of a space, from the inside. It has the memory, the task's number, and its lanes.
 *
 * - A task that waits takes a lane: invariant: a lane is used by one wait at a time, and by no other task.
 * - Each thing has one view in a binding, whoever asks for it.
 * - What a task elsewhere may do with the memory by itself is said here, too: see {@linkcode Things.allows}.
 */

import { MemoryFullError, StateError } from "../errors.ts";
import type { Memory, Operation, Steps } from "../memory/mod.ts";
import { extentOf, type Ownership, type PlacedOperation } from "./ownership.ts";

/** The method by which a thing says who waits. What it gives is so at one moment. */
export const STATISTICS = "statistics";

/** What a shared thing can do for those who look after the run. */
export interface SharedThing {
  /** Its name. */
  readonly name: string;
  /**
   * The methods that are calls: all that a task elsewhere may ask of the memory's owner. The words and bytes of a thing that
   * has this list are for its methods alone; those of a thing without one are for whoever shares it, as those of a cell.
   */
  readonly calls?: readonly string[];
  /** What happens to it when a task has ended without leaving it: run by the supervisor, on its own binding. */
  died?(task: number): Steps<void>;
  /**
   * What happens to it when a task has ended, well or with a failure that this text tells: run by the supervisor. It changes
   * nothing where words say so that the task alone writes.
   */
  ended?(task: number, failure?: string): Steps<void>;
  /** The tasks that hold it, where it is owned: a cycle of owners and waiters is a deadlock. */
  owners?(): Steps<readonly number[]>;
  /** The tasks that took it last and have not given it back, whoever may give it back: for reports. */
  holders?(): Steps<readonly number[]>;
  /** The tasks in line that a waiting task waits for, though they do not hold it: for reports. */
  ahead?(task: number): Steps<readonly number[]>;
  /**
   * Whether a call would go on at once, for calls of which nobody but who asks for {@linkcode STATISTICS} can tell whether they
   * wait or come later; undefined for the others. The explorer begins such a call only when it goes on.
   */
  ready?(method: string, args: readonly unknown[]): Steps<boolean> | undefined;
  /** The methods that wake those who wait, and leave nothing for who comes later. */
  readonly signals?: readonly string[];
  /** Wakes all who wait, as a signal would: run by the explorer, which asks whom a signal that was lost would have helped. */
  rouse?(): Steps<void>;
  /**
   * What it holds, as plain data: for people who step through a run. May change the memory: the explorer, which runs it, sets
   * that back. Where it is absent, the statistics are shown.
   */
  contents?(): Steps<unknown>;
  /** What is held or undone at the end of a run, as clauses such as "is held by a"; none if all is well. */
  leaks?(): Steps<readonly string[]>;
}

/** The things of one task and their parts, by name. */
export interface Things extends ReadonlyMap<string, SharedThing> {
  /**
   * Whether an operation of the task's own touches nothing but words and bytes that are made for that: those of things
   * without a list of calls, and the task's lanes. Where this is absent, no operation is allowed.
   */
  allows?(operation: Operation): boolean;
}

/** No lane. */
export const NO_LANE: number = -1;

/** Makes a task's view of a shared thing. */
export type Bind<T> = (binding: Binding) => T;

/** Who has reserved words or bytes: a thing, whose views `bind` makes, or, where that is absent, the space for its lanes. */
export interface Owner {
  bind?: Bind<unknown>;
}

/** Whose binding it is, and what it has of the space. */
export interface BindingOptions {
  readonly task: number;
  readonly nameOf: (task: number) => string;
  /** The task's first lane, of all lanes of the space. */
  readonly firstLane: number;
  /** How many lanes it has. */
  readonly lanes: number;
  /** How many lanes each task has; the host, whose number is that of the tasks, has the rest. */
  readonly lanesPerTask: number;
  readonly tasks: number;
  /** The word that the first lane of all sleeps on. */
  readonly firstWake: number;
  /** Whose words and bytes are whose. */
  readonly ownership: Ownership<Owner>;
}

const bindings = new WeakMap<object, Binding>();

/**
 * The binding of a thing.
 *
 * @throws {TypeError} where no space has bound it.
 */
export function bindingOf(thing: object): Binding {
  const binding = bindings.get(thing);
  if (binding !== undefined) return binding;
  throw new TypeError("Cannot look at it: it is no thing that a space has bound, one is wanted");
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
  readonly #ownership: Ownership<Owner>;
  readonly #made = new Map<Bind<unknown>, unknown>();
  /** The things that the task has, parts included, by name. */
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

  /** Takes a lane for one wait; `NO_LANE` where all are in use. */
  tryLane(): number {
    return this.#free.pop() ?? NO_LANE;
  }

  /** What a wait is refused with that has no lane: thrown outside of every monitor. */
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

  /** Ends the view: each method of its things throws from then on, so that none touches what another run shares. */
  end(): void {
    for (const made of this.#made.values()) if (isSharedThing(made)) refuseAll(made);
  }

  /** This task's view of a thing: the same one each time. */
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
    // What is nowhere, or not at the place of a cell, is for the memory to refuse.
    if (first < 0 || count <= 0 || (kind === "words" && first % count !== 0)) return true;
    const owner = this.#ownership.ownerOf(operation);
    if (owner === undefined) return false;
    return owner.bind === undefined ? this.#allowsOnLane(operation) : !hasCalls(this.use(owner.bind));
  }

  /** A task does what it likes with its own lanes, and wakes others: for nothing, at worst. */
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

/** Lets all methods of a thing throw: put before those of its class, which cost nothing while it is in use. */
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
