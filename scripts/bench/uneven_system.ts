/**
 * A system whose updates alternate between 0.2 and 1.6 periods of real time, 0.9 on average.
 */

import { defineSystem, type LeafSystem, scalar } from "../../mod.ts";

/** Makes the system; `first` says whether even updates are the long ones. */
export function uneven({ period, first }: { period: number; first: boolean }): LeafSystem {
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
