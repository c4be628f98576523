/**
 * The values of one leaf system at one instant, and the objects through which its functions see them.
 *
 * - Invariant: between `begin` and `commit`, `state` is what it was before the events of this instant.
 * - Invariant: an output is evaluated at most once per epoch; an epoch ends with every change of time, state or input.
 * - An output that reads an input it does not list as feedthrough throws, so the algebraic-loop check can be trusted.
 *
 * @module
 */

import { DiagramError } from "../errors.ts";
import { checkedValue, type Ports, type PortType } from "./port.ts";
import type { LeafSystem, Now, UpdateNow } from "./system.ts";

/** What all parts of a context share. */
export interface Instant {
  /** The simulated time, in seconds. */
  t: number;
  /** Counts the changes of time, state and input. */
  epoch: number;
  /** The real clock, in milliseconds. */
  wall(): number;
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

/** See the module. */
export class LeafContext {
  /** Tells the kinds apart. */
  readonly kind = "leaf";
  /** Where the leaf stands in the whole diagram, such as `plant.motor`. */
  readonly path: string;
  /** The description. */
  readonly system: LeafSystem;
  /** What the leaf's event handlers see. */
  readonly now: UpdateNow<Ports, Ports> & { readonly next: Record<string, unknown> };

  readonly #instant: Instant;
  readonly #reads = new Map<string, Read>();
  readonly #cache = new Map<string, Cached>();
  readonly #states: readonly (readonly [string, PortType])[];
  readonly #state: Record<string, unknown> = {};
  readonly #next: Record<string, unknown> = {};

  /** Makes the values at the start: each state is its declared initial value. */
  constructor(path: string, system: LeafSystem, instant: Instant) {
    this.path = path;
    this.system = system;
    this.#instant = instant;
    this.#states = Object.entries(system.state);
    for (const [name, type] of this.#states) {
      this.#state[name] = ownValue(type, structuredClone(type.initial));
      this.#next[name] = ownValue(type, type.initial);
    }
    const state = lookOnly(Object.keys(system.state), (name) => this.#state[name]);
    const every = Object.keys(system.inputs);
    this.now = Object.assign(seen(instant, this.#inputs(every, "an event"), state), { next: this.#nextView() });
    for (const [port, reads] of Object.entries(system.feedthrough)) {
      const type = system.outputs[port];
      const compute = system.behavior.value[port];
      if (type === undefined || compute === undefined) continue;
      const view = seen(instant, this.#inputs(reads, `output ${port}`), state);
      this.#cache.set(port, { type, what: `output ${path}.${port}`, view, compute, epoch: 0, value: undefined });
    }
  }

  /** Says where an input's value comes from. */
  connect(input: string, read: Read): void {
    this.#reads.set(input, read);
  }

  /** The value of an input at this instant. */
  input(name: string): unknown {
    const value = this.#reads.get(name)?.();
    if (value === undefined && (!this.#reads.has(name) || this.system.inputs[name]?.kind !== "abstract")) {
      throw new DiagramError(`Cannot read input ${this.path}.${name}: it is connected to nothing, a source is wanted`);
    }
    return value;
  }

  /** The value of an output at this instant. */
  output(port: string): unknown {
    const cached = this.#cache.get(port);
    if (cached === undefined) throw new DiagramError(`Cannot read output ${this.path}.${port}: there is no such port`);
    if (cached.epoch !== this.#instant.epoch) {
      const { type, what, view, compute } = cached;
      cached.value = ownValue(type, checkedValue(type, compute(view), what), cached.value);
      cached.epoch = this.#instant.epoch;
    }
    return cached.value;
  }

  /** The value of a state variable at this instant. */
  state(name: string): unknown {
    if (!Object.hasOwn(this.#state, name)) {
      throw new DiagramError(`Cannot read state ${this.path}.${name}: there is no such state`);
    }
    return this.#state[name];
  }

  /** Starts the events of an instant: `next` becomes a copy of the state. */
  begin(): void {
    for (const [name, type] of this.#states) {
      this.#next[name] = ownValue(type, this.#state[name], this.#next[name]);
    }
  }

  /** Ends the events of an instant: the state becomes `next`. */
  commit(): void {
    for (const [name, type] of this.#states) {
      this.#state[name] = ownValue(type, this.#next[name], this.#state[name]);
    }
  }

  /** A copy of the state. */
  save(): Record<string, unknown> {
    return structuredClone(this.#state);
  }

  /** Puts a saved state back. */
  load(saved: Readonly<Record<string, unknown>>): void {
    const copy = structuredClone(saved);
    for (const [name, type] of this.#states) {
      this.#state[name] = checkedValue(type, copy[name], `state ${this.path}.${name}`);
    }
  }

  #inputs(reads: readonly string[], reader: string): Record<string, unknown> {
    return lookOnly(Object.keys(this.system.inputs), (name) => {
      if (reads.includes(name)) return this.input(name);
      throw new DiagramError(
        `Cannot read input ${this.path}.${name} in ${reader}: it lists (${reads.join(", ")}) as feedthrough, ` +
          `${name} is wanted among them`,
      );
    });
  }

  #nextView(): Record<string, unknown> {
    const view = {};
    for (const [name, type] of this.#states) {
      const what = `state ${this.path}.${name}`;
      Object.defineProperty(view, name, {
        enumerable: true,
        get: () => this.#next[name],
        set: (value: unknown) => {
          const checked = checkedValue(type, value, what);
          this.#next[name] = ownValue(type, checked, this.#next[name]);
        },
      });
    }
    return Object.seal(view);
  }
}

/** A vector is copied into a buffer of the cell's own; everything else is kept as it is. */
function ownValue(type: PortType, value: unknown, buffer?: unknown): unknown {
  if (type.kind !== "vector") return value;
  const own = buffer instanceof Float64Array ? buffer : new Float64Array(type.size);
  own.set(value as Float64Array);
  return own;
}

function lookOnly(names: readonly string[], read: (name: string) => unknown): Record<string, unknown> {
  const view = {};
  for (const name of names) Object.defineProperty(view, name, { enumerable: true, get: () => read(name) });
  return Object.seal(view);
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
