import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { draw, durationOf, median, timed, timedAsync } from "../../lib/programs/timed.ts";
import type { Span } from "../../lib/simulator/mod.ts";
import { runs } from "../contracts/soak.ts";

function timer(): { guest: string; now: () => number } {
  let time = 5;
  return { guest: "worker0", now: () => time++ };
}

Deno.test("timed() and timedAsync() say who did the work, from when to when, and what came of it", async () => {
  const wanted = { guest: "worker0", started: 5, finished: 6, value: "done" };
  assertEquals(timed(timer(), () => "done"), wanted);
  assertEquals(await timedAsync(timer(), () => Promise.resolve("done")), wanted);
  assertEquals(durationOf({ ...wanted, finished: 9 }), 4);
});

Deno.test("draw() gives the value, and a span to whoever draws", () => {
  const work = { guest: "main", started: 1, finished: 3, value: 7 };
  const spans: Span[] = [];
  assertEquals([draw(undefined, work), draw((span) => void spans.push(span), work, "start-up")], [7, 7]);
  draw((span) => void spans.push(span), work);
  const span = { lane: "main", started: 1, finished: 3, t: 3 };
  assertEquals(spans, [{ ...span, name: "start-up" }, { ...span, name: "running" }]);
});

Deno.test("median() has as many numbers below as above", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 1 }), (numbers) => {
      const middle = median(numbers);
      const below = numbers.filter((number) => number < middle).length;
      const above = numbers.filter((number) => number > middle).length;
      assertEquals(Math.max(below, above) <= numbers.length / 2, true);
      assertEquals(median([...numbers, ...numbers]), median(numbers.toReversed()));
    }),
    { numRuns: runs(100) },
  );
  assertEquals(median([]), NaN);
});
