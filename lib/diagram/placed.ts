/**
 * The parts of a system in their places: a nested diagram flattened, and wired so that values are pulled.
 *
 * - There is one part per leaf or delegated system, named by its whole path.
 */

import { DiagramError } from "../errors.ts";
import { DelegatedContext } from "./delegated_context.ts";
import { type Instant, LeafContext, type Read } from "./leaf_context.ts";
import type { Diagram, System } from "./system.ts";

/** The values of a leaf or a delegated system. */
export type PartContext = LeafContext | DelegatedContext;

/** A system with its place in the whole: a part, or the parts of a diagram. */
export type Placed =
  | { readonly part: PartContext }
  | { readonly diagram: Diagram; readonly children: ReadonlyMap<string, Placed> };

/** Where a value comes from: how to read it, and the part that gives it unless it is fixed. */
export interface Source {
  readonly read: Read;
  readonly part?: PartContext;
}

/** Puts a system at a path, and its parts into the map, by their paths. */
export function place(
  system: System,
  { path, instant, parts }: {
    readonly path: string;
    readonly instant: Instant;
    readonly parts: Map<string, PartContext>;
  },
): Placed {
  if (system.kind === "diagram") {
    const children = new Map<string, Placed>();
    for (const [name, child] of system.parts) {
      children.set(name, place(child, { path: path === "" ? name : `${path}.${name}`, instant, parts }));
    }
    return { diagram: system, children };
  }
  const name = path === "" ? system.name : path;
  const part = system.kind === "leaf" ? new LeafContext(name, system, instant) : new DelegatedContext(name, system);
  parts.set(name, part);
  return { part };
}

/** Connects the inputs of all parts to their sources; tells which part's outputs flow into which. */
export function wire(
  placed: Placed,
  { source, feeds }: {
    readonly source: (input: string) => Source | undefined;
    readonly feeds: (from: PartContext, into: PartContext) => void;
  },
): void {
  if ("part" in placed) {
    for (const input of Object.keys(placed.part.system.inputs)) {
      const from = source(input);
      if (from === undefined) continue;
      placed.part.connect(input, from.read);
      if (from.part !== undefined) feeds(from.part, placed.part);
    }
    return;
  }
  for (const [name, child] of placed.children) {
    const own = (input: string): Source | undefined => {
      const from = placed.diagram.wiring.get(name)?.get(input);
      if (from === undefined) return undefined;
      if ("diagramInput" in from) return source(from.diagramInput);
      const sibling = placed.children.get(from.part);
      return sibling === undefined ? undefined : outputOf(sibling, from.port);
    };
    wire(child, { source: own, feeds });
  }
}

/**
 * Where an output comes from.
 *
 * @throws {DiagramError} where there is none of that name.
 */
export function outputOf(placed: Placed, port: string): Source {
  if ("part" in placed) return { part: placed.part, read: placed.part.reader(port) };
  const shown = placed.diagram.exported.get(port);
  const child = shown === undefined ? undefined : placed.children.get(shown.part);
  if (shown === undefined || child === undefined) {
    throw new DiagramError(`Cannot read output ${placed.diagram.name}.${port}: there is no such port`);
  }
  return outputOf(child, shown.port);
}
