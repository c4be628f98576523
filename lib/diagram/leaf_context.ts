/**
 * The values of one leaf system at one instant, and the objects through which its functions see them.
 *
 * - Invariant: between `begin` and `commit`, `state` is what it was before the events of this instant.
 * - Invariant: what a cell keeps never changes, it is replaced; whoever looks gets it frozen, or a copy (`own_value.ts`).
 * - Invariant: an output is evaluated at most once per epoch; an epoch ends with every change of time, state or input.
 * - An output that reads an input it does not list as feedthrough throws, so the algebraic-loop check can be trusted.
 */

import { DiagramError } from "../errors.ts";
import { type EventStatus, statusOf } from "./event.ts";
import { draftOf, handedOut, isSame } from "./own_value.ts";
import { ownValue, type Ports, type PortType } from "./port.ts";
import type { LeafSystem, Now, UpdateHandler, UpdateNow } from "./system.ts";

/** What all parts of a context share. */
export interface Instant {
  /** The simulated time, in seconds. */
  t: number;
  /** Counts the changes of time, state and input. */
  epoch: number;
  /** The real clock, in milliseconds. */
  wall(): number;
  /** The copies that the running functions were handed, where contracts are checked. */
  readonly lent: Lent[] | undefined;
}

/** A copy of a value that cannot be frozen, while the function runs that was handed it. */
interface Lent {
  readonly what: string;
  readonly value: unknown;
  readonly copy: unknown;
}

/** Where an input's value comes from. */
export type Read = () => unknown;

/** An output as last evaluated. */
interface Cached {
  readonly type: PortType;
  /** What it is called in errors. */
  readonly what: string;
  readonly view: Now<Ports, Ports>;
  readonly compute: (now: Now<Ports, Ports>) => unknown;
  /** The epoch of the value; 0 before the first. */
  epoch: number;
  value: unknown;
}

/** The values of one leaf system at one instant. */
export class LeafContext {
  /** Tells the kinds apart. */
  readonly kind = "leaf";
  /** Where the leaf stands in the whole diagram, such as `plant.motor`. */
  readonly path: string;
  /** The description. */
  readonly system: LeafSystem;
  /** What the leaf's event handlers see. */
  readonly now: UpdateNow<Ports, Ports>;

  readonly #instant: Instant;
  readonly #inputs: ReadonlyMap<string, InputSlot>;
  readonly #cache = new Map<string, Cached>();
  readonly #cells: readonly StateCell[];
  readonly #state = new Map<string, StateCell>();

