/**
 * Random diagrams as plain data, and the function that builds them.
 *
 * - A {@linkcode DiagramPlan} is 1 to 8 nodes. Each is a system that can be loaded by reference (a block, or one of
 *   `tests/guests/systems.ts`), with the timing of its own events, the timing it gets where it is delegated, and a
 *   source for each input: an output of a node (of itself too), or one of the three sources that never change.
 * - {@linkcode diagramPlans} makes them: fan-out, chains, loops through state, nested diagrams, abstract ports. With
 *   `loops: "state"`, the default, a plan builds whichever of its nodes are delegated; with `loops: "any"`, where all are.
 * - {@linkcode buildDiagram} adds each node inline or delegated, in any order, flat or in inner diagrams. It exports
 *   every output of every node as `<node>_<output>`, in an order of its own: equal plans give equal columns.
 *
 * ```ts
 * await fc.assert(fc.asyncProperty(diagramPlans(), fc.nat(), async (plan, order) => {
 *   const diagram = await buildDiagram(plan, { modeOf: (node) => node.seed % 2 ? "thread" : "inline", order });
 *   await using simulator = new Simulator(diagram, { host });
 *   ...
 * }));
 * ```
 *
 * @module
 */

import fc from "fast-check";
import {
  delegate,
  type Diagram,
  DiagramBuilder,
  type OutputHandle,
  type Part,
  type Ports,
  type System,
} from "../../lib/diagram/mod.ts";
import type { ModeName } from "../../lib/host/mod.ts";
import { loadSystem } from "../../lib/host/mod.ts";

/** What a port of a node holds. */
export type PortKind = "scalar" | "vector" | "book";

/** A kind of node: where it is loaded from, and its ports. */
export interface NodeKind {
  /** The module's URL. */
  readonly module: string;
  /** What its system is called with. */
  readonly argument: (node: NodePlan) => unknown;
  /** The inputs. */
  readonly inputs: Readonly<Record<string, PortKind>>;
  /** The outputs, each with the inputs that it reads at once. */
  readonly outputs: Readonly<Record<string, { readonly type: PortKind; readonly direct: readonly string[] }>>;
}

/** When something happens, in seconds. */
export interface PlannedTiming {
  /** Seconds between two events. */
  readonly period: number;
  /** Seconds before the first. */
  readonly offset: number;
}

/** Where an input gets its value. */
export type PlannedSource = { readonly node: string; readonly output: string } | "clock" | "axis" | "book";

/** One node. */
export interface NodePlan {
  /** Its name, unique in the plan; no dots, no underscores. */
  readonly name: string;
  /** A key of {@linkcode KINDS}: the name of the export. */
  readonly kind: string;
  /** Makes two of a kind differ. */
  readonly seed: number;
  /** When its own events happen. */
  readonly timing: PlannedTiming;
  /** When requests happen, where it is delegated. */
  readonly delegation: PlannedTiming;
  /** A source for each input. */
  readonly inputs: Readonly<Record<string, PlannedSource>>;
}

/** A diagram as plain data. */
export interface DiagramPlan {
  /** The nodes. */
  readonly nodes: readonly NodePlan[];
}

/** How a plan is built. */
export interface BuildOptions {
  /** Where a node runs; inline by default. */
  readonly modeOf?: (node: NodePlan) => ModeName | "inline";
  /** Whether a delegated node is deterministic; true by default. */
  readonly deterministicOf?: (node: NodePlan) => boolean;
  /** How many periods the replies of a delegated node are late; 1 by default. */
  readonly latencyOf?: (node: NodePlan) => number;
  /** The guest that runs a delegated node; one of its own by default. */
  readonly guestOf?: (node: NodePlan) => string | undefined;
  /** The inner diagram that a node is put into, if any; its part is then `<group>.<node>`. */
  readonly groupOf?: (node: NodePlan) => string | undefined;
  /** Seeds the order in which parts are added and connections are made; the plan's order by default. */
  readonly order?: number;
}

const BLOCKS_MODULE = "holdfast:blocks";
const GUESTS = import.meta.resolve("../guests/systems.ts");
const guest = ({ timing, seed }: NodePlan) => ({ ...timing, seed });
const state = { type: "scalar", direct: [] } as const;

