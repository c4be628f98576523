/**
 * All together: tellers get ready, and none opens before all are prepared.
 *
 * - A barrier lets its parties proceed when the last has arrived, and then serves the next generation.
 * - Each party gets its arrival index; the first to arrive (index 0) counts as the leader of the generation.
 */

import { type AnyProgram, defineProgram, ensure } from "../program/mod.ts";
import { barrier, cell } from "../sync/mod.ts";

/** The program `barrier`. */
export const barrierProgram: AnyProgram = defineProgram({
  name: "barrier",
  claim: "In every generation, all tellers are prepared before any is ready, and one of them leads.",
  module: import.meta.url,
  parameters: {
    tellers: { default: 3, min: 1, max: 8, description: "how many tellers wait for each other" },
    generations: { default: 2, min: 1, max: 100_000, description: "how many generations there are" },
  },
  shared: ({ parameters: { tellers } }) => ({
    gate: barrier(tellers),
    prepared: cell(),
    ready: cell(),
    leaders: cell(),
  }),
  *outcome({ ready, leaders }) {
    return { ready: yield* ready.load(), leaders: yield* leaders.load() };
  },
  tasks: ({ parameters: { tellers, generations } }) =>
    Array.from({ length: tellers }, (_, index) => ({
      name: `teller${index}`,
      *run({ gate, prepared, ready, leaders }) {
        for (let generation = 1; generation <= generations; generation++) {
          yield* prepared.add(1);
          const arrival = yield* gate.wait();
          const seen = yield* prepared.load();
          ensure(seen >= tellers * generation, "all are prepared");
          ensure(seen < tellers * (generation + 1), "nobody is two generations ahead");
          yield* ready.add(1);
          if (arrival === 0) yield* leaders.add(1);
        }
      },
    })),
  expected: ({ parameters: { tellers, generations } }) => [{ ready: tellers * generations, leaders: generations }],
});
