import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  adder,
  busy,
  clock,
  constant,
  delay,
  gain,
  integrator,
  type Log,
  logSink,
  mapSignal,
  printer,
  table,
  unitDelay,
  zeroOrderHold,
} from "../../lib/blocks/mod.ts";
import { DiagramBuilder, type LeafSystem, openContext, type Ports } from "../../lib/diagram/mod.ts";
import { type RealClock, Simulator } from "../../lib/simulator/mod.ts";
import { runs } from "../contracts/soak.ts";

const number = fc.double({ min: -1e6, max: 1e6, noNaN: true });
/** Signals of one width: without a size numbers, else vectors of it. */
const signals: fc.Arbitrary<{ size: number | undefined; values: (number | number[])[] }> = fc.option(
  fc.integer({ min: 1, max: 4 }),
  { nil: undefined },
).chain((size) => {
  const value: fc.Arbitrary<number | number[]> = size === undefined
    ? number
    : fc.array(number, { minLength: size, maxLength: size });
  return fc.record({ size: fc.constant(size), values: fc.array(value, { minLength: 1, maxLength: 12 }) });
});

const sized = (size: number | undefined) => size === undefined ? {} : { size };
const numbers = (value: unknown): number[] => typeof value === "number" ? [value] : [...value as Iterable<number>];

/** What a block with input u shows in (t_k, t_(k+1)) for each k, where u is `values[k]` at t_k. */
async function shown(block: LeafSystem<Ports, Ports>, options: {
  values: readonly (number | readonly number[])[];
  period: number;
  offset: number;
}): Promise<{ before: number[]; after: number[][] }> {
  const { values, period, offset } = options;
  await using simulator = new Simulator(block);
  simulator.fix("u", values[0]);
  await simulator.initialize();
  await simulator.advanceTo(offset);
  const before = numbers(simulator.context.output("y"));
  const after: number[][] = [];
  for (const [k, value] of values.entries()) {
    simulator.fix("u", value);
    await simulator.advanceTo(offset + (k + 0.5) * period);
    after.push(numbers(simulator.context.output("y")));
  }
  return { before, after };
}

const timing = fc.record({ period: fc.constantFrom(0.1, 0.25, 1 / 3, 2), offset: fc.constantFrom(0, 0.1, 0.7) });

Deno.test("zeroOrderHold(), unitDelay() and delay() show u of this event, of the one before and of `steps` before", async () => {
  await fc.assert(
    fc.asyncProperty(signals, timing, fc.nat(4), number, async ({ size, values }, timing, steps, initial) => {
      const options = { ...timing, ...sized(size), initial };
      const start = new Array(size ?? 1).fill(initial);
      const blocks = [
        [zeroOrderHold(options), 0],
        [unitDelay(options), 1],
        [delay({ ...options, steps }), steps],
      ] as const;
      for (const [block, by] of blocks) {
        const { before, after } = await shown(block, { values, ...timing });
        assertEquals(before, start);
        assertEquals(after, values.map((_, k) => k < by ? start : numbers(values[k - by])));
      }
    }),
    { numRuns: runs(60) },
  );
});

Deno.test("integrator() shows initial + period * u_0 + ... + period * u_k, added in that order", async () => {
  await fc.assert(
    fc.asyncProperty(signals, timing, number, async ({ size, values }, timing, initial) => {
      const { before, after } = await shown(integrator({ ...timing, ...sized(size), initial }), { values, ...timing });
      const x = new Array(size ?? 1).fill(initial);
      assertEquals(before, x);
      for (const [k, value] of values.entries()) {
        numbers(value).forEach((u, index) => x[index] += timing.period * u);
        assertEquals(after[k], x);
      }
    }),
    { numRuns: runs(100) },
  );
});

Deno.test("delay() refuses a number of steps that is none", () => {
  for (const steps of [-1, 0.5, NaN, Infinity]) {
    assertThrows(() => delay({ period: 1, steps }), RangeError, `Cannot delay by ${steps} steps`);
  }
});

