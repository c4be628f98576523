/**
 * The near side's values of one delegated system: its inputs, and its outputs as of the last release.
 *
 * - Invariant: the outputs change only at a release.
 */

import { DiagramError } from "../errors.ts";
import type { Place } from "./leaf_context.ts";
import type { DelegatedSystem } from "./system.ts";
import type { SignalOwner, Values } from "./values.ts";

/** The value of an optional input that is not connected. */
export const UNCONNECTED: unique symbol = Symbol("unconnected");

/** The near side's values of one delegated system. */
export class DelegatedContext implements SignalOwner {
  /** Tells the kinds apart. */
  readonly kind = "delegated";
  /** The path of the system in the whole diagram. */
  readonly path: string;
  /** The description. */
  readonly system: DelegatedSystem;
  /** It has no states on this side. */
  readonly states = 0;
  /** It has no states on this side. */
  readonly statesEnd = 0;

  readonly #inputs: readonly string[];
  readonly #outputs: readonly string[];
  readonly #values: Values;
  /** The first of its signals and inputs. */
  readonly place: Place;

  /** Makes the values before initialization: each output is its declared initial value. */
  constructor(path: string, system: DelegatedSystem, options: { values: Values; place: Place }) {
    const { values, place } = options;
    this.path = path;
    this.system = system;
    this.#values = values;
    this.place = place;
    this.#inputs = Object.keys(system.inputs);
    this.#outputs = Object.keys(system.outputs);
    values.declare(place.outputs, { types: Object.values(system.outputs), owner: this });
    this.#inputs.forEach((_, index) => values.inputOwners[place.inputs + index] = this);
    this.reset();
  }

  /** Shows the declared initial values. */
  reset(): void {
    this.release(Object.values(this.system.outputs).map(({ initial }) => initial));
  }

  /** The values of all inputs at this instant, in declared order; `UNCONNECTED` for an input that is not connected. */
  sample(): unknown[] {
    const values = this.#values;
    return this.#inputs.map((name, index) => {
      const input = this.place.inputs + index;
      return !this.system.inputs[name]?.optional || values.isConnected(input)
        ? values.read(values.sources[input] as number)
        : UNCONNECTED;
    });
  }

  /** Shows these outputs from now on, in declared order. */
  release(outputs: readonly unknown[]): void {
    this.#outputs.forEach((_, index) => this.#values.keep(this.place.outputs + index, outputs[index]));
  }

  /** The shown outputs, in declared order. */
  shown(): unknown[] {
    return this.#outputs.map((_, index) => this.#values.kept(this.place.outputs + index));
  }

  /** The signal of an output. */
  outputSignal(port: string): number {
    const index = this.#outputs.indexOf(port);
    if (index >= 0) return this.place.outputs + index;
    const known = this.#outputs.join(", ") || "it has none";
    throw new DiagramError(
      `Cannot read output ${this.path}.${port}: there is no such port, one of (${known}) is wanted`,
    );
  }

  /** The input of that index. */
  inputAt(index: number): number {
    return this.place.inputs + index;
  }

  /** The value of an output. */
  output(port: string): unknown {
    return this.#values.read(this.outputSignal(port));
  }

  /** The name of a signal in errors. */
  signalName(signal: number): string {
    return `output ${this.path}.${this.#outputs[signal - this.place.outputs]}`;
  }

  /** The name of an input in errors. */
  inputName(input: number): string {
    return `input ${this.path}.${this.#inputs[input - this.place.inputs]}`;
  }
}