/** The kinds of nodes by the name of their export. */
export const KINDS: Readonly<Record<string, NodeKind>> = {
  gain: {
    module: BLOCKS_MODULE,
    argument: ({ seed }) => ({ factor: ((seed % 9) - 4) / 4 }),
    inputs: { u: "scalar" },
    outputs: { y: { type: "scalar", direct: ["u"] } },
  },
  adder: {
    module: BLOCKS_MODULE,
    argument: () => ({ terms: 2 }),
    inputs: { u0: "scalar", u1: "scalar" },
    outputs: { y: { type: "scalar", direct: ["u0", "u1"] } },
  },
  busy: {
    module: BLOCKS_MODULE,
    argument: ({ timing }) => ({ period: timing.period, burn: "none" }),
    inputs: { u: "scalar" },
    outputs: { y: state },
  },
  integrator: {
    module: BLOCKS_MODULE,
    argument: ({ timing, seed }) => ({ ...timing, initial: seed }),
    inputs: { u: "scalar" },
    outputs: { y: state },
  },
  delay: {
    module: BLOCKS_MODULE,
    argument: ({ timing, seed }) => ({ ...timing, size: 3, steps: seed % 4, initial: -seed }),
    inputs: { u: "vector" },
    outputs: { y: { type: "vector", direct: [] } },
  },
  mixer: {
    module: GUESTS,
    argument: guest,
    inputs: { a: "scalar", b: "scalar" },
    outputs: { held: state, mixed: { type: "scalar", direct: ["a"] } },
  },
  vectorMixer: {
    module: GUESTS,
    argument: guest,
    inputs: { u: "scalar", v: "vector" },
    outputs: { w: { type: "vector", direct: [] }, dot: { type: "scalar", direct: ["u", "v"] } },
  },
  ledger: {
    module: GUESTS,
    argument: guest,
    inputs: { u: "scalar", book: "book" },
    outputs: { book: { type: "book", direct: [] }, total: state },
  },
  twoRates: {
    module: GUESTS,
    argument: guest,
    inputs: { u: "scalar" },
    outputs: { fast: state, sum: { type: "scalar", direct: ["u"] } },
  },
  stepper: { module: GUESTS, argument: guest, inputs: { u: "scalar" }, outputs: { steps: state, x: state } },
  nested: {
    module: GUESTS,
    argument: guest,
    inputs: { u: "scalar" },
    outputs: { y: { type: "scalar", direct: ["u"] }, held: state, delayed: state },
  },
  delegating: {
    module: GUESTS,
    argument: guest,
    inputs: { u: "scalar" },
    outputs: { y: state, held: state, delayed: state },
  },
  alarm: { module: GUESTS, argument: guest, inputs: { u: "scalar" }, outputs: { count: state, x: state } },
  latch: { module: GUESTS, argument: guest, inputs: { u: "scalar" }, outputs: { n: state, x: state } },
  walker: { module: GUESTS, argument: guest, inputs: { u: "scalar" }, outputs: { x: state, waited: state } },
  pacer: { module: GUESTS, argument: guest, inputs: { u: "scalar" }, outputs: { x: state } },
  ender: { module: GUESTS, argument: guest, inputs: { u: "scalar" }, outputs: { n: state } },
};

/** The kinds that never end a run by themselves. */
export const ENDLESS: readonly string[] = Object.keys(KINDS).filter((kind) => kind !== "ender");

/** Those of them that a snapshot can hold at any time. */
export const SAVED: readonly string[] = ENDLESS.filter((kind) => kind !== "walker");

/** The sources that never depend on a node, by the kind of port that they feed. */
const SOURCES = {
  scalar: { name: "clock", module: BLOCKS_MODULE, export: "clock", argument: undefined, output: "t" },
  vector: { name: "axis", module: BLOCKS_MODULE, export: "constant", argument: { value: [1, -2, 0.5] }, output: "y" },
  book: { name: "book", module: GUESTS, export: "emptyBook", argument: undefined, output: "book" },
} as const;

