/**
 * Systems whose handlers are awaited, each beside a twin whose handlers are not.
 *
 * @module
 */

import { defineSystem, delegate, type LeafSystem, type Ports, scalar, vector } from "../../lib/diagram/mod.ts";
import { DiagramBuilder, type System } from "../../lib/diagram/mod.ts";

/** What every system here takes. */
export interface Argument {
  readonly period: number;
  readonly seed?: number;
  /** The second in which an update goes wrong. */
  readonly at?: number;
}

const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

/** A scalar and a vector that it changes in place, before and after what it awaits. */
export function awaiting({ period, seed = 1 }: Argument): LeafSystem<Ports, Ports> {
  return defineSystem({
    name: "awaiting",
    async: true,
    inputs: { u: scalar() },
    state: { x: scalar(seed), v: vector(2) },
    outputs: {
      x: { type: scalar(), feedthrough: [], value: ({ state }) => state.x },
      v: { type: vector(2), feedthrough: [], value: ({ state }) => state.v },
    },
    initialize: async ({ input, next }) => {
      await turn();
      next.x += input.u;
    },
    update: {
      period,
      run: async ({ t, input, state, next }) => {
        next.v[0] = state.x;
        await Promise.resolve();
        next.v[1]! += input.u;
        if (seed % 2 === 0) await turn();
        next.x = (state.x + 0.5 * input.u + t) % 1009;
      },
    },
    publish: { period, run: () => turn() },
  });
}

/** The same, without a promise. */
export function prompt({ period, seed = 1 }: Argument): LeafSystem<Ports, Ports> {
  return defineSystem({
    name: "prompt",
    inputs: { u: scalar() },
    state: { x: scalar(seed), v: vector(2) },
    outputs: {
      x: { type: scalar(), feedthrough: [], value: ({ state }) => state.x },
      v: { type: vector(2), feedthrough: [], value: ({ state }) => state.v },
    },
    initialize: ({ input, next }) => void (next.x += input.u),
    update: {
      period,
      run: ({ t, input, state, next }) => {
        next.v[0] = state.x;
        next.v[1]! += input.u;
        next.x = (state.x + 0.5 * input.u + t) % 1009;
      },
    },
  });
}

/** One of the two among others, one of which reads it. */
export function box({ period, seed = 1, isAwaited }: Argument & { isAwaited: boolean }): System {
  const builder = new DiagramBuilder("box");
  const one = builder.add("one", (isAwaited ? awaiting : prompt)({ period, seed }));
  const two = builder.add("two", prompt({ period, seed: seed + 1 }));
  builder.exportInput("u", one.input("u"));
  builder.connect(one.output("x"), two.input("u"));
  builder.exportOutput("x", two.output("x"));
  builder.exportOutput("v", one.output("v"));
  return builder.build();
}

/** Rejects at a second. */
export function rejecting({ period, at = 0 }: Argument): LeafSystem<Ports, Ports> {
  return defineSystem({
    name: "rejecting",
    async: true,
    update: {
      period,
      run: async ({ t }) => {
        await turn();
        if (t === at) throw new RangeError("no answer from the far end");
      },
    },
  });
}

/** Does not settle at a second. */
export function endless({ period, at = 0 }: Argument): LeafSystem<Ports, Ports> {
  return defineSystem({
    name: "endless",
    async: true,
    update: { period, run: ({ t }) => t === at ? new Promise<void>(() => {}) : undefined },
  });
}

/** Returns a promise though it is not async. */
export function lying({ period }: Argument): LeafSystem<Ports, Ports> {
  return defineSystem({ name: "lying", update: { period, run: (() => turn()) as never } });
}

/** Delegates what would have to be awaited to its own realm. */
export function nesting({ period }: Argument): System {
  const builder = new DiagramBuilder("nesting");
  builder.add("inner", delegate(awaiting({ period }), { mode: "direct", period }));
  return builder.build();
}
