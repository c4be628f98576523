/**
 * Flattens a nested diagram into its parts, and connects their inputs.
 *
 * - There is one part per leaf or delegated system, named by its whole path. Parts are in order of their paths, so the
 *   order in which they were added does not matter.
 * - Nothing here is recursive: only memory limits how deeply a diagram may be nested.
 */

import { DiagramError } from "../errors.ts";
import { DelegatedContext } from "./delegated_context.ts";
import { approachOf } from "./long_chain.ts";
import { LeafContext } from "./leaf_context.ts";
import type { PartPort, System } from "./system.ts";
import { type SignalOwner, Values, type ValuesOptions } from "./values.ts";

/** The values of a leaf or a delegated system. */
export type PartContext = LeafContext | DelegatedContext;

/** A system at its place in the whole diagram. */
interface Placed {
  readonly system: System;
  readonly path: string;
  readonly name: string;
  readonly parent: Placed | undefined;
  /** The children of a diagram. */
  readonly children: Map<string, Placed> | undefined;
  /** The values of any other system. */
  part: PartContext | undefined;
}

/** A flattened system. */
export interface Places {
  readonly values: Values;
  /** The parts in order of their paths. */
  readonly parts: ReadonlyMap<string, PartContext>;
  /** For each part, in that order: the parts whose outputs feed it. */
  readonly feeders: readonly (readonly number[])[];
  /** The signal of an output of the system itself. */
  outputSignal(port: string): number;
  /** The signal of an input of the system itself. */
  inputSignal(input: string): number;
}

/** Flattens a system, and connects the inputs of its parts. */
export function place(system: System, options: ValuesOptions): Places {
  const root = node(system, { path: system.kind === "diagram" ? "" : system.name, name: "", parent: undefined });
  const placed = flattened(root);
  const counts = { states: 0, parameters: 0, outputs: 0, ownInputs: Object.keys(system.inputs).length, inputs: 0 };
  const sizes = placed.map(({ system }) => {
    const size = {
      states: system.kind === "leaf" ? Object.keys(system.state).length : 0,
      parameters: system.kind === "leaf" ? Object.keys(system.parameters).length : 0,
      outputs: Object.keys(system.outputs).length,
      inputs: Object.keys(system.inputs).length,
    };
    const before = { ...counts };
    counts.states += size.states;
    counts.parameters += size.parameters;
    counts.outputs += size.outputs;
    counts.inputs += size.inputs;
    return before;
  });
  const values = new Values(counts, options);
  const parts = new Map<string, PartContext>();
  const indexOf = new Map<PartContext, number>();
  placed.forEach((node, index) => {
    const before = sizes[index] ?? counts;
    const place = {
      states: 1 + before.states,
      parameters: values.statesEnd + before.parameters,
      outputs: values.parametersEnd + before.outputs,
      inputs: before.inputs,
    };
    const { path, system } = node;
    if (system.kind === "diagram") return;
    const part = system.kind === "leaf"
      ? new LeafContext(path, system, { values, place })
      : new DelegatedContext(path, system, { values, place });
    node.part = part;
    indexOf.set(part, index);
    parts.set(path, part);
  });
  const own = new OwnInputs(system, values.outputsEnd);
  values.declare(values.outputsEnd, { types: Object.values(system.inputs), owner: own });
  const feeders = placed.map((node) => {
    const { part } = node;
    const before = new Set<number>();
    if (part === undefined) return [];
    Object.keys(part.system.inputs).forEach((input, index) => {
      const from = sourceOf(node, input);
      if (from === undefined) return;
      values.sources[part.inputAt(index)] = typeof from === "string"
        ? own.signal(from)
        : from.part.outputSignal(from.port);
      if (typeof from !== "string") before.add(indexOf.get(from.part) ?? 0);
    });
    return [...before];
  });
  const outputs = new Map(
    Object.keys(system.outputs).map((port) => {
      const from = outputOf(root, port);
      return [port, from?.part.outputSignal(from.port)] as const;
    }),
  );
  values.approach = approachOf(values, reads(parts.values(), values));
  return new PlacedSystem(system, { values, parts, feeders, outputs, own });
}

function node(system: System, at: Pick<Placed, "path" | "name" | "parent">): Placed {
  return { system, ...at, children: system.kind === "diagram" ? new Map() : undefined, part: undefined };
}

