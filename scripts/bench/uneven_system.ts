/**
 * A system whose updates take 0.2 and 1.6 periods of real time in turn: 0.9 in the mean.
 */

import { defineSystem, type LeafSystem, type Ports, scalar } from "../../mod.ts";

/** Makes it; `first` says whether an even update is a long one. */
export function uneven({ period, first }: { period: number; first: boolean }): LeafSystem<Ports, Ports> {
  return defineSystem({
    name: "uneven",
    state: { n: scalar() },
    outputs: { n: { type: scalar(), value: ({ state }) => state.n } },
    update: {
      period,
      run: ({ state, next }) => {
        const end = performance.now() + period * 1000 * ((state.n % 2 === 0) === first ? 1.6 : 0.2);
        while (performance.now() < end);
        next.n = state.n + 1;
      },
    },
  });
}
