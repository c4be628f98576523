/**
 * All values of a system at one instant; only the simulator writes them.
 *
 * - Values are pulled: reading an output evaluates what it depends on, each output at most once per instant.
 */

import { DiagramError } from "../errors.ts";
import type { Instant, Read } from "./leaf_context.ts";
import { outputOf, type PartContext, place, wire } from "./placed.ts";
import { handedOut } from "./own_value.ts";
import { ownValue } from "./port.ts";
import type { System } from "./system.ts";

export { DelegatedContext } from "./delegated_context.ts";
export { LeafContext } from "./leaf_context.ts";

/** The states of all leaves by path, and what the delegated systems show: plain, cloneable data. */
export interface ContextSnapshot {
  /** The simulated time, in seconds. */
  readonly t: number;
  /** The state of each leaf. */
  readonly states: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** The shown outputs of each delegated system. */
  readonly shown: Readonly<Record<string, readonly unknown[]>>;
  /** The values fixed for the system's own inputs. */
  readonly fixed: Readonly<Record<string, unknown>>;
}

/** What only the simulator does to a context. */
export interface ContextWriter {
  /** The parts in the order of their paths. */
  readonly parts: readonly PartContext[];
  /** For each part, the parts whose outputs flow into it. */
  readonly feeders: ReadonlyMap<PartContext, ReadonlySet<PartContext>>;
  /** Fixes an input of the system itself. */
  fix(input: string, value: unknown): void;
  /** Moves time. */
  setTime(t: number): void;
  /** Says that a state, an input or a shown output changed. */
  changed(): void;
  /** A copy of everything that is not derived. */
  save(): ContextSnapshot;
  /** Puts a copy back. */
  load(saved: ContextSnapshot): void;
}

/** See the module. */
export class Context {
  readonly #instant: Instant;
  readonly #output: (port: string) => unknown;
  readonly #parts: ReadonlyMap<string, PartContext>;

  /** Use `openContext`. */
  constructor(
    instant: Instant,
    options: { output: (port: string) => unknown; parts: ReadonlyMap<string, PartContext> },
  ) {
    this.#instant = instant;
    this.#output = options.output;
    this.#parts = options.parts;
  }

  /** The simulated time, in seconds. */
  get t(): number {
    return this.#instant.t;
  }

  /** The value of an output of the system itself, or, with a path such as `plant.motor`, of one of its parts. */
  output(port: string, path?: string): unknown {
    return handedOut(path === undefined ? this.#output(port) : this.#part(path).output(port));
  }

  /** The value of a state variable of the part at that path. */
  state(name: string, path: string): unknown {
    const part = this.#part(path);
    if (part.kind === "leaf") return handedOut(part.state(name));
    throw new DiagramError(
      `Cannot read state ${path}.${name}: it lives on the far side, a leaf of this side is wanted`,
    );
  }

  #part(path: string): PartContext {
    const part = this.#parts.get(path);
    if (part === undefined) {
      const paths = [...this.#parts.keys()].join(", ");
      throw new DiagramError(`Cannot read part ${path}: there is none, one of (${paths}) is wanted`);
    }
    return part;
  }
}

/**
 * Makes the values of a system before initialization, and the means to write them; with `contracts`, a handler that changes
 * in place a copy that it was handed throws.
 */
export function openContext(
  system: System,
  options: { wall?: () => number; contracts?: boolean | undefined } = {},
): { context: Context; writer: ContextWriter } {
  const wall = options.wall ?? (() => {
    throw new DiagramError("Cannot read the real clock: this simulator has none, the option clock is wanted");
  });
  const instant: Instant = { t: 0, epoch: 1, wall, lent: options.contracts ? [] : undefined };
  const parts = new Map<string, PartContext>();
  const root = place(system, { path: "", instant, parts });
  const fixed = new Map<string, unknown>();
  const own = { system, fixed };
  const feeders = new Map<PartContext, Set<PartContext>>([...parts.values()].map((part) => [part, new Set()]));
  wire(root, {
    source: (input) => ({ read: () => fixedInput(input, own) }),
    feeds: (from, into) => void feeders.get(into)?.add(from),
  });
  const outputs = new Map<string, Read>();
  const output = (port: string) => {
    const read = outputs.get(port) ?? outputOf(root, port).read;
    outputs.set(port, read);
    return read();
  };
  const writer = openWriter(own, { instant, parts, feeders });
  return { context: new Context(instant, { output, parts }), writer };
}

/** A system, and the values that are fixed for its own inputs. */
interface Fixed {
  readonly system: System;
  readonly fixed: Map<string, unknown>;
}

/** The value of an input of the system itself. */
function fixedInput(input: string, { system, fixed }: Fixed): unknown {
  if (fixed.has(input) || system.inputs[input]?.optional) return fixed.get(input);
  throw new DiagramError(`Cannot read input ${system.name}.${input}: it is not fixed, a value for it is wanted`);
}

/** Makes the means to write the values. */
function openWriter(
  { system, fixed }: Fixed,
  { instant, parts, feeders }: {
    readonly instant: Instant;
    readonly parts: ReadonlyMap<string, PartContext>;
    readonly feeders: ContextWriter["feeders"];
  },
): ContextWriter {
  return {
    parts: [...parts.values()],
    feeders,
    fix(input, value) {
      const type = Object.hasOwn(system.inputs, input) ? system.inputs[input] : undefined;
      if (type === undefined) {
        const names = Object.keys(system.inputs).join(", ") || "it has none";
        throw new DiagramError(
          `Cannot fix input ${input} of ${system.name}: no such input, one of (${names}) is wanted`,
        );
      }
      fixed.set(input, ownValue(type, value, `input ${system.name}.${input}`));
      instant.epoch++;
    },
    setTime(t) {
      instant.t = t;
      instant.epoch++;
    },
    changed() {
      instant.epoch++;
    },
    save() {
      const states: Record<string, Record<string, unknown>> = {};
      const shown: Record<string, unknown[]> = {};
      for (const part of parts.values()) {
        if (part.kind === "leaf") states[part.path] = part.save();
        else shown[part.path] = structuredClone(part.shown());
      }
      return { t: instant.t, states, shown, fixed: structuredClone(Object.fromEntries(fixed)) };
    },
    load(saved) {
      for (const part of parts.values()) {
        if (part.kind === "leaf") part.load(saved.states[part.path] ?? {});
        else part.release(saved.shown[part.path] ?? []);
      }
      fixed.clear();
      for (const [input, value] of Object.entries(saved.fixed)) this.fix(input, value);
      instant.t = saved.t;
      instant.epoch++;
    },
  };
}
