/**
 * Shared things: how locks, queues and cells get their places in one memory, and who uses them.
 *
 * - A {@linkcode Shareable} describes a thing and holds nothing. A {@linkcode Space} gives each its words and bytes, in
 *   the order of their names' appearance, so that the same description gives the same places on every side.
 * - A {@linkcode Binding} is one task's view: the memory, the task's number, and its lanes. A task that waits takes a lane:
 *   invariant: a lane is used by one wait at a time, and by no other task.
 * - A thing that is part of another (the lock of a condition) may be shared by its own name too: it is one thing.
 *
 * @example
 * ```ts
 * import { ModelMemory, runBlocking } from "../memory/mod.ts";
 * import { cell } from "./cell.ts";
 * import { Space } from "./space.ts";
 *
 * const space = new Space({ balance: cell({ initial: 1000 }) }, { tasks: 1 });
 * const memory = new ModelMemory(space.layout);
 * runBlocking(memory, space.initialize());
 * const { balance } = space.bind(memory, { task: 0 });
 * if (runBlocking(memory, balance.load()) !== 1000) throw new Error("the initial value is wanted");
 * ```
 *
 * @module
 */

import { MemoryFullError, StateError } from "../errors.ts";
import { type ByteRange, type CellValue, Layout, type Memory, type Steps, store } from "../memory/mod.ts";

/** What a shared thing can do for those who look after the run. */
export interface SharedThing {
  /** Its name. */
  readonly name: string;
  /** What happens to it when a task has ended without leaving it: run by the supervisor, on its own binding. */
  died?(task: number): Steps<void>;
  /** What happens to it when a task has ended, well or with a failure that this text tells: run by the supervisor. */
  ended?(task: number, failure?: string): Steps<void>;
  /** The tasks that hold it, where it is owned: a cycle of owners and waiters is a deadlock. */
  owners?(): Steps<readonly number[]>;
  /** The tasks that took it last and have not given it back, whoever may give it back: for reports. */
  holders?(): Steps<readonly number[]>;
  /**
   * Whether a call would go on at once, for calls of which nobody can tell whether they wait or come later; undefined for
   * the others. The explorer begins such a call only when it goes on.
   */
  ready?(method: string, args: readonly unknown[]): Steps<boolean> | undefined;
  /** The methods that wake those who wait, and leave nothing for who comes later. */
  readonly signals?: readonly string[];
  /** Wakes all who wait, as a signal would: run by the explorer, which asks whom a signal that was lost would have helped. */
  rouse?(): Steps<void>;
  /** What is held or undone at the end of a run, as clauses such as "is held by a"; none if all is well. */
  leaks?(): Steps<readonly string[]>;
}

/** Makes a task's view of a shared thing. */
export type Bind<T> = (binding: Binding) => T;

/** A shared thing to be: a lock, a queue, a cell. */
export interface Shareable<T> {
  /** What it is, such as `lock`. */
  readonly kind: string;
  /** Takes places in a space. */
  reserve(space: Reservation, name: string): Bind<T>;
}

/** Shared things to be, by name. */
export type Shareables = Readonly<Record<string, Shareable<unknown>>>;

/** The views of shared things that a task gets. */
export type Shared<S extends Shareables> = { readonly [K in keyof S]: S[K] extends Shareable<infer T> ? T : never };

/** What a shareable takes its places from. */
export interface Reservation {
  /** How many tasks there are, the supervisor included: it has the last number. */
  readonly tasks: number;
  /** How many lanes there are. */
  readonly lanes: number;
  /** Reserves a word. */
  word(name: string, initial?: number): number;
  /** Reserves words in a row. */
  words(name: string, count: number, initial?: number): number;
  /** Reserves 64-bit cells in a row. */
  cells<C extends "i64" | "f64">(name: string, count: number, cell: C, initial?: CellValue<C>): number;
  /** Reserves bytes. */
  bytes(name: string, length: number): ByteRange;
  /** Takes another thing as a part: under its own name if it has one, else under `name`. */
  part<T>(name: string, part: Shareable<T>): Bind<T>;
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
  readonly #free: number[];
  readonly #firstWake: number;
  readonly #made = new Map<Bind<unknown>, unknown>();
  /** The things that the task has, parts included, by name. */
  readonly things: Map<string, SharedThing> = new Map();

  /** Made by {@linkcode Space.bind}. */
  constructor(
    memory: Memory,
    { task, nameOf, firstLane, lanes, firstWake }: {
      task: number;
      nameOf: (task: number) => string;
      firstLane: number;
      lanes: number;
      firstWake: number;
    },
  ) {
    this.memory = memory;
    this.task = task;
    this.nameOf = nameOf;
    this.#lanes = lanes;
    this.#firstWake = firstWake;
    this.#free = Array.from({ length: lanes }, (_, index) => firstLane + lanes - 1 - index);
  }

  /** Takes a lane for one wait. */
  takeLane(): number {
    const lane = this.#free.pop();
    if (lane !== undefined) return lane;
    throw new MemoryFullError(
      `Cannot wait: ${
        this.nameOf(this.task)
      } waits as often at once as it has lanes, more lanes or fewer waits are wanted`,
    );
  }

  /** Gives a lane back. */
  freeLane(lane: number): void {
    this.#free.push(lane);
  }

  /** The word that a lane sleeps on. */
  wakeWord(lane: number): number {
    return this.#firstWake + lane;
  }

  /** The task that a lane belongs to. */
  taskOf(lane: number): number {
    return Math.floor(lane / this.#lanes);
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
      if (isSharedThing(made)) this.things.set(made.name, made);
    }
    return made;
  }
}

