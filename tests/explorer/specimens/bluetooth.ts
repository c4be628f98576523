/**
 * A driver that is stopped while work is added: the worker may act on a driver that has stopped.
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
  specimens: ["plain"],
  shared: things,
  tasks: () => [
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
        let runs = false;
        if ((yield* driver.stoppingFlag.load()) === 0) {
          using _held = yield* driver.g.lock();
          yield* driver.pendingIo.store((yield* driver.pendingIo.load()) + 1);
          runs = true;
        }
        if (runs) ensure((yield* driver.stopped.load()) === 0, "the driver has not stopped");
        yield* decrement(driver);
      },
    },
  ],
  outcome: function* () {},
  expected: () => () => true,
});
