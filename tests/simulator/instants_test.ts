import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { compare, eventTime, exact, exactTiming, type Rational, Timeline } from "../../lib/simulator/mod.ts";
import { eventIndex } from "../../lib/simulator/instants.ts";
import { type PlannedTiming, timings } from "../arbitraries/diagrams.ts";
import { runs } from "../contracts/soak.ts";

/** The double as a dyadic rational, without any rounding. */
function dyadic(x: number): Rational {
  let den = 1n;
  while (!Number.isInteger(x)) {
    x *= 2;
    den *= 2n;
  }
  return { num: BigInt(x), den };
}

const bits = new DataView(new ArrayBuffer(8));
function neighbor(x: number, step: bigint): number {
  bits.setFloat64(0, x);
  bits.setBigUint64(0, bits.getBigUint64(0) + step);
  return bits.getFloat64(0);
}

function between(one: Rational, other: Rational): Rational {
  return { num: one.num * other.den + other.num * one.den, den: 2n * one.den * other.den };
}

/** Whether the rational rounds to x, half to even: by definition, not by arithmetic on doubles. */
function roundsTo(rational: Rational, x: number): boolean {
  bits.setFloat64(0, x);
  const even = bits.getBigUint64(0) % 2n === 0n;
  const low = compare(between(dyadic(neighbor(x, -1n)), dyadic(x)), rational);
  const high = compare(rational, between(dyadic(x), dyadic(neighbor(x, 1n))));
  return even ? low <= 0 && high <= 0 : low < 0 && high < 0;
}

/** Finite doubles above 0 of any size that times have, and far beyond. */
function times(): fc.Arbitrary<number> {
  return fc.oneof(
    fc.double({ min: 1e-300, max: 1e300, noNaN: true }),
    fc.double({ min: 1e-9, max: 1e9, noNaN: true }),
    // Powers of two, where the spacing of doubles changes.
    fc.integer({ min: -60, max: 60 }).map((power) => 2 ** power),
    fc.tuple(fc.integer({ min: 1, max: 1000 }), fc.integer({ min: 1, max: 1000 })).map(([p, q]) => p / q),
  );
}

Deno.test("exact() gives a rational that rounds back to the number", () => {
  fc.assert(
    fc.property(times(), (x) => assert(roundsTo(exact(x), x))),
    { numRuns: runs(2000) },
  );
});

Deno.test("exact() of at most 15 significant digits is their decimal, or a small rational if there are 14 places", () => {
  const digits = fc.integer({ min: 1, max: 999_999_999_999_999 });
  fc.assert(
    fc.property(digits, fc.integer({ min: -30, max: 30 }), (integer, power) => {
      const scale = 10n ** BigInt(Math.abs(power));
      const decimal = power < 0 ? { num: BigInt(integer), den: scale } : { num: BigInt(integer) * scale, den: 1n };
      const is = exact(Number(`${integer}e${power}`));
      if (power >= -13) assertEquals(compare(is, decimal), 0);
      else assert(compare(is, decimal) === 0 || is.num * is.den <= 100_000_000n);
    }),
    { numRuns: runs(1000), examples: [[196078431372549, -16]] },
  );
});

Deno.test("exact() of p / q is p / q wherever p times q is at most 10^8", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 10_000 }), fc.integer({ min: 1, max: 10_000 }), (p, q) => {
      assertEquals(compare(exact(p / q), { num: BigInt(p), den: BigInt(q) }), 0);
    }),
    { numRuns: runs(2000), examples: [[1, 51], [100, 51]] },
  );
});

Deno.test("exact() of any other number has the smallest denominator of all that round to it", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 5000 }), fc.integer({ min: 1, max: 300 }), (p, q) => {
      const x = p / q;
      if (Number(x.toPrecision(15)) === x) return;
      const { num, den } = exact(x);
      assertEquals(compare({ num, den }, { num: BigInt(p), den: BigInt(q) }), 0);
      for (let smaller = 1n; smaller < den; smaller++) {
        const nearest = BigInt(Math.round(x * Number(smaller)));
        assert(!roundsTo({ num: nearest, den: smaller }, x), `${nearest}/${smaller} rounds to ${x} too`);
      }
    }),
    { numRuns: runs(100) },
  );
});

Deno.test("exact() of 1/n makes n periods end at 1", () => {
  for (let n = 1; n <= runs(2000); n++) {
    const end = eventTime({ period: exact(1 / n), offset: exact(0) }, BigInt(n));
    assertEquals(compare(end, exact(1)), 0, `n = ${n}`);
  }
});

Deno.test("exact() refuses what is no time", () => {
  for (const x of [NaN, Infinity, -Infinity]) {
    assertThrows(
      () => exact(x),
      RangeError,
      `Cannot use ${x} as a time: a finite number of seconds is wanted`,
    );
  }
  assertEquals(exact(-0), exact(0));
});

