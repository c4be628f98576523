/**
 * A diagram: systems and the connections between them, itself a system.
 *
 * - A diagram is immutable; `DiagramBuilder.build()` checks and makes it.
 * - Its outputs are outputs of its parts; each of its inputs feeds one or more inputs of its parts.
 */

import type { Diagram, PartPort, System } from "./system.ts";

/** Every leaf and delegated system inside a diagram by its path; a system that is not a diagram by its own name. */
export function directory(system: System): ReadonlyMap<string, System> {
  const found = new Map<string, System>();
  const open: { path: string; inner: System }[] = [{ path: "", inner: system }];
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    const { path, inner } = at;
    if (inner.kind !== "diagram") {
      found.set(path === "" ? inner.name : path, inner);
      continue;
    }
    const parts = [...inner.parts].map(([name, part]) => ({
      path: path === "" ? name : `${path}.${name}`,
      inner: part,
    }));
    open.push(...parts.reverse());
  }
  return found;
}

/** A path by which an output of a system depends directly on an input. */
export interface DirectPath {
  /** The input. */
  readonly input: string;
  /** The ports along the path inside the system, starting from the input; none for a leaf. */
  readonly via: readonly string[];
}

/** Paths already found for a diagram's outputs; a diagram never changes. */
const known = new WeakMap<System, Map<string, readonly DirectPath[]>>();

/** The inputs on which an output depends directly, each with one path to it. */
export function directPaths(system: System, output: string): readonly DirectPath[] {
  switch (system.kind) {
    case "leaf":
      return (system.feedthrough[output] ?? []).map((input) => ({ input, via: [] }));
    case "delegated":
      return [];
    case "diagram": {
      const outputs = known.get(system) ?? new Map<string, readonly DirectPath[]>();
      known.set(system, outputs);
      const shown = system.exported.get(output);
      const paths = outputs.get(output) ?? (shown === undefined ? [] : pathsThrough(system, shown));
      outputs.set(output, paths);
      return paths;
    }
  }
}

/**
 * A step of a walk against the flow of values: an output, the ports between it and the previous step's output, and that
 * step.
 */
interface Hop {
  readonly at: PartPort;
  readonly ports: readonly string[];
  readonly before: Hop | undefined;
}

/** Walks from an output of a part to the diagram's inputs, along direct feedthrough only. */
function pathsThrough(diagram: Diagram, from: PartPort): readonly DirectPath[] {
  const found = new Map<string, DirectPath>();
  const seen = new Set<string>();
  const open: Hop[] = [{ at: from, ports: [], before: undefined }];
  for (let hop = open.pop(); hop !== undefined; hop = open.pop()) {
    const { at } = hop;
    const key = keyOf(at);
    const part = diagram.parts.get(at.part);
    if (part === undefined || seen.has(key)) continue;
    seen.add(key);
    const next: Hop[] = [];
    for (const { input, via } of directPaths(part, at.port)) {
      const source = diagram.wiring.get(at.part)?.get(input);
      if (source === undefined) continue;
      const ports = [`${at.part}.${input}`, ...via.map((port) => `${at.part}.${port}`), key];
      if (!("diagramInput" in source)) next.push({ at: source, ports, before: hop });
      else if (!found.has(source.diagramInput)) {
        const way = [...ports, ...wayFrom(hop)];
        found.set(source.diagramInput, { input: source.diagramInput, via: way });
      }
    }
    while (next.length > 0) open.push(next.pop() as Hop);
  }
  return [...found.values()];
}

/** The ports from a step to the start of its walk, in the direction of flow. */
function wayFrom(hop: Hop): string[] {
  const way: string[] = [];
  for (let at: Hop | undefined = hop; at !== undefined; at = at.before) for (const port of at.ports) way.push(port);
  return way;
}

/** The first loop of direct feedthrough among the parts, as port names with the first repeated at the end. */
export function algebraicLoop(diagram: Diagram): readonly string[] | undefined {
  const done = new Set<string>();
  for (const [part, { outputs }] of diagram.parts) {
    for (const port of Object.keys(outputs)) {
      const loop = loopFrom(diagram, { from: { part, port }, done });
      if (loop !== undefined) return loop;
    }
  }
  return undefined;
}

/** An output on a walk, the ways that lead on from it, and how many of them were taken. */
interface Step {
  readonly key: string;
  readonly ways: readonly { readonly source: PartPort; readonly ports: readonly string[] }[];
  taken: number;
}

/** The loop, if any, that a walk against the flow of values from this output runs into. */
function loopFrom(
  diagram: Diagram,
  { from, done }: { readonly from: PartPort; readonly done: Set<string> },
): readonly string[] | undefined {
  const trail: Step[] = [];
  const places = new Map<string, number>();
  const enter = (at: PartPort): void => {
    const key = keyOf(at);
    if (done.has(key)) return;
    places.set(key, trail.length);
    trail.push({ key, ways: waysFrom(diagram, at), taken: 0 });
  };
  enter(from);
  for (let step = trail.at(-1); step !== undefined; step = trail.at(-1)) {
    const way = step.ways[step.taken++];
    if (way === undefined) {
      done.add(step.key);
      places.delete(step.key);
      trail.pop();
      continue;
    }
    const start = places.get(keyOf(way.source));
    if (start !== undefined) return loopOf(trail.slice(start));
    enter(way.source);
  }
  return undefined;
}

/** The outputs on which an output of a part depends directly, each with the ports between, in the direction of flow. */
function waysFrom(diagram: Diagram, at: PartPort): Step["ways"] {
  const part = diagram.parts.get(at.part);
  if (part === undefined) return [];
  return directPaths(part, at.port).flatMap(({ input, via }) => {
    const source = diagram.wiring.get(at.part)?.get(input);
    if (source === undefined || "diagramInput" in source) return [];
    return [{ source, ports: [`${at.part}.${input}`, ...via.map((port) => `${at.part}.${port}`)] }];
  });
}

/** Turns a trail, which runs against the flow of values, into a loop in the direction of flow. */
function loopOf(trail: readonly Step[]): readonly string[] {
  const flow = trail.toReversed().flatMap(({ key, ways, taken }) => [...ways[taken - 1]?.ports ?? [], key]);
  const first = flow[0];
  return first === undefined ? flow : [...flow, first];
}

function keyOf({ part, port }: PartPort): string {
  return `${part}.${port}`;
}
