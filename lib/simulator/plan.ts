/**
 * Which systems act at which instant, and in which order systems initialize.
 *
 * - Systems initialize in dependency order: each after the systems whose outputs it depends on. Systems on one loop
 *   initialize together, against the values before.
 * - Invariant: events due together run in order of their paths, and within a leaf in declared order; so neither the
 *   order in which systems were added nor the presence of others matters.
 *
 * The loops are the strongly connected components, found by Tarjan's algorithm, without recursion.
 */

import type { ContextWriter, DelegatedContext, LeafContext, Timing } from "../diagram/mod.ts";
import type { Action } from "./actions.ts";
import type { ChosenAction } from "./chosen_events.ts";

/** Everything that happens at one timing. */
interface Group {
  readonly timing: Timing;
  readonly updates: Placed[];
  readonly publishes: Placed[];
  /** The delegated systems that release, sample and post. */
  readonly delegated: DelegatedContext[];
}

/** An action, and its place in the order of all actions. */
type Placed = Action & { readonly place: number };

/** What is due at an instant. */
export interface Due {
  readonly updates: readonly Action[];
  readonly publishes: readonly Action[];
  readonly delegated: readonly DelegatedContext[];
  /** Whether an update with a time of its own is due, so that the instant has a row. */
  readonly hasRow: boolean;
}

/** The parts that initialize together. */
export interface Level {
  /** The leaves of this side that have an initialization event. */
  readonly leaves: readonly Action[];
  /** The delegated systems. */
  readonly delegated: readonly DelegatedContext[];
}

/** The plan that the simulator follows. */
export interface Plan {
  /** The timings of all periodic events. */
  readonly timings: readonly Timing[];
  /** Initialization, level by level. */
  readonly levels: readonly Level[];
  readonly delegated: readonly DelegatedContext[];
  /** What is due when these timings coincide; indices above those of the timings stand for chosen events. */
  due(indices: readonly number[]): Due;
  /** Only the updates of these chosen events, by the same indices. */
  microstep(indices: readonly number[]): readonly Action[];
}

type AnyPart = LeafContext | DelegatedContext;

/** Plans a run of these parts, with the events whose times the state or an input chooses. */
export function makePlan(
  { parts, feeders }: Pick<ContextWriter, "parts" | "feeders">,
  chosenEvents: readonly ChosenAction[],
): Plan {
  const groups = new Map<string, Group>();
  const group = (timing: Timing): Group => {
    const key = `${timing.period} ${timing.offset}`;
    const found = groups.get(key) ?? { timing, updates: [], publishes: [], delegated: [] };
    groups.set(key, found);
    return found;
  };
  const perStep: Placed[] = [];
  const publishPerStep: Placed[] = [];
  const chosen: (ChosenAction & Placed)[] = [];
  let place = 0;
  for (const part of parts) {
    if (part.kind === "delegated") {
      group(part.system.timing).delegated.push(part);
      continue;
    }
    const { behavior } = part.system;
    const placeChosen = (before: number) => {
      for (let next = chosenEvents[chosen.length]; next?.part === part && next.before <= before;) {
        chosen.push({ ...next, place: place++ });
        next = chosenEvents[chosen.length];
      }
    };
    behavior.update.forEach(({ timing, run }, index) => {
      placeChosen(index);
      group(timing).updates.push({ part, run, place: place++ });
    });
    placeChosen(Infinity);
    for (const { timing, run } of behavior.publish) group(timing).publishes.push({ part, run, place: place++ });
    if (behavior.perStep !== undefined) perStep.push({ part, run: behavior.perStep, place: place++ });
    if (behavior.publishPerStep !== undefined) {
      publishPerStep.push({ part, run: behavior.publishPerStep, place: place++ });
    }
  }
  const list = [...groups.values()];
  const chosenOf = (indices: readonly number[]) => {
    return indices.map((index) => chosen[index - list.length]).filter((action) => action !== undefined);
  };
  const inOrder = (actions: Placed[]) => actions.sort((one, other) => one.place - other.place);
  return {
    timings: list.map(({ timing }) => timing),
    levels: initializationLevels(parts, feeders),
    delegated: parts.filter((part) => part.kind === "delegated"),
    microstep: (indices) => inOrder(chosenOf(indices)),
    due(indices) {
      const due = indices.map((index) => list[index]).filter((group) => group !== undefined);
      const own = chosenOf(indices);
      const updates = [...due.flatMap((group) => group.updates), ...own];
      const delegated = due.flatMap((group) => group.delegated);
      return {
        updates: inOrder([...updates, ...perStep]),
        publishes: inOrder([...due.flatMap((group) => group.publishes), ...publishPerStep]),
        delegated: delegated.sort((one, other) => one.path < other.path ? -1 : 1),
        hasRow: updates.length - own.length + delegated.length > 0 || own.some(({ isTimed }) => isTimed),
      };
    },
  };
}

function initializationLevels(parts: readonly AnyPart[], feeders: ContextWriter["feeders"]): readonly Level[] {
  const { loops, loopOf } = stronglyConnected(feeders);
  const depths = new Int32Array(loops.length);
  // Tarjan's algorithm yields a component after all that feed it, so their depths are known.
  loops.forEach((loop, index) => {
    for (const part of loop) {
      for (const feeder of feeders[part] ?? []) {
        const other = loopOf[feeder] as number;
        if (other !== index) depths[index] = Math.max(depths[index] as number, (depths[other] as number) + 1);
      }
    }
  });
  const levels: { leaves: Action[]; delegated: DelegatedContext[] }[] = [];
  parts.forEach((part, index) => {
    const depth = depths[loopOf[index] as number] as number;
    while (levels.length <= depth) levels.push({ leaves: [], delegated: [] });
    const level = levels[depth];
    if (part.kind === "delegated") level?.delegated.push(part);
    else if (part.system.behavior.initialize !== undefined) {
      level?.leaves.push({ part, run: part.system.behavior.initialize });
    }
  });
  return levels.filter(({ leaves, delegated }) => leaves.length + delegated.length > 0);
}

/** The components, as indices of their parts, and the component of each part. */
function stronglyConnected(
  feeders: ContextWriter["feeders"],
): { readonly loops: readonly (readonly number[])[]; readonly loopOf: Int32Array } {
  const count = feeders.length;
  const loops: number[][] = [];
  const loopOf = new Int32Array(count).fill(-1);
  // By part: when it was found, from 1; the earliest part that it leads back to; how many of its feeders were visited.
  const [order, low, looked] = [new Int32Array(count), new Int32Array(count), new Int32Array(count)];
  const stack: number[] = [];
  let found = 0;
  for (let first = 0; first < count; first++) {
    const trail = order[first] === 0 ? [first] : [];
    for (let part = trail.at(-1); part !== undefined; part = trail.at(-1)) {
      if (order[part] === 0) {
        order[part] = low[part] = ++found;
        stack.push(part);
      }
      const before = feeders[part] ?? [];
      const feeder = before[looked[part] as number];
      if (feeder !== undefined) {
        if (order[feeder] === 0) {
          trail.push(feeder);
          continue;
        }
        looked[part] = (looked[part] as number) + 1;
        // A part without a component is on the stack.
        if (loopOf[feeder] === -1) low[part] = Math.min(low[part] as number, low[feeder] as number);
        continue;
      }
      trail.pop();
      if (low[part] !== order[part]) continue;
      const loop = stack.splice(stack.lastIndexOf(part));
      for (const member of loop) loopOf[member] = loops.length;
      loops.push(loop);
    }
  }
  return { loops, loopOf };
}
