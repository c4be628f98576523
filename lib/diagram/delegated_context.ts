/**
 * The near side's values of one delegated system: its inputs, and the outputs that the last release left.
 *
 * - Invariant: the outputs change at a release and nowhere else.
 */

import { DiagramError } from "../errors.ts";
import type { DelegatedSystem } from "./system.ts";
import { ownValue, type PortType } from "./port.ts";
import type { Read } from "./leaf_context.ts";

/** The near side's values of one delegated system. */
export class DelegatedContext {
  /** Tells the kinds apart. */
  readonly kind = "delegated";
  /** Where the system stands in the whole diagram. */
  readonly path: string;
  /** The description. */
  readonly system: DelegatedSystem;

  readonly #inputs: readonly string[];
  readonly #outputs: readonly { readonly port: string; readonly type: PortType; readonly what: string }[];
  readonly #reads = new Map<string, Read>();
  readonly #held = new Map<string, unknown>();

  /** Makes the values before initialization: each output is its declared initial value. */
  constructor(path: string, system: DelegatedSystem) {
    this.path = path;
    this.system = system;
    this.#inputs = Object.keys(system.inputs);
    this.#outputs = Object.entries(system.outputs).map(([port, type]) => {
      return { port, type, what: `output ${path}.${port}` };
    });
    for (const { port, type, what } of this.#outputs) this.#held.set(port, ownValue(type, type.initial, what));
  }

  /** Says where an input's value comes from. */
  connect(input: string, read: Read): void {
    this.#reads.set(input, read);
  }

  /** The values of all inputs at this instant, in declared order; `undefined` for an unconnected optional one. */
  sample(): unknown[] {
    return this.#inputs.map((input) => this.#reads.get(input)?.());
  }

  /** Shows other outputs from here on, in declared order. */
  release(outputs: readonly unknown[]): void {
    this.#outputs.forEach(({ port, type, what }, index) => {
      this.#held.set(port, ownValue(type, outputs[index], what));
    });
  }

  /** The outputs as they are shown, in declared order. */
  shown(): unknown[] {
    return [...this.#held.values()];
  }

  /** The value of an output. */
  output(port: string): unknown {
    return this.reader(port)();
  }

  /** What reads an output, at any instant. */
  reader(port: string): Read {
    if (!this.#held.has(port)) {
      throw new DiagramError(`Cannot read output ${this.path}.${port}: there is no such port`);
    }
    return () => this.#held.get(port);
  }
}
