/**
 * A driver that is stopped while work is added: the worker may act on a driver that has stopped. The fixed twin counts its
 * work before it looks.
 *
 * @module
 */

import type { Steps } from "../../../lib/memory/mod.ts";
import { defineProgram, ensure } from "../../../lib/program/mod.ts";
import { cell, lock, type Shared } from "../../../lib/sync/mod.ts";

const things = () => ({
  g: lock(),
  pendingIo: cell({ initial: 1 }),
  stoppingFlag: cell(),
  stoppingEvent: cell(),
  stopped: cell(),
});

type Driver = Shared<ReturnType<typeof things>>;

function* increment({ g, pendingIo }: Driver): Steps<void> {
  using _held = yield* g.lock();
  yield* pendingIo.store((yield* pendingIo.load()) + 1);
}

function* decrement({ g, pendingIo, stoppingEvent }: Driver): Steps<void> {
  let left: number;
  {
    using _held = yield* g.lock();
    left = (yield* pendingIo.load()) - 1;
    yield* pendingIo.store(left);
  }
  if (left === 0) yield* stoppingEvent.store(1);
}

/** See the module. */
export const bluetooth = defineProgram({
  name: "bluetooth",
  claim: "A stopped driver does no work.",
  variants: ["plain", "fixed"],
  specimens: ["plain"],
  shared: things,
  tasks: ({ variant }) => [
    {
      name: "stop",
      *run(driver) {
        yield* driver.stoppingFlag.store(1);
        yield* decrement(driver);
        if ((yield* driver.stoppingEvent.load()) === 1) yield* driver.stopped.store(1);
      },
    },
    {
      name: "add",
      *run(driver) {
        const isFixed = variant === "fixed";
        // Who counts first cannot be overtaken between its look and its count.
        if (isFixed) yield* increment(driver);
        const runs = (yield* driver.stoppingFlag.load()) === 0;
        if (runs && !isFixed) yield* increment(driver);
        if (runs) ensure((yield* driver.stopped.load()) === 0, "the driver has not stopped");
        yield* decrement(driver);
      },
    },
  ],
  outcome: function* () {},
  expected: () => () => true,
});
