/**
 * Systems for the laws of the modes: they echo, remember, and take random times.
 *
 * @module
 */

import { abstract, defineSystem, type LeafSystem, type Ports, scalar } from "../../lib/diagram/mod.ts";

/** Gives back what it was given last, of any type, and counts its updates. */
export function echo({ period = 1 }: { period?: number } = {}): LeafSystem<Ports, Ports> {
  return defineSystem({
    name: "echo",
    inputs: { u: abstract<unknown>(undefined) },
    state: { n: scalar(0), last: abstract<unknown>(undefined) },
    outputs: {
      u: { type: abstract<unknown>(undefined), value: ({ input }) => input.u },
      last: { type: abstract<unknown>(undefined), feedthrough: [], value: ({ state }) => state.last },
      n: { type: scalar(), feedthrough: [], value: ({ state }) => state.n },
    },
    update: {
      period,
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
