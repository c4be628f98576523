/**
 * A buffer with one condition for those who put and those who take: a notify may wake the wrong one.
 *
 * @module
 */

import { defineProgram } from "../../../lib/program/mod.ts";
import { cell, condition, lock, type Shared } from "../../../lib/sync/mod.ts";

function things() {
  const m = lock({ owned: true });
  return { m, changed: condition({ lock: m }), items: cell() };
}

type Things = Shared<ReturnType<typeof things>>;

/** See the module. */
export const boundedBuffer = defineProgram({
  name: "bounded-buffer",
  claim: "All that is put is taken.",
  variants: ["plain", "fixed"],
  specimens: ["plain"],
  shared: things,
  tasks: ({ variant }) => {
    const tell = ({ changed }: Things) => variant === "fixed" ? changed.notifyAll() : changed.notify();
    return [
      ...["reader 1", "reader 2"].map((name) => ({
        name,
        *run(shared: Things) {
          const { m, changed, items } = shared;
          using _held = yield* m.lock();
          while ((yield* items.load()) === 0) yield* changed.wait();
          yield* items.add(-1);
          yield* tell(shared);
        },
      })),
      {
        name: "writer",
        *run(shared: Things) {
          const { m, changed, items } = shared;
          for (let time = 0; time < 2; time++) {
            using _held = yield* m.lock();
            while ((yield* items.load()) === 1) yield* changed.wait();
            yield* items.add(1);
            yield* tell(shared);
          }
        },
      },
    ];
  },
  outcome: ({ items }) => items.load(),
  expected: () => [0],
});
