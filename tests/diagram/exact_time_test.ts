import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  checkedTiming,
  compare,
  defineSystem,
  DiagramBuilder,
  exact,
  nearest,
  scalar,
  shownTime,
  snapped,
  sum,
} from "../../lib/diagram/mod.ts";
import { zeroOrderHold } from "../../lib/blocks/mod.ts";
import { Simulator } from "../../lib/simulator/mod.ts";
import { runs } from "../contracts/soak.ts";

Deno.test("A period that was computed meets the one that was written: n * h, h * n and sums", () => {
  const hundredths = fc.integer({ min: 1, max: 200 });
  fc.assert(
    fc.property(hundredths, fc.integer({ min: 1, max: 30 }), (h, n) => {
      const wanted = { num: BigInt(h * n), den: 100n };
      assertEquals(compare(exact(checkedTiming("a test", n * (h / 100)).period), wanted), 0, `${n} * ${h / 100}`);
      assertEquals(compare(exact(checkedTiming("a test", 1, n * (h / 100)).offset), wanted), 0);
    }),
    { numRuns: runs(2000), examples: [[10, 3], [7, 3]] },
  );
});

Deno.test("snapped() moves a number by at most two places, once, and leaves alone what stands for itself", () => {
  const numbers = fc.oneof(
    fc.double({ min: 1e-9, max: 1e9, noNaN: true }),
    fc.tuple(fc.integer({ min: 1, max: 999 }), fc.integer({ min: 1, max: 999 })).map(([p, q]) => p / q),
    fc.integer({ min: 1, max: 1e9 }).map((digits) => digits / 1e6),
  );
  const bits = (x: number) => new DataView(Float64Array.of(x).buffer).getBigInt64(0, true);
  fc.assert(
    fc.property(numbers, (x) => {
      const near = snapped(x);
      const places = bits(near) - bits(x);
      assert(places >= -2n && places <= 2n);
      assertEquals(snapped(near), near);
      const { num, den } = exact(x);
      if (num * den <= 100_000_000n || Number(x.toPrecision(15)) === x) assertEquals(near, x);
    }),
    { numRuns: runs(2000) },
  );
});

/** Counts at 0.1 into a hold. */
function held(timing: { period: number; offset?: number }) {
  const builder = new DiagramBuilder("held");
  const count = builder.add(
    "count",
    defineSystem({
      name: "count",
      state: { n: scalar() },
      outputs: { n: { type: scalar(), value: ({ state }) => state.n } },
      update: { period: 0.1, run: ({ state, next }) => void (next.n = state.n + 1) },
    }),
  );
  const hold = builder.add("hold", zeroOrderHold(timing));
  builder.connect(count.output("n"), hold.input("u" as never));
  builder.exportOutput("n", count.output("n"));
  builder.exportOutput("y", hold.output("y"));
  return builder.build();
}

Deno.test("A hold of 3 * 0.1 holds what one of 0.3 holds, and t never steps back", async () => {
  for (
    const [computed, written] of [
      [{ period: 3 * 0.1 }, { period: 0.3 }],
      [{ period: 0.3, offset: 0.1 + 0.2 }, { period: 0.3, offset: 0.3 }],
      [{ period: 0.7 * 3 }, { period: 2.1 }],
    ] as const
  ) {
    const rows = [];
    for (const timing of [computed, written]) {
      await using simulator = new Simulator(held(timing));
      await simulator.initialize();
      await simulator.advanceTo(3);
      rows.push(simulator.trace.rows());
    }
    assertEquals(rows[0], rows[1]);
    const times = rows[0]!.map(([t]) => t!);
    assert(times.every((t, row) => row === 0 || t > times[row - 1]!));
  }
});