Deno.test("gain() is factor * u, and adder() the sum in the order of its inputs", () => {
  fc.assert(
    fc.property(signals, number, ({ size, values }, factor) => {
      const scaled = openContext(gain({ factor, ...sized(size) }));
      const sum = openContext(adder({ terms: values.length, ...sized(size) }));
      values.forEach((value, index) => {
        scaled.writer.fix("u", value);
        assertEquals(numbers(scaled.context.output("y")), numbers(value).map((u) => factor * u));
        sum.writer.fix(`u${index}`, value);
      });
      const expected = values.map(numbers).reduce((total, value) => total.map((u, index) => u + value[index]!));
      assertEquals(numbers(sum.context.output("y")), expected);
    }),
    { numRuns: runs(200) },
  );
  for (const terms of [0, -1, 1.5, NaN]) assertThrows(() => adder({ terms }), RangeError, `an adder of ${terms} terms`);
});

Deno.test("constant() is its value at any time, and clock() the time", () => {
  fc.assert(fc.property(signals, fc.double({ min: 0, max: 1e9, noNaN: true }), ({ values: [value] }, t) => {
    const [fixed, time] = [openContext(constant({ value: value! })), openContext(clock())];
    for (const { writer } of [fixed, time]) writer.setTime(t);
    assertEquals(numbers(fixed.context.output("y")), numbers(value));
    assertEquals(time.context.output("t"), t);
  }));
});

Deno.test("table() shows row k over (k * period, (k + 1) * period], row 0 at 0 and the last row for ever", async () => {
  await fc.assert(
    fc.asyncProperty(signals, fc.constantFrom(0.1, 0.25, 1 / 3), async ({ values }, period) => {
      await using simulator = new Simulator(table({ period, rows: values }));
      await simulator.initialize();
      assertEquals(numbers(simulator.context.output("y")), numbers(values[0]));
      for (let k = 0; k < values.length + 3; k++) {
        const row = numbers(values[Math.min(k, values.length - 1)]);
        await simulator.advanceTo((k + 0.5) * period);
        assertEquals(numbers(simulator.context.output("y")), row);
        await simulator.advanceTo(period + k * period);
        assertEquals(numbers(simulator.context.output("y")), row, "its end belongs to the interval");
      }
    }),
    { numRuns: runs(60) },
  );
  assertThrows(() => table({ period: 1, rows: [] }), RangeError, "Cannot make a table: it has no rows");
});

Deno.test("logSink() logs t and u at each of its instants, or without a period at each step of the run", async () => {
  const builder = new DiagramBuilder("logs");
  const time = builder.add("time", clock());
  const [timed, every] = [logSink({ period: 0.2, offset: 0.1 }), logSink()];
  builder.connect(time.output("t"), builder.add("timed", timed).input("u") as never);
  builder.connect(time.output("t"), builder.add("every", every).input("u") as never);
  const pair = builder.add("pair", constant({ value: [1, 2] }));
  builder.connect(pair.output("y"), builder.add("vectors", logSink({ period: 0.5, size: 2 })).input("u"));
  await using simulator = new Simulator(builder.build());
  await simulator.initialize();
  await simulator.advanceTo(0.65);
  const log = (path: string) => simulator.context.state("log", path) as Log;
  const [one, three, five] = [0.1, 0.1 + 0.2, 0.1 + 2 * 0.2];
  assertEquals(log("timed"), { t: [one, three, five], u: [[one], [three], [five]] });
  // The instant at 0.5 s is named by the smaller period.
  assertEquals(log("every").t, [0, one, three, five]);
  assertEquals(log("vectors"), { t: [0, five], u: [[1, 2], [1, 2]] });
});

Deno.test("logSink() sees the values before the updates of its instant", async () => {
  const builder = new DiagramBuilder("before");
  const time = builder.add("time", clock());
  const hold = builder.add("hold", zeroOrderHold({ period: 0.5, initial: -1 }));
  const sink = builder.add("sink", logSink({ period: 0.5 }));
  builder.connect(time.output("t") as never, hold.input("u"));
  builder.connect(hold.output("y"), sink.input("u"));
  await using simulator = new Simulator(builder.build());
  await simulator.initialize();
  await simulator.advanceTo(1.5);
  assertEquals((simulator.context.state("log", "sink") as Log).u, [[-1], [0], [0.5], [1]]);
});

