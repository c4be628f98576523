import { assertEquals } from "@std/assert";
import { cell, type Lock, lock, type SharedCell } from "../../lib/sync/mod.ts";
import { scenario, testPrimitive } from "../contracts/primitive_contract.ts";

function* increment({ guard, count }: { guard: Lock; count: SharedCell<"i32"> }) {
  for (let time = 0; time < 3; time++) {
    using held = yield* guard.lock();
    if (held.ownerDied !== undefined) yield* held.markConsistent();
    yield* count.store((yield* count.load()) + 1);
  }
}

testPrimitive(
  "Lock",
  [false, true].map((fair) =>
    scenario({
      name: `increments, fair=${fair}`,
      things: () => ({ guard: lock({ fair }), count: cell({ order: "plain" }) }),
      tasks: [increment, increment, increment],
      atEnd: ({ guard, count }, { interrupted }) => {
        assertEquals(guard.lockedSync(), false);
        if (interrupted === undefined) assertEquals(count.loadSync(), 9);
      },
      afterDeath: "recovers",
    })
  ),
);
