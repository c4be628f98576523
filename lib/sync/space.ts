/**
 * Shared things: how locks, queues and cells get their places in one memory, and who uses them.
 *
 * - A {@linkcode Shareable} describes a thing and holds nothing. A {@linkcode Space} gives each its words and bytes, in
 *   the order of their names' appearance, so that the same description gives the same places on every side.
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
 */

import { type ByteRange, type CellValue, Layout, type Memory, type Steps, store } from "../memory/mod.ts";
import { type Bind, Binding, type Owner, type Things } from "./binding.ts";
import { Ownership } from "./ownership.ts";

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
  /** Reserves the word of a monitor: 0 where nobody is inside. Who enters exchanges 0, who leaves sets it back. */
  monitor(name: string): number;
  /** Reserves words in a row. */
  words(name: string, count: number, initial?: number): number;
  /** Reserves 64-bit cells in a row. */
  cells<C extends "i64" | "f64">(name: string, count: number, cell: C, initial?: CellValue<C>): number;
  /** Reserves bytes. */
  bytes(name: string, length: number): ByteRange;
  /** Takes another thing as a part: under its own name if it has one, else under `name`. */
  part<T>(name: string, part: Shareable<T>): Bind<T>;
}

/** How many share a space. */
export interface SpaceOptions {
  /** How many tasks use it. */
  readonly tasks: number;
  /** In how many waits a task can be at once: 1, unless it uses the promise face. */
  readonly lanesPerTask?: number;
  /** The same, for the host, which is the supervisor; as many as a task by default. */
  readonly hostLanes?: number;
  /** The tasks' names, for errors; numbers by default. */
  readonly names?: readonly string[];
}

/** A task's view of a space. */
export interface Attached<S extends Shareables> {
  /** The things, as they were described. */
  readonly shared: Shared<S>;
  /** The things and their parts, by name. */
  readonly things: Things;
  /** Ends the view: each method of its things throws a `StateError` from then on. */
  end(): void;
}

/** Shared things with their places. */
export class Space<S extends Shareables> {
  /** Where everything lies; frozen. */
  readonly layout: Layout;
  /** How many tasks there are without the supervisor, whose number this is. */
  readonly tasks: number;
  /** What kind of thing each is, such as `lock`, by name. */
  readonly kinds: ReadonlyMap<string, string>;
  readonly #names: readonly string[];
  readonly #lanesPerTask: number;
  readonly #firstWake: number;
  readonly #lanes: number;
  readonly #initial: Steps<void>[];
  readonly #ownership: Ownership<Owner>;
  readonly #monitors: ReadonlySet<number>;
  readonly #things: readonly (readonly [name: string, bind: Bind<unknown>])[];

  /** Reserves places for all things. */
  constructor(things: S, { tasks, lanesPerTask = 1, hostLanes = lanesPerTask, names = [] }: SpaceOptions) {
    if (!(Number.isSafeInteger(tasks) && tasks >= 1)) {
      throw new RangeError(`Cannot share: among ${tasks} tasks, a whole number of at least 1 is wanted`);
    }
    checkLanes(lanesPerTask, "a task");
    checkLanes(hostLanes, "for the host");
    this.tasks = tasks;
    this.#names = names;
    this.#lanesPerTask = lanesPerTask;
    this.kinds = new Map(Object.entries(things).map(([name, { kind }]) => [name, kind]));
    const reserving = new Reserving(things, { tasks: tasks + 1, lanes: tasks * lanesPerTask + hostLanes });
    this.#firstWake = reserving.words("lanes.wake", reserving.lanes);
    this.#lanes = reserving.lanes;
    this.#things = Object.entries(things).map(([name, thing]) => [name, reserving.place(name, thing)]);
    this.#initial = reserving.initial;
    this.#ownership = reserving.ownership;
    this.#monitors = reserving.monitors;
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

  /** Whether a word is that of a monitor. */
  isMonitor(word: number): boolean {
    return this.#monitors.has(word);
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
    const lanesPerTask = this.#lanesPerTask;
    const firstLane = task * lanesPerTask;
    const binding = new Binding(memory, {
      task,
      tasks: this.tasks,
      nameOf,
      firstLane,
      // The host's lanes come last.
      lanes: task === this.tasks ? this.#lanes - firstLane : lanesPerTask,
      lanesPerTask,
      firstWake: this.#firstWake,
      ownership: this.#ownership,
    });
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
  readonly ownership = new Ownership<Owner>();
  readonly monitors = new Set<number>();
  /** Who reserves at the moment. */
  #owner: Owner = {};
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

  monitor(name: string): number {
    const word = this.word(name);
    this.monitors.add(word);
    return word;
  }

  words(name: string, count: number, initial: number = 0): number {
    const word = this.layout.words(name, count);
    this.ownership.add("words", { from: word, count, owner: this.#owner });
    if (initial === 0) return word;
    for (let index = 0; index < count; index++) this.initial.push(store(word + index, initial));
    return word;
  }

  cells<C extends "i64" | "f64">(name: string, count: number, cell: C, initial?: CellValue<C>): number {
    const word = this.layout.cells(name, count);
    this.ownership.add("words", { from: word, count: 2 * count, owner: this.#owner });
    if (initial !== undefined) {
      for (let index = 0; index < count; index++) this.initial.push(store(word + 2 * index, initial, { cell }));
    }
    return word;
  }

  bytes(name: string, length: number): ByteRange {
    const range = this.layout.bytes(name, length);
    this.ownership.add("bytes", { from: range.offset, count: length, owner: this.#owner });
    return range;
  }

  part<T>(name: string, part: Shareable<T>): Bind<T> {
    const bind = this.place(this.#named.get(part) ?? name, part);
    return (binding) => binding.use(bind);
  }

  /** Places a thing once. */
  place<T>(name: string, thing: Shareable<T>): Bind<T> {
    let bind = this.#placed.get(thing) as Bind<T> | undefined;
    if (bind === undefined) {
      const outer = this.#owner;
      const owner: Owner = this.#owner = {};
      bind = thing.reserve(this, name);
      owner.bind = bind;
      this.#owner = outer;
      this.#placed.set(thing, bind);
    }
    return bind;
  }
}

function checkLanes(lanes: number, whose: string): void {
  if (Number.isSafeInteger(lanes) && lanes >= 1) return;
  throw new RangeError(`Cannot share: ${lanes} lanes ${whose}, a whole number of at least 1 is wanted`);
}