Deno.test("t never steps back, whatever the timings and boundaries", async () => {
  // Any doubles, near each other: what is due at one instant and what is not is decided by a few places.
  const near = fc.tuple(fc.constantFrom(0.1, 0.3, 1 / 3, 0.7), fc.integer({ min: -6, max: 6 })).map(([x, places]) =>
    x * (1 + places * 2 ** -53)
  );
  const timing = fc.record({ period: near, offset: fc.oneof(fc.constant(0), near) });
  // Two periods of all digits, k of one within some places of j of the other: their products round past each other.
  const meeting = fc.tuple(
    fc.double({ min: 0.2, max: 1, noNaN: true }),
    fc.integer({ min: 1, max: 9 }),
    fc.integer({ min: -4, max: 4 }),
  )
    .map(([period, k, places]) => [{ period, offset: 0 }, { period: k * period * (1 + places * 2 ** -53), offset: 0 }]);
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(fc.array(timing, { minLength: 1, maxLength: 4 }), meeting),
      fc.array(near),
      async (list, stops) => {
        const run = async (boundaries: readonly number[]) => {
          const seen: number[] = [];
          const builder = new DiagramBuilder("times");
          list.forEach((timing, index) =>
            builder.add(
              `p${index}`,
              defineSystem({
                name: "notes",
                publish: { ...timing, run: ({ t }) => void seen.push(t) },
                update: { ...timing, run: () => {} },
              }),
            )
          );
          await using simulator = new Simulator(builder.build());
          await simulator.initialize();
          for (const boundary of boundaries) await simulator.advanceTo(boundary);
          return seen;
        };
        const long = await run([9]);
        assert(long.every((t, index) => index === 0 || t >= long[index - 1]!));
        assertEquals(await run([...stops.toSorted((a, b) => a - b), 9]), long);
      },
    ),
    {
      numRuns: runs(100),
      examples: [[[{ period: 0.586367306123943, offset: 0 }, { period: 5.277305755115487, offset: 0 }], []]],
    },
  );
});

Deno.test("shownTime() leaves out the places that are rounding", () => {
  assertEquals([3 * 0.1, 0, 1e9 + 0.5, -0.25].map(shownTime), ["0.3", "0", "1000000000.5", "-0.25"]);
});

Deno.test("snapped() finds each small rational from the numbers within two places of it, and exact() is what it is", () => {
  const small = fc.integer({ min: 1, max: 100_000_000 }).chain((num) =>
    fc.integer({ min: 1, max: Math.floor(100_000_000 / num) }).map((den) => num / den)
  );
  const any = fc.oneof(
    small,
    fc.double({ min: 1e-9, max: 1e12, noNaN: true }),
    fc.integer({ min: 1 }).map((n) => n / 1000),
  );
  fc.assert(
    fc.property(any, fc.integer({ min: -2, max: 2 }), fc.boolean(), (x, places, isNegative) => {
      const bits = new BigUint64Array(Float64Array.of(x).buffer);
      bits[0] = bits[0]! + BigInt(places);
      const [y = x] = new Float64Array(bits.buffer);
      const sign = isNegative ? -1 : 1;
      const snap = snapped(y);
      assertEquals(snapped(sign * y), sign * snap);
      assertEquals(nearest(exact(sign * y)), sign * y, "what a number stands for rounds to it");
      assertEquals(snapped(snap), snap);
      const stands = snapped(x) === x && (() => {
        const { num, den } = exact(x);
        return num * den <= 100_000_000n;
      })();
      // The number itself may be a decimal.
      if (stands && snap !== y) assertEquals(snap, x);
    }),
    { numRuns: runs(3000) },
  );
});

Deno.test("nearest() is the number that a division of integers as large as that rounds to; sum() is exact", () => {
  const part = fc.record({ num: fc.bigInt(-(2n ** 90n), 2n ** 90n), den: fc.bigInt(1n, 2n ** 90n) });
  fc.assert(
    fc.property(part, part, (one, other) => {
      const x = nearest(one);
      const whole = sum(one, other);
      assertEquals(whole.num * one.den * other.den, (one.num * other.den + other.num * one.den) * whole.den);
      if (Math.abs(x) < 1e-200 || one.num === 0n) return;
      // Nobody between the number and its neighbors is nearer.
      const bits = new BigUint64Array(Float64Array.of(x).buffer);
      const distance = (y: number) => {
        const scaled = BigInt(Math.round(y * 2 ** Math.max(0, 60 - Math.floor(Math.log2(Math.abs(x))))));
        const scale = 2n ** BigInt(Math.max(0, 60 - Math.floor(Math.log2(Math.abs(x)))));
        const difference = scaled * one.den - one.num * scale;
        return difference < 0n ? -difference : difference;
      };
      for (const places of [1n, -1n]) {
        const [y = x] = new Float64Array(BigUint64Array.of(bits[0]! + places).buffer);
        assert(distance(x) <= distance(y));
      }
    }),
    { numRuns: runs(500) },
  );
});