/** The kind of node that a plan names. */
export function kindOf(node: NodePlan): NodeKind {
  const kind = KINDS[node.kind];
  if (kind === undefined) throw new TypeError(`Cannot build ${node.name}: there is no kind ${node.kind}`);
  return kind;
}

/** Timings that share instants, nearly share them, or never do. */
export function timings(): fc.Arbitrary<PlannedTiming> {
  return fc.record({
    period: fc.oneof(
      { weight: 4, arbitrary: fc.constantFrom(0.1, 0.1, 0.2, 0.3, 0.05, 0.25, 1 / 30, 1 / 3, 0.125) },
      { weight: 1, arbitrary: fc.integer({ min: 3, max: 70 }).map((hundredths) => hundredths / 100) },
    ),
    offset: fc.oneof(
      { weight: 3, arbitrary: fc.constant(0) },
      { weight: 2, arbitrary: fc.constantFrom(0.1, 0.05, 0.2, 1 / 30, 1 / 3, 0.3) },
      { weight: 1, arbitrary: fc.integer({ min: 0, max: 50 }).map((hundredths) => hundredths / 100) },
    ),
  });
}

/** What {@linkcode diagramPlans} takes: the most nodes, which loops, which kinds of nodes (all that are endless by default) and their timings. */
export interface PlanOptions {
  readonly maxNodes?: number;
  readonly loops?: "state" | "any";
  readonly kinds?: readonly string[];
  readonly timing?: fc.Arbitrary<PlannedTiming>;
}

/** Random plans. */
export function diagramPlans(options: PlanOptions = {}): fc.Arbitrary<DiagramPlan> {
  const { maxNodes = 8, loops = "state", kinds = ENDLESS, timing = timings() } = options;
  const rough = fc.record({
    letter: fc.constantFrom(..."abcdefgh"),
    kind: fc.constantFrom(...kinds),
    seed: fc.nat(20),
    timing,
    delegation: timing,
    picks: fc.array(fc.nat(1000), { minLength: 2, maxLength: 2 }),
  });
  return fc.array(rough, { minLength: 1, maxLength: maxNodes }).map((list) => {
    const bare = list.map(({ letter, kind, seed, timing, delegation }, index): NodePlan => ({
      name: `${letter}${index}`,
      kind,
      seed,
      timing,
      delegation,
      inputs: {},
    }));
    const nodes = bare.map((node, index): NodePlan => {
      const { inputs, outputs } = kindOf(node);
      const direct = new Set(Object.values(outputs).flatMap((output) => output.direct));
      return {
        ...node,
        inputs: Object.fromEntries(
          Object.entries(inputs).map(([input, type], position) => {
            // An input that is read at once takes outputs that read nothing at once, or those of earlier nodes.
            const sources = bare.flatMap((from, at) =>
              Object.entries(kindOf(from).outputs)
                .filter(([, output]) => output.type === type)
                .filter(([, output]) => {
                  return loops === "any" || !direct.has(input) || output.direct.length === 0 || at < index;
                })
                .map(([output]): PlannedSource => ({ node: from.name, output }))
            );
            const pick = list[index]?.picks[position] ?? 0;
            return [input, [SOURCES[type].name, ...sources][pick % (sources.length + 1)] ?? SOURCES[type].name];
          }),
        ),
      };
    });
    return { nodes };
  });
}

/** Loads the system of a node, as it is where it is not delegated. */
export async function loadNode(node: NodePlan): Promise<System> {
  const kind = kindOf(node);
  return await loadSystem({ module: kind.module, export: node.kind, argument: kind.argument(node) });
}

