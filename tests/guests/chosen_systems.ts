/**
 * Deterministic systems whose events happen at times that the state or an input chooses; `systems.ts` exports them, too.
 *
 * - All times are whole multiples of the period after the offset, so that a grid which holds both holds them all.
 *
 * @module
 */

import {
  defineSystem,
  delegate,
  DiagramBuilder,
  type EventStatus,
  type LeafSystem,
  type Ports,
  reachedTermination,
  scalar,
  type System,
  type TriggerEdge,
} from "../../lib/diagram/mod.ts";

/** What every system here takes. */
export interface Argument {
  /** Seconds between two of its events. */
  readonly period: number;
  /** Seconds before the first. */
  readonly offset?: number;
  /** Makes two of a kind differ. */
  readonly seed?: number;
}

const EDGES: readonly TriggerEdge[] = ["change", "rising", "falling", "either"];

function bounded(x: number): number {
  return x % 1009;
}

/**
 * Names the times of its events, which are irregular; one of an odd seed has each of them twice, in two microsteps, and also acts
 * periodically.
 */
export function alarm({ period, offset = 0, seed = 1 }: Argument): LeafSystem<Ports, Ports> {
  const rounds = 1 + seed % 2;
  const due = (count: number) => {
    const at = Math.floor(count / rounds);
    return offset + period * (at + Math.floor(at / 3));
  };
  return defineSystem({
    name: "alarm",
    inputs: { u: scalar() },
    state: { count: scalar(), x: scalar(seed) },
    outputs: {
      count: { type: scalar(), feedthrough: [], value: ({ state }) => state.count },
      x: { type: scalar(), feedthrough: [], value: ({ state }) => state.x },
    },
    initialize: ({ t, next }) => {
      while (due(next.count) < t - 1e-9) next.count++;
    },
    update: [
      {
        nextTime: ({ state }) => due(state.count),
        run: ({ t, input, state, next }) => {
          next.count = state.count + 1;
          next.x = bounded(0.5 * state.x + input.u + t);
        },
      },
      ...rounds === 1 ? [] : [{
        period,
        offset,
        run: ({ next }: { next: { x: number } }) => void (next.x = bounded(next.x * 3 + 1)),
      }],
    ],
  });
}

/** A walker behind a delegate of its own, twice. */
export function nested(argument: Argument): System {
  const within = (part: System): System => {
    const builder = new DiagramBuilder("nested");
    const { period } = argument;
    const walks = builder.add("walks", delegate(part as System<Ports, Ports>, { mode: "direct", period, latency: 2 }));
    for (const port of Object.keys(part.inputs)) builder.exportInput(port, walks.input(port));
    for (const port of Object.keys(part.outputs)) builder.exportOutput(port, walks.output(port));
    return builder.build();
  };
  return within(within(walker(argument)));
}

/** Acts when its input changes, in one of the four ways; `n` counts, `x` is what it saw. */
export function latch({ seed = 1 }: Argument): LeafSystem<Ports, Ports> {
  return defineSystem({
    name: "latch",
    inputs: { u: scalar() },
    state: { n: scalar(seed % 3), x: scalar(-seed), at: scalar(-1), left: scalar() },
    outputs: {
      n: { type: scalar(), feedthrough: [], value: ({ state }) => state.n },
      x: { type: scalar(), feedthrough: [], value: ({ state }) => state.x },
    },
    update: {
      trigger: "u",
      edge: EDGES[seed % EDGES.length] ?? "change",
      run: ({ t, input, state, next }) => {
        // So many times at one instant: a loop comes to rest.
        const left = state.at === t ? state.left - 1 : 3;
        if (left < 0) return;
        next.at = t;
        next.left = left;
        next.n = state.n + 1;
        next.x = Math.trunc(bounded(input.u + t)) % 7 - 3;
      },
    },
  });
}

/** A process: what it waits for depends on its input; where it is in its round is a variable of its own. */
export function walker({ period, offset = 0, seed = 1 }: Argument): LeafSystem<Ports, Ports> {
  return defineSystem({
    name: "walker",
    inputs: { u: scalar() },
    state: { x: scalar(seed), waited: scalar() },
    outputs: {
      x: { type: scalar(), feedthrough: [], value: ({ state }) => state.x },
      waited: { type: scalar(), feedthrough: [], value: ({ state }) => state.waited },
    },
    *process(now) {
      const { input, state, next, wait } = now;
      next.waited = yield* wait(offset);
      for (let round = seed;; round++) {
        next.x = bounded(0.5 * state.x + input.u + now.t);
        next.waited = yield* wait(input.u > 0 ? period : 2 * period);
        if (round % 4 === 0) yield* wait(0);
        next.x = bounded(state.x + round);
      }
    },
  });
}

/** A process that a snapshot can hold: it begins anew, with its place in a list of pauses. */
export function pacer({ period, offset = 0, seed = 1 }: Argument): LeafSystem<Ports, Ports> {
  const pauses = [1, 2, 0, 1, 3];
  return defineSystem({
    name: "pacer",
    inputs: { u: scalar() },
    state: { x: scalar(seed) },
    outputs: { x: { type: scalar(), feedthrough: [], value: ({ state }) => state.x } },
    // deno-lint-ignore require-yield -- it waits between its runs only
    *process({ t, input, state, next, again }, at) {
      if (typeof at !== "number") return again(offset, seed);
      next.x = bounded(0.25 * state.x + input.u + t);
      return again(period * (pauses[at % pauses.length] ?? 1), at + 1);
    },
  });
}

/** Ends the run at one of its events. */
export function ender({ period, offset = 0, seed = 1 }: Argument): LeafSystem<Ports, Ports> {
  return defineSystem({
    name: "ender",
    inputs: { u: scalar() },
    state: { n: scalar() },
    outputs: { n: { type: scalar(), feedthrough: [], value: ({ state }) => state.n } },
    update: {
      period,
      offset,
      run: ({ state, next }): EventStatus | void => {
        next.n = state.n + 1;
        if (next.n > 3 + seed) return reachedTermination("enough");
      },
    },
  });
}