  /** Makes the values at the start: each state is its declared initial value. */
  constructor(path: string, system: LeafSystem, instant: Instant) {
    this.path = path;
    this.system = system;
    this.#instant = instant;
    for (const [name, type] of Object.entries(system.state)) {
      this.#state.set(name, new StateCell(type, `state ${path}.${name}`));
    }
    this.#cells = [...this.#state.values()];
    const state = this.#stateView();
    this.#inputs = new Map(Object.entries(system.inputs).map(([name, type]) => [name, { type, read: undefined }]));
    const every = Object.keys(system.inputs);
    this.now = Object.assign(seen(instant, this.#inputView(every, "an event"), state), { next: this.#nextView() });
    for (const [port, reads] of Object.entries(system.feedthrough)) {
      const type = system.outputs[port];
      const compute = system.behavior.value[port];
      if (type === undefined || compute === undefined) continue;
      const view = seen(instant, this.#inputView(reads, `output ${port}`), state);
      this.#cache.set(port, { type, what: `output ${path}.${port}`, view, compute, epoch: 0, value: undefined });
    }
  }

  /** Says where an input's value comes from. */
  connect(input: string, read: Read): void {
    const slot = this.#inputs.get(input);
    if (slot !== undefined) slot.read = read;
  }

  /** The value of an output at this instant. */
  output(port: string): unknown {
    return this.reader(port)();
  }

  /** What reads an output, at any instant. */
  reader(port: string): Read {
    const cached = this.#cache.get(port);
    if (cached === undefined) throw new DiagramError(`Cannot read output ${this.path}.${port}: there is no such port`);
    return () => cached.epoch === this.#instant.epoch ? cached.value : this.#evaluate(cached);
  }

  /** The value of a state variable at this instant. */
  state(name: string): unknown {
    const cell = this.#state.get(name);
    if (cell !== undefined) return cell.value;
    throw new DiagramError(`Cannot read state ${this.path}.${name}: there is no such state`);
  }

  /**
   * Runs an event handler.
   *
   * @throws {TypeError} where it returns a promise or, where contracts are checked, changes in place what it was handed.
   */
  call(handler: UpdateHandler<Ports, Ports>): EventStatus {
    const before = this.#instant.lent?.length ?? 0;
    const returned = handler(this.now);
    this.#takeBack(before, `an event of ${this.path}`);
    return statusOf(returned, this.path);
  }

  /** Starts the events of an instant: `next` becomes a copy of the state. */
  begin(): void {
    for (const cell of this.#cells) cell.begin();
  }

  /** Ends the events of an instant: the state becomes `next`. */
  commit(): void {
    for (const cell of this.#cells) cell.commit();
  }

  /** A copy of the state. */
  save(): Record<string, unknown> {
    return structuredClone(Object.fromEntries([...this.#state].map(([name, { value }]) => [name, value])));
  }

  /** Puts a saved state back. */
  load(saved: Readonly<Record<string, unknown>>): void {
    for (const [name, cell] of this.#state) cell.set(saved[name]);
  }

  #evaluate(cached: Cached): unknown {
    const { type, what, view, compute } = cached;
    const before = this.#instant.lent?.length ?? 0;
    const value = compute(view);
    this.#takeBack(before, what);
    cached.value = this.#isOwn(value) ? value : ownValue(type, value, what);
    cached.epoch = this.#instant.epoch;
    return cached.value;
  }

  /** Whether it is a value that this leaf keeps, and hands out as it is. */
  #isOwn(value: unknown): boolean {
    return typeof value === "object" && value !== null && this.#cells.some((cell) => cell.keeps(value));
  }

  #inputView(reads: readonly string[], reader: string): Record<string, unknown> {
    const view = {};
    for (const [name, slot] of this.#inputs) {
      const what = `input ${this.path}.${name}`;
      const isAbstract = slot.type.kind === "abstract";
      const missing = (): never => {
        throw new DiagramError(`Cannot read ${what}: it is connected to nothing, a source is wanted`);
      };
      const get = reads.includes(name)
        ? () => {
          const value = (slot.read ?? missing)();
          return isAbstract ? this.#lend(value, what) : value ?? missing();
        }
        : () => {
          throw new DiagramError(
            `Cannot read ${what} in ${reader}: it lists (${
              reads.join(", ")
            }) as feedthrough, ${name} is wanted among them`,
          );
        };
      Object.defineProperty(view, name, { enumerable: true, get });
    }
    return Object.seal(view);
  }

  #stateView(): Record<string, unknown> {
    const view = {};
    for (const [name, cell] of this.#state) {
      const { what, type } = cell;
      const isLent = type.kind === "abstract" && !type.inPlace;
      const get = isLent ? () => this.#lend(cell.value, what) : () => cell.value;
      Object.defineProperty(view, name, { enumerable: true, get });
    }
    return Object.seal(view);
  }

  #nextView(): Record<string, unknown> {
    const view = {};
    for (const [name, cell] of this.#state) {
      Object.defineProperty(view, name, {
        enumerable: true,
        get: () => cell.next,
        set: (value: unknown) => void (cell.next = value),
      });
    }
    return Object.seal(view);
  }

  /** Hands out a value; a copy is looked at when the function that got it has run. */
  #lend(value: unknown, what: string): unknown {
    const copy = handedOut(value);
    if (copy !== value) this.#instant.lent?.push({ what, value, copy });
    return copy;
  }

  #takeBack(from: number, by: string): void {
    const { lent } = this.#instant;
    if (lent === undefined) return;
    for (const { what, value, copy } of lent.splice(from)) {
      if (isSame(value, copy)) continue;
      throw new TypeError(`Cannot go on after ${by}: it changes ${what} in place, a value of its own is wanted`);
    }
  }
}

/** An input, and where its value comes from once that is known. */
interface InputSlot {
  readonly type: PortType;
  read: Read | undefined;
}

/** One state variable: its value, and the one after the events of this instant. */
class StateCell {
  readonly type: PortType;
  readonly what: string;
  value: unknown;
  #next: unknown;
  // Between `begin` and `commit`: whether #next counts, and whether it may be changed by who has it.
  #isWritten = false;
  #isDraft = false;

  constructor(type: PortType, what: string) {
    this.type = type;
    this.what = what;
    this.value = ownValue(type, type.initial, what);
  }

  /** Whether a value is the one that it keeps, and nothing can change it. */
  keeps(value: object): boolean {
    return value === this.value && Object.isFrozen(value);
  }

  get next(): unknown {
    const value = this.#isWritten ? this.#next : this.value;
    if (this.#isDraft || typeof value !== "object" || (this.type.kind === "abstract" && this.type.inPlace)) {
      return value;
    }
    this.#isWritten = this.#isDraft = true;
    return this.#next = draftOf(value, this.type.kind === "vector");
  }

  set next(value: unknown) {
    this.#next = ownValue(this.type, value, this.what);
    this.#isWritten = true;
    this.#isDraft = false;
  }

  set(value: unknown): void {
    this.value = ownValue(this.type, value, this.what);
  }

  begin(): void {
    this.#isWritten = this.#isDraft = false;
  }

  commit(): void {
    if (this.#isDraft) this.set(this.#next);
    else if (this.#isWritten) this.value = this.#next;
    this.begin();
  }
}

function seen(instant: Instant, input: Record<string, unknown>, state: Record<string, unknown>): Now<Ports, Ports> {
  return {
    get t() {
      return instant.t;
    },
    input: input as Now<Ports, Ports>["input"],
    state: state as Now<Ports, Ports>["state"],
    wall: () => instant.wall(),
  };
}