Deno.test("compare() is a total order", () => {
  const rational = fc.record({ num: fc.bigInt({ min: -20n, max: 20n }), den: fc.bigInt({ min: 1n, max: 6n }) });
  fc.assert(
    fc.property(rational, rational, rational, (a, b, c) => {
      assertEquals(compare(a, b), 0 - compare(b, a) + 0);
      assertEquals(Math.sign(compare(a, b)), Math.sign(Number(a.num) / Number(a.den) - Number(b.num) / Number(b.den)));
      if (compare(a, b) <= 0 && compare(b, c) <= 0) assert(compare(a, c) <= 0);
    }),
    { numRuns: runs(1000) },
  );
});

/** All events of all timings up to a number of seconds, one by one, as rationals. */
function allEvents(list: readonly PlannedTiming[], until: number) {
  const found: { index: number; k: number; time: Rational }[] = [];
  list.forEach(({ period, offset }, index) => {
    const timing = exactTiming({ period, offset });
    for (let k = 0; offset + k * period <= until; k++) found.push({ index, k, time: eventTime(timing, BigInt(k)) });
  });
  return found;
}

Deno.test("Timeline.next() and instantAt() walk through all events in order, as brute force finds them", () => {
  fc.assert(
    fc.property(fc.array(timings(), { minLength: 1, maxLength: 5 }), (list) => {
      const until = 1.5;
      const events = allEvents(list, until + 1);
      const sorted = events.map(({ time }) => time).sort(compare)
        .filter((time, index, all) => index === 0 || compare(all[index - 1]!, time) !== 0)
        .filter((time) => compare(time, exact(until)) <= 0);
      const timeline = new Timeline(list);
      let instant = timeline.instantAt(exact(0)) ?? timeline.next(exact(0));
      for (const time of sorted) {
        assert(instant !== undefined && compare(instant.exact, time) === 0);
        const due = events.filter((event) => compare(event.time, time) === 0);
        assertEquals(instant.due, due.map(({ index }) => index));
        // One t for everybody: the smallest period's, ties by the smallest offset.
        const [first] = due.map(({ index, k }) => ({ ...list[index]!, k })).sort((one, other) => {
          return one.period - other.period || one.offset - other.offset;
        });
        assertEquals(instant.t, first!.offset + first!.k * first!.period);
        assertEquals([instant.named.period, instant.named.offset], [first!.period, first!.offset]);
        const same = timeline.instantAt({ num: 7n * time.num, den: 7n * time.den });
        assertEquals([same?.t, same?.due], [instant.t, instant.due]);
        instant = timeline.next(time);
      }
    }),
    { numRuns: runs(200) },
  );
});

Deno.test("Timeline.next() after any time is the first event after it; instantAt() finds nothing between", () => {
  const time = fc.record({ num: fc.bigInt({ min: 0n, max: 300n }), den: fc.constantFrom(30n, 100n, 7n, 90n) });
  fc.assert(
    fc.property(fc.array(timings(), { minLength: 1, maxLength: 4 }), time, (list, after) => {
      const events = allEvents(list, Number(after.num) / Number(after.den) + 2).map((event) => event.time).sort(
        compare,
      );
      const timeline = new Timeline(list);
      assertEquals(compare(timeline.next(after)!.exact, events.find((event) => compare(event, after) > 0)!), 0);
      const at = timeline.instantAt(after);
      assertEquals(at !== undefined, events.some((event) => compare(event, after) === 0));
    }),
    { numRuns: runs(300) },
  );
});

Deno.test("Timeline without timings has no instants", () => {
  const timeline = new Timeline([]);
  assertEquals([timeline.next(exact(0)), timeline.instantAt(exact(0))], [undefined, undefined]);
});

Deno.test("Timeline has one t for 3 x 0.1 and 1 x 0.3, and for 30 x 1/30 and 1", () => {
  const timeline = new Timeline([0.3, 0.1, 1 / 30, 1].map((period) => ({ period, offset: 0 })));
  assertEquals(timeline.instantAt(exact(0.3))?.due, [0, 1, 2]);
  assertEquals(timeline.instantAt(exact(0.3))?.t, 9 * (1 / 30));
  assertEquals(timeline.instantAt(exact(1))?.due, [1, 2, 3]);
});

Deno.test("eventIndex() of the k-th event's time is k", () => {
  fc.assert(
    fc.property(timings(), fc.nat(100_000), ({ period, offset }, k) => {
      const timing = exactTiming({ period, offset });
      assertEquals(eventIndex(timing, eventTime(timing, BigInt(k))), BigInt(k));
    }),
    { numRuns: runs(500) },
  );
});
