/**
 * Who acts at which instant, and in which order systems initialize.
 *
 * - Systems initialize in the order of dependency: after everybody whose outputs flow into them. Those on one loop
 *   initialize together, against the values before.
 * - Invariant: parts are in the order of their paths, so the order of adding them decides nothing.
 *
 * The loops are the strongly connected components, found by Tarjan's algorithm.
 */

import type {
  ContextWriter,
  DelegatedContext,
  LeafContext,
  Ports,
  PublishHandler,
  Timing,
  UpdateHandler,
} from "../diagram/mod.ts";
import { Timeline } from "./instants.ts";

/** Something a leaf does. */
export interface Action<H> {
  readonly part: LeafContext;
  readonly run: H;
}

/** Everything of one timing. */
export interface Group {
  readonly timing: Timing;
  readonly updates: Action<UpdateHandler<Ports, Ports>>[];
  readonly publishes: Action<PublishHandler<Ports, Ports>>[];
  /** The delegated systems that release, sample and post. */
  readonly delegated: DelegatedContext[];
}

/** The parts that initialize together. */
export interface Level {
  /** Those of this side with an initialization event. */
  readonly leaves: readonly Action<UpdateHandler<Ports, Ports>>[];
  /** Those of a far side. */
  readonly delegated: readonly DelegatedContext[];
}

/** What the simulator walks through. */
export interface Plan {
  /** When anything is due; its indices are those of `groups`. */
  readonly timeline: Timeline;
  readonly groups: readonly Group[];
  /** Initialization, level by level. */
  readonly levels: readonly Level[];
  readonly perStep: readonly Action<UpdateHandler<Ports, Ports>>[];
  readonly publishPerStep: readonly Action<PublishHandler<Ports, Ports>>[];
  readonly delegated: readonly DelegatedContext[];
}

type AnyPart = LeafContext | DelegatedContext;

export function makePlan(writer: ContextWriter): Plan {
  const groups = new Map<string, Group>();
  const group = (timing: Timing): Group => {
    const key = `${timing.period} ${timing.offset}`;
    const found = groups.get(key) ?? { timing, updates: [], publishes: [], delegated: [] };
    groups.set(key, found);
    return found;
  };
  const perStep: Action<UpdateHandler<Ports, Ports>>[] = [];
  const publishPerStep: Action<PublishHandler<Ports, Ports>>[] = [];
  const parts = [...writer.parts].sort((one, other) => one.path < other.path ? -1 : 1);
  for (const part of parts) {
    if (part.kind === "delegated") {
      group(part.system.timing).delegated.push(part);
      continue;
    }
    const { behavior } = part.system;
    for (const { timing, run } of behavior.update) group(timing).updates.push({ part, run });
    for (const { timing, run } of behavior.publish) group(timing).publishes.push({ part, run });
    if (behavior.perStep !== undefined) perStep.push({ part, run: behavior.perStep });
    if (behavior.publishPerStep !== undefined) publishPerStep.push({ part, run: behavior.publishPerStep });
  }
  const list = [...groups.values()];
  return {
    timeline: new Timeline(list.map(({ timing }) => timing)),
    groups: list,
    levels: initializationLevels(parts, writer.feeders),
    perStep,
    publishPerStep,
    delegated: parts.filter((part) => part.kind === "delegated"),
  };
}

function initializationLevels(
  parts: readonly AnyPart[],
  feeders: ReadonlyMap<AnyPart, ReadonlySet<AnyPart>>,
): readonly Level[] {
  const loops = stronglyConnected(parts, feeders);
  const loopOf = new Map(loops.flatMap((loop) => loop.map((part) => [part, loop] as const)));
  const depths = new Map<readonly AnyPart[], number>();
  // Tarjan's algorithm gives a component after all those that feed it, so their depths are known.
  for (const loop of loops) {
    const before = loop.flatMap((part) => [...feeders.get(part) ?? []]).map((part) => loopOf.get(part));
    const depth = before.reduce((most, other) => {
      return other === undefined || other === loop ? most : Math.max(most, (depths.get(other) ?? 0) + 1);
    }, 0);
    depths.set(loop, depth);
  }
  const levels: { leaves: Action<UpdateHandler<Ports, Ports>>[]; delegated: DelegatedContext[] }[] = [];
  for (const part of parts) {
    const depth = depths.get(loopOf.get(part) ?? []) ?? 0;
    while (levels.length <= depth) levels.push({ leaves: [], delegated: [] });
    const level = levels[depth];
    if (level === undefined) continue;
    if (part.kind === "delegated") level.delegated.push(part);
    else if (part.system.behavior.initialize !== undefined) {
      level.leaves.push({ part, run: part.system.behavior.initialize });
    }
  }
  return levels.filter(({ leaves, delegated }) => leaves.length + delegated.length > 0);
}

function stronglyConnected(
  parts: readonly AnyPart[],
  feeders: ReadonlyMap<AnyPart, ReadonlySet<AnyPart>>,
): readonly (readonly AnyPart[])[] {
  const found: AnyPart[][] = [];
  const order = new Map<AnyPart, number>();
  const stack: AnyPart[] = [];
  const visit = (part: AnyPart): number => {
    const index = order.size;
    order.set(part, index);
    let low = index;
    stack.push(part);
    for (const feeder of feeders.get(part) ?? []) {
      if (!order.has(feeder)) low = Math.min(low, visit(feeder));
      else if (stack.includes(feeder)) low = Math.min(low, order.get(feeder) ?? low);
    }
    if (low === index) found.push(stack.splice(stack.indexOf(part)));
    return low;
  };
  for (const part of parts) if (!order.has(part)) visit(part);
  return found;
}
