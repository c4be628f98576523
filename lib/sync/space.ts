/**
 * Shared things: how locks, queues and cells get their places in one memory, and how tasks get views of them.
 *
 * - A {@linkcode Shareable} describes a thing and has no state. A {@linkcode Space} assigns words and bytes in the
 *   order in which the names appear, so the same description yields the same places on every side.
 * - A thing that is part of another (such as a condition's lock) may also have a name of its own: it is still one
 *   thing.
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
 * if (runBlocking(memory, balance.load()) !== 1000) throw new Error("expected the initial value");
 * ```
 */

import { type ByteRange, type CellValue, Layout, type Memory, type Steps, store } from "../memory/mod.ts";
import { type Bind, Binding, type PlaceOwner, type Things } from "./binding.ts";
import { Ownership } from "./ownership.ts";

/** The declaration of a shared thing: a lock, a queue, a cell. */
export interface Shareable<T> {
  /** What it is, such as `lock`. */
  readonly kind: string;
  /** Reserves its places in a space. */
  reserve(space: Reservation, name: string): Bind<T>;
}

/** Declarations of shared things, by name. */
export type Shareables = Readonly<Record<string, Shareable<unknown>>>;

/** A task's shared things, by name. */
export type Shared<S extends Shareables> = { readonly [K in keyof S]: S[K] extends Shareable<infer T> ? T : never };

/** What a shareable reserves its places from. */
export interface Reservation {
  /** The number of tasks, including the supervisor, which has the last number. */
  readonly tasks: number;
  /** The number of lanes. */
  readonly lanes: number;
  /** Reserves a word. */
  word(name: string, initial?: number): number;
  /** Reserves the word of a monitor: 0 while nobody is inside. Entering replaces the 0; leaving restores it. */
  monitor(name: string): number;
  /** Reserves consecutive words. */
  words(name: string, count: number, initial?: number): number;
  /** Reserves consecutive 64-bit cells. */
  cells<C extends "i64" | "f64">(name: string, count: number, cell: C, initial?: CellValue<C>): number;
  /** Reserves bytes. */
  bytes(name: string, length: number): ByteRange;
  /** Reserves another thing as a part: under its own name if it has one, else under `name`. */
  part<T>(name: string, part: Shareable<T>): Bind<T>;
}

/** How many tasks share a space, and how they wait. */
export interface SpaceOptions {
  /** The number of tasks. */
  readonly tasks: number;
  /** How many waits a task can be in at once: 1, unless it uses promise views. */
  readonly lanesPerTask?: number;
  /** The same for the host, which is the supervisor; `lanesPerTask` by default. */
  readonly hostLanes?: number;
  /** The tasks' names, for errors; their numbers by default. */
  readonly names?: readonly string[];
}

/** A task's view of a space. */
export interface Attached<S extends Shareables> {
  /** The declared things, by name. */
  readonly shared: Shared<S>;
  /** The things and their parts, by name. */
  readonly things: Things;
  /** Ends the view: from then on, every method of its things throws a `StateError`. */
  end(): void;
}

/** Shared things and their places in memory. */
export class Space<S extends Shareables> {
  /** The layout of the memory; frozen. */
  readonly layout: Layout;
  /** The number of tasks, without the supervisor; also the supervisor's number. */
  readonly tasks: number;
  /** The kind of each thing, such as `lock`, by name. */
  readonly kinds: ReadonlyMap<string, string>;
  readonly #names: readonly string[];
  readonly #lanesPerTask: number;
  readonly #firstWake: number;
  readonly #lanes: number;
  readonly #initial: Steps<void>[];
  readonly #ownership: Ownership<PlaceOwner>;
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

  /** Sets all words to their initial values; run once, by the side that created the memory. */
  *initialize(): Steps<void> {
    for (const steps of this.#initial) yield* steps;
  }

  /** Whether a lane sleeps on that word, that is, waits in a queue. */
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

  /** A task's view of the things, and all things and parts by name. */
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
    // Each name gets the view that its own shareable makes.
    const shared = Object.fromEntries(this.#things.map(([name, bind]) => [name, binding.use(bind)])) as Shared<S>;
    return { shared, things: binding.things, end: () => binding.end() };
  }
}

class Reserving implements Reservation {
  readonly tasks: number;
  readonly lanes: number;
  readonly layout = new Layout();
  readonly initial: Steps<void>[] = [];
  readonly ownership = new Ownership<PlaceOwner>();
  readonly monitors = new Set<number>();
  /** The thing that is reserving. */
  #owner: PlaceOwner = {};
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
      const owner: PlaceOwner = this.#owner = {};
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