/** How many share a space. */
export interface SpaceOptions {
  /** How many tasks use it. */
  readonly tasks: number;
  /** In how many waits a task can be at once: 1, unless it uses the promise face. */
  readonly lanesPerTask?: number;
  /** The tasks' names, for errors; numbers by default. */
  readonly names?: readonly string[];
}

/** A task's view of a space. */
export interface Attached<S extends Shareables> {
  /** The things, as they were described. */
  readonly shared: Shared<S>;
  /** The things and their parts, by name. */
  readonly things: ReadonlyMap<string, SharedThing>;
  /** Ends the view: each method of its things throws a `StateError` from then on. */
  end(): void;
}

function isSharedThing(value: unknown): value is SharedThing {
  return typeof value === "object" && value !== null && "name" in value && typeof value.name === "string";
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

/** Shared things with their places. */
export class Space<S extends Shareables> {
  /** Where everything lies; frozen. */
  readonly layout: Layout;
  /** How many tasks there are without the supervisor, whose number this is. */
  readonly tasks: number;
  readonly #names: readonly string[];
  readonly #lanesPerTask: number;
  readonly #firstWake: number;
  readonly #lanes: number;
  readonly #initial: Steps<void>[];
  readonly #things: readonly (readonly [name: string, bind: Bind<unknown>])[];

  /** Reserves places for all things. */
  constructor(things: S, { tasks, lanesPerTask = 1, names = [] }: SpaceOptions) {
    if (!(Number.isSafeInteger(tasks) && tasks >= 1)) {
      throw new RangeError(`Cannot share: among ${tasks} tasks, a whole number of at least 1 is wanted`);
    }
    if (!(Number.isSafeInteger(lanesPerTask) && lanesPerTask >= 1)) {
      throw new RangeError(`Cannot share: ${lanesPerTask} lanes a task, a whole number of at least 1 is wanted`);
    }
    this.tasks = tasks;
    this.#names = names;
    this.#lanesPerTask = lanesPerTask;
    const reserving = new Reserving(things, { tasks: tasks + 1, lanes: (tasks + 1) * lanesPerTask });
    this.#firstWake = reserving.words("lanes.wake", reserving.lanes);
    this.#lanes = reserving.lanes;
    this.#things = Object.entries(things).map(([name, thing]) => [name, reserving.place(name, thing)]);
    this.#initial = reserving.initial;
    this.layout = reserving.layout.freeze();
  }

  /** Sets all words to where the things begin: once, by the side that made the memory. */
  *initialize(): Steps<void> {
    for (const steps of this.#initial) yield* steps;
  }

  /** Whether a lane sleeps on that word: who waits there stands in line for a thing. */
  isLane(word: number): boolean {
    return word >= this.#firstWake && word < this.#firstWake + this.#lanes;
  }

  /** A task's view of the things; without `task`, the supervisor's. */
  bind(memory: Memory, options: { readonly task?: number } = {}): Shared<S> {
    return this.attach(memory, options).shared;
  }

  /** A task's view of the things, and all of these and their parts by name. */
  attach(memory: Memory, { task = this.tasks }: { readonly task?: number } = {}): Attached<S> {
    if (!(Number.isSafeInteger(task) && task >= 0 && task <= this.tasks)) {
      throw new RangeError(`Cannot bind task ${task}: there are ${this.tasks}, a number under that is wanted`);
    }
    const nameOf = (task: number) => this.#names[task] ?? (task === this.tasks ? "the host" : `task ${task}`);
    const lanes = this.#lanesPerTask;
    const binding = new Binding(memory, { task, nameOf, firstLane: task * lanes, lanes, firstWake: this.#firstWake });
    // Each name has the view that its own shareable makes.
    const shared = Object.fromEntries(this.#things.map(([name, bind]) => [name, binding.use(bind)])) as Shared<S>;
    return { shared, things: binding.things, end: () => binding.end() };
  }
}

class Reserving implements Reservation {
  readonly tasks: number;
  readonly lanes: number;
  readonly layout = new Layout();
  readonly initial: Steps<void>[] = [];
  readonly #named: ReadonlyMap<Shareable<unknown>, string>;
  readonly #placed = new Map<Shareable<unknown>, Bind<unknown>>();

  constructor(things: Shareables, { tasks, lanes }: { tasks: number; lanes: number }) {
    this.tasks = tasks;
    this.lanes = lanes;
    this.#named = new Map(Object.entries(things).map(([name, thing]) => [thing, name]));
    if (this.#named.size < Object.keys(things).length) {
      throw new TypeError("Cannot share: one thing has two names, a thing of its own for each name is wanted");
    }
  }

  word(name: string, initial: number = 0): number {
    return this.words(name, 1, initial);
  }

  words(name: string, count: number, initial: number = 0): number {
    const word = this.layout.words(name, count);
    if (initial === 0) return word;
    for (let index = 0; index < count; index++) this.initial.push(store(word + index, initial));
    return word;
  }

  cells<C extends "i64" | "f64">(name: string, count: number, cell: C, initial?: CellValue<C>): number {
    const word = this.layout.cells(name, count);
    if (initial !== undefined) {
      for (let index = 0; index < count; index++) this.initial.push(store(word + 2 * index, initial, { cell }));
    }
    return word;
  }

  bytes(name: string, length: number): ByteRange {
    return this.layout.bytes(name, length);
  }

  part<T>(name: string, part: Shareable<T>): Bind<T> {
    const bind = this.place(this.#named.get(part) ?? name, part);
    return (binding) => binding.use(bind);
  }

  /** Places a thing once. */
  place<T>(name: string, thing: Shareable<T>): Bind<T> {
    let bind = this.#placed.get(thing) as Bind<T> | undefined;
    if (bind === undefined) {
      bind = thing.reserve(this, name);
      this.#placed.set(thing, bind);
    }
    return bind;
  }
}
