/**
 * How values flow through a program: which task puts into which thing, who takes from it, and in which layers they stand.
 *
 * - Invariant: a node stands in a later layer than all that come before it, but for the flows that lead back in a circle.
 */

import type { Film } from "../film/film.ts";

/** A task or a thing. */
export interface Node {
  readonly kind: "task" | "thing";
  readonly name: string;
  /** How it is drawn: a thing that nothing flows through needs no room for values. */
  readonly shape: "task" | "thing" | "beside";
}

/** A way of values, from a task into a thing or out of it. */
export interface Flow {
  readonly from: string;
  readonly to: string;
}

/** Who stands where. Names of nodes are those of `keyOf`. */
export interface FlowChart {
  /** Layers in the direction of the flow. */
  readonly layers: readonly (readonly Node[])[];
  /** Things that no values flow through: locks, cells and the like. */
  readonly beside: readonly Node[];
  readonly flows: readonly Flow[];
}

/** The name of a node among tasks and things. */
export function keyOf({ kind, name }: Pick<Node, "kind" | "name">): string {
  return `${kind} ${name}`;
}

/** The chart of a film. */
export function flowChart({ lanes, things, items }: Pick<Film, "lanes" | "things" | "items">): FlowChart {
  const flows = new Map<string, Flow>();
  const add = (from: string, to: string): void => void flows.set(`${from}\n${to}`, { from, to });
  for (const { thing, from, taker } of items) {
    add(`task ${from}`, `thing ${thing}`);
    if (taker !== undefined) add(`thing ${thing}`, `task ${taker}`);
  }
  const tasks = lanes.map(({ lane: name }): Node => ({ kind: "task", name, shape: "task" }));
  const isFlowing = (name: string) => [...flows.values()].some(({ from, to }) => [from, to].includes(`thing ${name}`));
  const nodes = things.map(({ name }): Node => {
    return { kind: "thing", name, shape: isFlowing(name) ? "thing" : "beside" };
  });
  const passing = nodes.filter(({ name }) => isFlowing(name));
  const layerOf = layered([...tasks, ...passing].map(keyOf), [...flows.values()]);
  const layers: Node[][] = [];
  for (const node of [...tasks, ...passing]) (layers[layerOf.get(keyOf(node)) ?? 0] ??= []).push(node);
  return {
    layers: Array.from(layers, (layer) => layer ?? []).filter((layer) => layer.length > 0),
    beside: nodes.filter(({ name }) => !isFlowing(name)),
    flows: [...flows.values()],
  };
}

/** The layer of each node: one more than the last of those before it. A flow back to where one comes from counts for none. */
function layered(nodes: readonly string[], flows: readonly Flow[]): ReadonlyMap<string, number> {
  const before = new Map(nodes.map((node) => [node, new Set<string>()]));
  const reaches = (from: string, to: string, seen = new Set<string>()): boolean => {
    if (from === to) return true;
    if (seen.has(from)) return false;
    seen.add(from);
    return [...before.get(from) ?? []].some((node) => reaches(node, to, seen));
  };
  for (const { from, to } of flows) if (!reaches(from, to)) before.get(to)?.add(from);
  const layers = new Map<string, number>();
  const layerOf = (node: string): number => {
    const known = layers.get(node);
    if (known !== undefined) return known;
    const layer = Math.max(-1, ...[...before.get(node) ?? []].map(layerOf)) + 1;
    layers.set(node, layer);
    return layer;
  };
  for (const node of nodes) layerOf(node);
  return layers;
}