/** Builds the diagram of a plan. */
export async function buildDiagram(plan: DiagramPlan, options: BuildOptions = {}): Promise<Diagram> {
  const { modeOf = () => "inline", groupOf = () => undefined, order } = options;
  const { deterministicOf = () => true, latencyOf = () => 1, guestOf = () => undefined } = options;
  const chance = order === undefined ? undefined : generator(order);
  const top = new DiagramBuilder("plan");
  const groups = new Map<string, Group>();
  const parts = new Map<string, { part: Part<Ports, Ports>; group: string | undefined }>();

  for (const node of shuffled(plan.nodes, chance)) {
    const system = await loadNode(node);
    const mode = modeOf(node);
    const options = { ...node.delegation, latency: latencyOf(node), deterministic: deterministicOf(node) };
    const guest = guestOf(node);
    const shared = guest === undefined ? options : { ...options, guest };
    const group = groupOf(node);
    const builder = group === undefined ? top : groupAt(groups, group).builder;
    const part = builder.add(node.name, mode === "inline" ? system : delegate(system, { ...shared, mode }));
    parts.set(node.name, { part, group });
  }

  // Wires within one builder are made at once; what leaves or enters a group waits until the group is a part.
  const entering: { source: PlannedSource; into: string; input: string; group: string }[] = [];
  const wires = plan.nodes.flatMap((node) =>
    Object.entries(node.inputs).map(([input, source]) => ({ into: node.name, input, source }))
  );
  const later: (() => void)[] = [];
  const at = (name: string) => {
    const found = parts.get(name);
    if (found === undefined) throw new TypeError(`Cannot wire ${name}: there is no such node`);
    return found;
  };
  const sources = new Map<string, OutputHandle>();
  for (const { name, output, ...reference } of shuffled(Object.values(SOURCES), chance)) {
    sources.set(name, top.add(name, await loadSystem(reference)).output(output));
  }
  const topPart = new Map<string, Part<Ports, Ports>>();
  const topOutput = (source: PlannedSource): OutputHandle => {
    if (typeof source === "string") return sources.get(source)!;
    const { part, group } = at(source.node);
    return group === undefined
      ? part.output(source.output)
      : topPart.get(group)!.output(`${source.node}_${source.output}`);
  };
  for (const { into, input, source } of shuffled(wires, chance)) {
    const { part, group } = at(into);
    const from = typeof source === "string" ? undefined : at(source.node);
    if (group !== undefined && from?.group === group && typeof source !== "string") {
      groupAt(groups, group).builder.connect(from.part.output(source.output), part.input(input));
    } else if (group !== undefined) {
      const name = typeof source === "string" ? source : `${source.node}_${source.output}`;
      groupAt(groups, group).builder.exportInput(name, part.input(input));
      if (!entering.some((wire) => wire.group === group && wire.input === name)) {
        entering.push({ source, into, input: name, group });
      }
    } else {
      later.push(() => top.connect(topOutput(source), part.input(input)));
    }
  }
  for (const { node, output } of outputsOf(plan)) {
    const { part, group } = at(node);
    if (group !== undefined) groupAt(groups, group).builder.exportOutput(`${node}_${output}`, part.output(output));
  }
  for (const [name, { builder }] of groups) topPart.set(name, top.add(name, builder.build()));
  for (const { source, input, group } of entering) {
    later.push(() => top.connect(topOutput(source), topPart.get(group)!.input(input)));
  }
  for (const connect of shuffled(later, chance)) connect();
  for (const { node, output } of outputsOf(plan)) {
    top.exportOutput(`${node}_${output}`, topOutput({ node, output }));
  }
  return top.build();
}

interface Group {
  readonly builder: DiagramBuilder;
}

function groupAt(groups: Map<string, Group>, name: string): Group {
  const group = groups.get(name) ?? { builder: new DiagramBuilder(name) };
  groups.set(name, group);
  return group;
}

function outputsOf(plan: DiagramPlan): { node: string; output: string }[] {
  return plan.nodes.flatMap((node) => Object.keys(kindOf(node).outputs).map((output) => ({ node: node.name, output })));
}

/** The list in an order that the generator decides, or as it is without one. */
function shuffled<T>(list: readonly T[], chance: ((n: number) => number) | undefined): T[] {
  const result = [...list];
  if (chance === undefined) return result;
  for (let end = result.length - 1; end > 0; end--) {
    const other = chance(end + 1);
    [result[end], result[other]] = [result[other]!, result[end]!];
  }
  return result;
}

/** Integers below n from a seed. */
function generator(seed: number): (n: number) => number {
  let x = (seed ^ 0x9e3779b9) >>> 0;
  return (n) => {
    x = (Math.imul(x ^ (x >>> 15), 0x2c1b3c6d) + 0x6d2b79f5) >>> 0;
    return (x >>> 8) % n;
  };
}
