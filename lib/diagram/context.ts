/**
 * All values of a system at one instant; only the simulator writes them.
 *
 * - Values are pulled: reading an output evaluates what it depends on, each output at most once per instant.
 */

import { DiagramError } from "../errors.ts";
import { shownOutside } from "./own_value.ts";
import { type PartContext, place, type Places } from "./placed.ts";
import type { System } from "./system.ts";
import type { Values } from "./values.ts";

export { DelegatedContext } from "./delegated_context.ts";
export { LeafContext } from "./leaf_context.ts";

/** What only the simulator may do with a context. */
export interface ContextWriter {
  /** The parts in order of their paths. */
  readonly parts: readonly PartContext[];
  /** For each part, the indices of the parts whose outputs feed it. */
  readonly feeders: readonly (readonly number[])[];
  /** The values themselves. */
  readonly values: Values;
  /** The signal of an output of the system itself, or, with a path such as `plant.motor`, of one of its parts. */
  outputSignal(port: string, path?: string): number;
  /** The signal of an input of the system itself. */
  inputSignal(input: string): number;
  /** Sets an input of the system itself. */
  fix(input: string, value: unknown): void;
  /** The part at a path; throws a `DiagramError` if there is none. */
  partAt(path: string): PartContext;
  /** Sets the simulated time, in seconds. */
  setTime(t: number): void;
  /** Call after a shown output has changed. */
  changed(): void;
}

/** All values of a system at one instant; only the simulator writes them. */
export class Context {
  readonly #places: Places;

  /** Use `openContext`. */
  constructor(places: Places) {
    this.#places = places;
  }

  /** The simulated time, in seconds. */
  get t(): number {
    return this.#places.values.t;
  }

  /** The value of an output of the system itself, or, with a path such as `plant.motor`, of one of its parts. */
  output(port: string, path?: string): unknown {
    const signal = path === undefined ? this.#places.outputSignal(port) : partAt(this.#places, path).outputSignal(port);
    return shownOutside(this.#places.values.read(signal));
  }

  /** The value of a state variable of the part at a path; throws a `DiagramError` if it is on a far side. */
  state(name: string, path: string): unknown {
    const part = partAt(this.#places, path);
    if (part.kind === "leaf") return shownOutside(part.state(name));
    throw new DiagramError(
      `Cannot read state ${path}.${name}: it lives on the far side, a leaf of this side is wanted`,
    );
  }

  /** The value of a parameter of the part at a path; throws a `DiagramError` if it is on a far side. */
  parameter(name: string, path: string): unknown {
    const part = partAt(this.#places, path);
    if (part.kind === "leaf") return shownOutside(this.#places.values.kept(part.parameterSignal(name)));
    throw new DiagramError(
      `Cannot read parameter ${path}.${name}: it lives on the far side, a leaf of this side is wanted`,
    );
  }
}

/**
 * Makes the values of a system before initialization, and the means to write them. With `contracts`, a handler throws
 * if it changes, in place, a copy that it was given.
 */
export function openContext(
  system: System,
  options: { wall?: () => number; contracts?: boolean | undefined; refuseNaN?: boolean | undefined } = {},
): { context: Context; writer: ContextWriter } {
  const wall = options.wall ?? (() => {
    throw new DiagramError("Cannot read the real clock: this simulator has none, the option clock is wanted");
  });
  const places = place(system, { wall, contracts: options.contracts ?? false, refuseNaN: options.refuseNaN ?? false });
  const { values, parts, feeders } = places;
  const writer: ContextWriter = {
    parts: [...parts.values()],
    feeders,
    values,
    outputSignal(port, path) {
      return path === undefined ? places.outputSignal(port) : partAt(places, path).outputSignal(port);
    },
    inputSignal: (input) => places.inputSignal(input),
    fix(input, value) {
      values.keep(places.inputSignal(input), value);
      values.epoch++;
    },
    partAt: (path) => partAt(places, path),
    setTime(t) {
      values.t = t;
      values.epoch++;
    },
    changed() {
      values.epoch++;
    },
  };
  return { context: new Context(places), writer };
}

/** The longest list of candidates that an error gives. */
const MOST_NAMES = 20;

function partAt({ parts }: Places, path: string): PartContext {
  const part = parts.get(path);
  if (part !== undefined) return part;
  const near = [...parts.keys()];
  const paths = near.slice(0, MOST_NAMES).join(", ") + (near.length > MOST_NAMES ? `, ... ${near.length} in all` : "");
  throw new DiagramError(`Cannot read part ${path}: there is none, one of (${paths}) is wanted`);
}
