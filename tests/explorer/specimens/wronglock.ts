/**
 * Data under a lock, which others change under another lock.
 *
 * @module
 */

import { defineProgram, ensure } from "../../../lib/program/mod.ts";
import { cell, lock, type Shared } from "../../../lib/sync/mod.ts";

const things = () => ({ dataLock: lock(), thisLock: lock(), data: cell() });

type Things = Shared<ReturnType<typeof things>>;

/** See the module. */
export const wronglock = defineProgram({
  name: "wronglock",
  claim: "Under the lock nobody else changes the data.",
  variants: ["plain", "fixed"],
  specimens: ["plain"],
  shared: things,
  tasks: ({ variant }) => [
    {
      name: "a",
      *run({ dataLock, data }) {
        using _held = yield* dataLock.lock();
        const before = yield* data.load();
        yield* data.store((yield* data.load()) + 1);
        ensure((yield* data.load()) === before + 1, "one was added");
      },
    },
    ...["b", "c", "d"].map((name) => ({
      name,
      *run({ dataLock, thisLock, data }: Things) {
        using _held = yield* (variant === "fixed" ? dataLock : thisLock).lock();
        yield* data.store((yield* data.load()) + 1);
      },
    })),
  ],
  outcome: ({ data }) => data.load(),
  expected: () => (outcome) => typeof outcome === "number",
});
