/**
 * A triggered event of a run: the last seen value of its input, and whether a new value fires it.
 */

import {
  type ChosenEvent,
  isSame,
  type LeafContext,
  type PortType,
  type SavedValue,
  savedValue,
  type TriggerEdge,
  UNCONNECTED,
  valueFrom,
  type Values,
} from "../diagram/mod.ts";

export class Trigger {
  readonly #values: Values;
  readonly #input: number;
  readonly #type: PortType;
  readonly #edge: TriggerEdge;
  readonly #name: string;
  #seen: unknown = UNCONNECTED;

  constructor(event: ChosenEvent & { kind: "triggered" }, { part, values }: { part: LeafContext; values: Values }) {
    const { inputs } = part.system;
    this.#values = values;
    this.#input = part.inputAt(Object.keys(inputs).indexOf(event.input));
    this.#type = inputs[event.input] as PortType;
    this.#edge = event.edge;
    this.#name = `trigger ${part.path}.${event.input}`;
  }

  /** Takes the current value as the last seen one. */
  begin(): void {
    this.#seen = this.#value();
  }

  /** Whether the current value fires the event; from now on it is the last seen value. */
  fires(): boolean {
    const [before, value] = [this.#seen, this.#value()];
    this.#seen = value;
    if (before === UNCONNECTED || value === UNCONNECTED) return false;
    const [from, to] = [before as number, value as number];
    switch (this.#edge) {
      case "change":
        return isOther(this.#type, before, value);
      case "rising":
        return from <= 0 && to > 0;
      case "falling":
        return from >= 0 && to < 0;
      case "either":
        return (from <= 0 && to > 0) || (from >= 0 && to < 0);
    }
  }

  save(): SavedValue | null {
    return this.#seen === UNCONNECTED ? null : savedValue(this.#type, this.#seen);
  }

  /** Reads a saved value, and returns a function that restores it. */
  read(saved: unknown): () => void {
    const seen = saved === null ? UNCONNECTED : valueFrom(this.#type, saved, () => this.#name);
    return () => void (this.#seen = seen);
  }

  #value(): unknown {
    const signal = this.#values.sources[this.#input] as number;
    return this.#values.isConnected(this.#input) ? this.#values.read(signal) : UNCONNECTED;
  }
}

function isOther(type: PortType, before: unknown, value: unknown): boolean {
  if (before === value) return false;
  switch (type.kind) {
    case "scalar":
      return !Object.is(before, value);
    case "vector": {
      const [from, to] = [before as readonly number[], value as readonly number[]];
      return from.some((number, index) => number !== to[index] && !Object.is(number, to[index]));
    }
    case "abstract":
      return !isSame(before, value);
  }
}
