/**
 * A diagram: systems and the connections between them, itself a system.
 *
 * - Immutable; `DiagramBuilder.build()` makes it and has checked it.
 * - Its outputs are outputs of its parts; each of its inputs goes to one or more inputs of its parts.
 */

import type { Diagram, PartPort, System } from "./system.ts";

/** Every leaf and delegated system inside a system by its path; a system that is no diagram by its own name. */
export function directory(system: System): ReadonlyMap<string, System> {
  const found = new Map<string, System>();
  const visit = (path: string, inner: System): void => {
    if (inner.kind !== "diagram") found.set(path === "" ? inner.name : path, inner);
    else for (const [name, part] of inner.parts) visit(path === "" ? name : `${path}.${name}`, part);
  };
  visit("", system);
  return found;
}

/** A way on which an output of a system depends on an input of it directly. */
export interface DirectPath {
  /** The input. */
  readonly input: string;
  /** The ports inside the system on the way, from the input's side; none for a leaf. */
  readonly via: readonly string[];
}

/** The inputs on which an output depends directly, each with one way there. */
export function directPaths(system: System, output: string): readonly DirectPath[] {
  switch (system.kind) {
    case "leaf":
      return (system.feedthrough[output] ?? []).map((input) => ({ input, via: [] }));
    case "delegated":
      return [];
    case "diagram": {
      const shown = system.exported.get(output);
      return shown === undefined ? [] : pathsThrough(system, shown);
    }
  }
}

/** Walks from one output of a part towards the diagram's inputs, over direct feedthrough only. */
function pathsThrough(diagram: Diagram, from: PartPort): readonly DirectPath[] {
  const found = new Map<string, DirectPath>();
  const seen = new Set<string>();
  const walk = (at: PartPort, after: readonly string[]): void => {
    const key = `${at.part}.${at.port}`;
    const part = diagram.parts.get(at.part);
    if (part === undefined || seen.has(key)) return;
    seen.add(key);
    for (const { input, via } of directPaths(part, at.port)) {
      const source = diagram.wiring.get(at.part)?.get(input);
      const inside = via.map((port) => `${at.part}.${port}`);
      const way = [`${at.part}.${input}`, ...inside, key, ...after];
      if (source === undefined) continue;
      if ("diagramInput" in source) {
        if (!found.has(source.diagramInput)) {
          found.set(source.diagramInput, { input: source.diagramInput, via: way });
        }
      } else {
        walk(source, way);
      }
    }
  };
  walk(from, []);
  return [...found.values()];
}

/** The first loop of direct feedthrough among the parts, as port names with the first repeated at the end. */
export function algebraicLoop(diagram: Diagram): readonly string[] | undefined {
  const done = new Set<string>();
  const walk = (at: PartPort, trail: readonly Hop[]): readonly string[] | undefined => {
    const key = `${at.part}.${at.port}`;
    const start = trail.findIndex((hop) => hop.output === key);
    if (start >= 0) return loopOf(trail.slice(start));
    const part = diagram.parts.get(at.part);
    if (part === undefined || done.has(key)) return undefined;
    for (const { input, via } of directPaths(part, at.port)) {
      const source = diagram.wiring.get(at.part)?.get(input);
      if (source === undefined || "diagramInput" in source) continue;
      const ports = [`${at.part}.${input}`, ...via.map((port) => `${at.part}.${port}`)];
      const loop = walk(source, [...trail, { output: key, ports }]);
      if (loop !== undefined) return loop;
    }
    done.add(key);
    return undefined;
  };
  for (const [name, part] of diagram.parts) {
    for (const port of Object.keys(part.outputs)) {
      const loop = walk({ part: name, port }, []);
      if (loop !== undefined) return loop;
    }
  }
  return undefined;
}

/** A step of the walk, against the flow of values: an output, and the ports between it and the input it reads. */
interface Hop {
  readonly output: string;
  readonly ports: readonly string[];
}

/** Turns a trail, which runs against the flow of values, into the loop as a value would travel it. */
function loopOf(trail: readonly Hop[]): readonly string[] {
  const flow = trail.toReversed().flatMap(({ output, ports }) => [...ports, output]);
  const first = flow[0];
  return first === undefined ? flow : [...flow, first];
}