/** The leaves and delegated systems inside, in order of their paths. */
function flattened(root: Placed): Placed[] {
  const found: Placed[] = [];
  const open = [root];
  for (let placed = open.pop(); placed !== undefined; placed = open.pop()) {
    const { system } = placed;
    if (system.kind !== "diagram") {
      found.push(placed);
      continue;
    }
    for (const [name, child] of system.parts) {
      const path = placed.path === "" ? name : `${placed.path}.${name}`;
      const below = node(child, { path, name, parent: placed });
      placed.children?.set(name, below);
      open.push(below);
    }
  }
  return found.sort((one, other) => one.path < other.path ? -1 : 1);
}

/** By output: the signals that feed the inputs on which it depends directly. */
function reads(parts: Iterable<PartContext>, values: Values): Map<number, number[]> {
  const found = new Map<number, number[]>();
  for (const part of parts) {
    if (part.kind === "delegated") continue;
    const inputs = Object.keys(part.system.inputs);
    for (const [output, names] of Object.entries(part.system.feedthrough)) {
      if (names.length === 0) continue;
      const signals = names.map((name) => values.sources[part.inputAt(inputs.indexOf(name))] as number);
      found.set(part.outputSignal(output), signals);
    }
  }
  return found;
}

/** The source of an input: an output of a part, or, by its name, an input of the whole system. */
function sourceOf(node: Placed, input: string): { part: PartContext; port: string } | string | undefined {
  for (;;) {
    const { parent } = node;
    if (parent === undefined) return input;
    if (parent.system.kind !== "diagram") return undefined;
    const from = parent.system.wiring.get(node.name)?.get(input);
    if (from === undefined) return undefined;
    if (!("diagramInput" in from)) {
      const sibling = parent.children?.get(from.part);
      return sibling === undefined ? undefined : outputOf(sibling, from.port);
    }
    [node, input] = [parent, from.diagramInput];
  }
}

/** The part and port whose value an output shows. */
function outputOf(node: Placed, port: string): { part: PartContext; port: string } | undefined {
  let [at, shown]: [Placed | undefined, PartPort | undefined] = [node, { part: "", port }];
  while (at !== undefined && shown !== undefined) {
    if (at.part !== undefined) return { part: at.part, port: shown.port };
    if (at.system.kind !== "diagram") return undefined;
    shown = at.system.exported.get(shown.port);
    at = shown === undefined ? undefined : at.children?.get(shown.part);
  }
  return undefined;
}

/** The result of flattening a system, without the intermediate data. */
class PlacedSystem implements Places {
  readonly values: Values;
  readonly parts: ReadonlyMap<string, PartContext>;
  readonly feeders: Places["feeders"];
  readonly #system: System;
  readonly #outputs: ReadonlyMap<string, number | undefined>;
  readonly #own: OwnInputs;

  constructor(
    system: System,
    found: Pick<Places, "values" | "parts" | "feeders"> & {
      readonly outputs: ReadonlyMap<string, number | undefined>;
      readonly own: OwnInputs;
    },
  ) {
    this.values = found.values;
    this.parts = found.parts;
    this.feeders = found.feeders;
    this.#system = system;
    this.#outputs = found.outputs;
    this.#own = found.own;
  }

  outputSignal(port: string): number {
    const signal = this.#outputs.get(port);
    if (signal !== undefined) return signal;
    const { name, outputs } = this.#system;
    const known = Object.keys(outputs).join(", ") || "it has none";
    throw new DiagramError(`Cannot read output ${name}.${port}: there is no such port, one of (${known}) is wanted`);
  }

  inputSignal(input: string): number {
    return this.#own.signal(input);
  }
}

/** The inputs of the system itself. */
class OwnInputs implements SignalOwner {
  readonly states = 0;
  readonly statesEnd = 0;
  readonly #name: string;
  readonly #names: readonly string[];
  readonly #first: number;

  constructor({ name, inputs }: System, first: number) {
    this.#name = name;
    this.#names = Object.keys(inputs);
    this.#first = first;
  }

  signal(input: string): number {
    const index = this.#names.indexOf(input);
    if (index >= 0) return this.#first + index;
    const names = this.#names.join(", ") || "it has none";
    throw new DiagramError(`Cannot fix input ${input} of ${this.#name}: no such input, one of (${names}) is wanted`);
  }

  signalName(signal: number): string {
    return `input ${this.#name}.${this.#names[signal - this.#first]}`;
  }

  inputName(): string {
    return "";
  }
}