Deno.test("printer() hands over the row of each of its instants, three significant digits each", async () => {
  const lines: string[] = [];
  const builder = new DiagramBuilder("printed");
  const time = builder.add("time", clock());
  const plain = builder.add("plain", printer({ period: 0.1, print: (line) => lines.push(line) }));
  const labeled = builder.add(
    "labeled",
    printer({ period: 1, offset: 0.25, label: "2 print", print: (line) => lines.push(line) }),
  );
  for (const part of [plain, labeled]) builder.connect(time.output("t"), part.input("y"));
  await using simulator = new Simulator(builder.build());
  await simulator.initialize();
  await simulator.advanceTo(0.35);
  assertEquals(lines, [
    "[0 print] t=0, y=0",
    "[0 print] t=0.1, y=0.1",
    "[0 print] t=0.2, y=0.2",
    "[2 print] t=0.25, y=0.25",
    "[0 print] t=0.3, y=0.3",
  ]);
});

Deno.test("busy() shows u + 1 of initialization, then of each update, however it burns", async () => {
  let time = 0;
  // Each look at the clock takes 7 ms.
  const ticking: RealClock = { now: () => time += 7, sleepUntil: () => Promise.resolve(), breathe: () => undefined };
  for (const burn of ["wall", "cpu", "none"] as const) {
    await fc.assert(
      fc.asyncProperty(fc.array(number, { minLength: 2, maxLength: 8 }), async ([first, ...values]) => {
        await using simulator = new Simulator(busy({ period: 0.1, burn, work: 100 }), { clock: ticking });
        simulator.fix("u", first);
        const before = time;
        await simulator.initialize();
        assertEquals(time, before, "initialization burns nothing");
        assertEquals(simulator.context.output("y"), first! + 1);
        for (const [k, value] of values.entries()) {
          simulator.fix("u", value);
          const start = time;
          await simulator.advanceTo((k + 1) * 0.1);
          if (burn === "wall") assert(time - start >= 100, "an update burns its period");
          assertEquals(simulator.context.output("y"), value + 1);
        }
      }),
      { numRuns: runs(10) },
    );
  }
});

Deno.test("mapSignal() keeps a number a number and a vector a vector", () => {
  assertEquals(mapSignal(2, (u, v = 0) => u - v, 5), -3);
  assertEquals(mapSignal([1, 2], (u, v = 0, w = 0) => u + v * w, [10, 20], 3), Float64Array.of(31, 62));
  assertEquals(mapSignal([1], (u) => u), Float64Array.of(1));
});

Deno.test("table() refuses rows of different lengths when it is made, and delay() is as long as it is told to be", async () => {
  for (
    const [rows, message] of [
      [[[1, 2], [3]], "Cannot make a table: row 1 is of 1 numbers, 2 numbers as in row 0 are wanted"],
      [[1, [2]], "Cannot make a table: row 1 is of 1 numbers, a number as in row 0 is wanted"],
      [[[1], 2], "Cannot make a table: row 1 is a number, 1 numbers as in row 0 are wanted"],
    ] as const
  ) {
    assertThrows(() => table({ period: 1, rows }), RangeError, message);
  }
  await using simulator = new Simulator(delay({ period: 1, steps: 1000, initial: -1 }));
  await simulator.initialize();
  const seen: unknown[] = [];
  for (let k = 0; k < 1003; k++) {
    simulator.fix("u", k);
    await simulator.advanceTo(k);
    await simulator.advancePendingEvents();
    seen.push(simulator.context.output("y"));
  }
  assertEquals(seen.slice(0, 1000), Array(1000).fill(-1));
  assertEquals(seen.slice(1000), [0, 1, 2]);
});
