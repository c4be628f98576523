import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { ticksOf } from "../../lib/picture/ticks.ts";
import { runs } from "../contracts/soak.ts";

const bound = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.double({ min: -100, max: 100, noNaN: true }),
);
const range = fc.tuple(bound, bound).filter(([one, other]) => one !== other).map((bounds) => {
  const [from = 0, to = 1] = bounds.toSorted((one, other) => one - other);
  return { from, to };
});

Deno.test("ticksOf() gives ascending numbers that their labels read as, within the range or just around it", () => {
  fc.assert(
    fc.property(range, fc.integer({ min: 1, max: 12 }), fc.boolean(), ({ from, to }, most, around) => {
      const ticks = ticksOf({ from, to }, { most, around });
      const values = ticks.map(({ value }) => value);
      assertEquals(values, [...new Set(values)].toSorted((one, other) => one - other));
      for (const { value, label } of ticks) assertEquals(Number(label), value, label);
      const [first = NaN, last = NaN] = [values[0], values.at(-1)];
      // The least doubles are too few for round numbers.
      if (to - from > 1e-300) assert(ticks.length <= most + 3, `${ticks.length} ticks`);
      if (around) assert(ticks.length >= 2, "at least two");
      // A rounding more or less is not seen.
      const rounding = 1e-8 * (to / 2 - from / 2) + Number.MIN_VALUE;
      if (!around) assert(values.length === 0 || (first >= from - rounding && last <= to + rounding));
      else if (Math.max(Math.abs(from), Math.abs(to)) < 1e300) {
        assert(first <= from + rounding && last >= to - rounding, values.join());
      }
    }),
    { numRuns: runs(500) },
  );
});

Deno.test("ticksOf() writes round numbers, with as many digits as tell them apart", () => {
  const labels = (from: number, to: number) => ticksOf({ from, to }, { most: 5 }).map(({ label }) => label).join(" ");
  assertEquals(labels(0, 0.4), "0 0.1 0.2 0.3 0.4");
  assertEquals(labels(-3, 7), "-2 0 2 4 6");
  assertEquals(labels(0.995, 1.005), "0.996 0.998 1.000 1.002 1.004");
  assertEquals(labels(0, 4e6), "0 1e6 2e6 3e6 4e6");
  assertEquals(labels(0, 2e-5), "0 5e-6 1.0e-5 1.5e-5 2.0e-5");
  assertEquals(labels(1e15, 1e15 + 1), "1000000000000000 1000000000000001");
});
