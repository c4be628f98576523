import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { compare, exact, type Rational, type Timing } from "../../lib/diagram/mod.ts";
import { EventQueue } from "../../lib/simulator/event_queue.ts";
import { Timeline } from "../../lib/simulator/mod.ts";
import { timings } from "../arbitraries/diagrams.ts";
import { runs } from "../contracts/soak.ts";

/** Timings on a small grid, and others whose common grid is beyond what integers of a double count. */
const some = fc.oneof(
  { weight: 3, arbitrary: timings() },
  {
    weight: 1,
    arbitrary: fc.constantFrom({ period: 1 / 9973, offset: 0 }, { period: 0.123456789012345, offset: 1 / 7919 }),
  },
);
const time = fc.tuple(fc.integer({ min: -50, max: 300 }), fc.constantFrom(1n, 30n, 100n, 7n)).map(
  ([num, den]): Rational => ({ num: BigInt(num), den }),
);

/** The first instant at or after a time, as the timeline finds it. */
function first(timeline: Timeline, from: Rational) {
  return timeline.instantAt(from) ?? timeline.next(from);
}

Deno.test("EventQueue gives the instants of the Timeline, from any time on, on any grid", () => {
  fc.assert(
    fc.property(
      fc.array<Timing>(some, { maxLength: 6 }),
      time,
      fc.array(fc.nat(8), { maxLength: 4 }),
      (list, from, leaps) => {
        const [queue, timeline] = [new EventQueue(list), new Timeline(list)];
        queue.seek(from);
        let wanted = first(timeline, from);
        for (const steps of [20, ...leaps]) {
          for (let step = 0; step < steps; step++) {
            const instant = queue.peek();
            assertEquals(instant?.due, wanted?.due);
            assertEquals([instant?.t, instant?.named], [wanted?.t, wanted?.named]);
            if (instant === undefined || wanted === undefined) return;
            assertEquals(compare(instant.exact, wanted.exact), 0);
            for (const limit of [from, wanted.exact, exact(steps)]) {
              assertEquals(Math.sign(queue.order(queue.limit(limit))), compare(wanted.exact, limit));
            }
            queue.skip();
            wanted = timeline.next(wanted.exact);
          }
          const leap = { num: from.num + BigInt(steps), den: from.den };
          queue.seek(leap);
          wanted = first(timeline, leap);
        }
      },
    ),
    { numRuns: runs(300) },
  );
});

Deno.test("EventQueue goes on where ticks leave the integers that a double counts", () => {
  const list = [{ period: 2 ** 40, offset: 0 }, { period: 1 / 1024, offset: 0 }];
  const [queue, timeline] = [new EventQueue(list), new Timeline(list)];
  const from = { num: 2n ** 41n - 1n, den: 1n };
  queue.seek(from);
  let wanted = first(timeline, from);
  for (let step = 0; step < 3000; step++) {
    assertEquals([queue.peek()?.t, queue.peek()?.due], [wanted?.t, wanted?.due]);
    queue.skip();
    wanted = timeline.next(wanted!.exact);
  }
});
