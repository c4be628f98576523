/**
 * Systems for the laws of the modes: they echo, remember, and take random times.
 *
 * @module
 */

import { abstract, defineSystem, type LeafSystem, type Ports, scalar } from "../../lib/diagram/mod.ts";

/** Gives back what it was given last, of any type, and counts its updates. */
export function echo({ optional = false }: { optional?: boolean } = {}): LeafSystem<Ports, Ports> {
  return defineSystem({
    name: "echo",
    inputs: { u: abstract<unknown>(undefined, { optional }) },
    state: { n: scalar(0), last: abstract<unknown>(undefined) },
    outputs: {
      u: { type: abstract<unknown>(undefined), value: ({ input }) => input.u },
      last: { type: abstract<unknown>(undefined), feedthrough: [], value: ({ state }) => state.last },
      n: { type: scalar(), feedthrough: [], value: ({ state }) => state.n },
    },
    update: {
      period: 1,
      run: ({ input, state, next }) => {
        next.n = state.n + 1;
        next.last = input.u;
      },
    },
  });
}

let evaluations = 0;

/** Shows how often this realm has made it: 1 where the module is loaded afresh. */
export function evaluated(): LeafSystem<Ports, Ports> {
  const count = ++evaluations;
  return defineSystem({ name: "evaluated", outputs: { y: { type: scalar(), value: () => count } } });
}

/** What {@linkcode tardy} takes. */
export interface TardyArgument {
  readonly period: number;
  readonly offset?: number;
  /** Decides the delays. */
  readonly seed: number;
  /** The longest delay, in milliseconds; 0 for none. */
  readonly most: number;
}

/** Takes its time wherever it can; `y` and `both` are the same whatever it takes. */
export function tardy({ period, offset = 0, seed, most }: TardyArgument): LeafSystem<Ports, Ports> {
  const word = new Int32Array(new SharedArrayBuffer(4));
  let state = seed | 0;
  const linger = () => {
    if (most === 0) return;
    state = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x6d2b79f5 | 0;
    const choice = state >>> 8;
    const milliseconds = choice % (most + 1);
    if (choice % 3 === 0) return;
    if (choice % 3 === 1) Atomics.wait(word, 0, 0, milliseconds);
    else for (const end = performance.now() + milliseconds; performance.now() < end;);
  };
  linger();
  return defineSystem({
    name: "tardy",
    inputs: { u: scalar() },
    state: { x: scalar(seed % 10), n: scalar(0) },
    outputs: {
      y: { type: scalar(), feedthrough: [], value: ({ state }) => (linger(), state.x) },
      both: { type: scalar(), value: ({ input, state, t }) => (linger(), state.x + input.u + t) },
    },
    initialize: ({ input, next }) => {
      linger();
      next.x = input.u;
    },
    update: {
      period,
      offset,
      run: ({ t, input, state, next }) => {
        linger();
        next.x = (0.5 * state.x + input.u + t) % 1009;
        next.n = state.n + 1;
      },
    },
  });
}
