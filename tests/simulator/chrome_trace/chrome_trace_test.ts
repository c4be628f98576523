import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { Host, loadSystem } from "../../../lib/host/mod.ts";
import { delegate, DiagramBuilder } from "../../../lib/diagram/mod.ts";
import { ChromeTrace, Simulator, type Span } from "../../../lib/simulator/mod.ts";
import { runs } from "../../contracts/soak.ts";
import { readTrace } from "../../e2e/chrome_trace.ts";

/** A time of today, in milliseconds since the epoch; doubles there are 1/4096 ms apart. */
const TODAY = 1_795_923_611_367;

/** Spans as clocks give them: their times are multiples of 1/4096 ms, in any order, and they may overlap. */
const spans = fc.array(
  fc.record({
    lane: fc.constantFrom("main", "busy0", "busy1"),
    name: fc.constantFrom("update", "release", "running", "wait"),
    from: fc.nat(50),
    ticks: fc.nat(20),
  }).map(({ lane, name, from, ticks }): Span => {
    return { lane, name, started: TODAY + from / 4096, finished: TODAY + (from + ticks) / 4096, t: 0 };
  }),
  { maxLength: 30 },
);

/** The spans of a trace as they are drawn. */
function drawn(told: readonly Span[]) {
  const trace = new ChromeTrace();
  const observe = trace.process("run");
  told.forEach(observe);
  return readTrace(JSON.stringify(trace));
}

Deno.test("ChromeTrace shows the spans of a lane side by side, each from when it began or the one before ended", () => {
  fc.assert(
    fc.property(spans, (told) => {
      const { lanes, start } = drawn(told);
      const first = Math.min(...told.map(({ started }) => started));
      assertEquals(start, told.length === 0 ? 0 : first);
      for (const lane of ["main", "busy0", "busy1"]) {
        const own = told.filter((span) => span.lane === lane && (lane === "main" || span.finished > span.started));
        const shown = (lanes.get(`1 ${lane}`) ?? []).filter(({ name }) => name !== "waiting");
        // In ticks: who works at each moment, in the picture and by what was told.
        const covers = (from: number, to: number) => Array.from({ length: to - from }, (_, tick) => from + tick);
        const ticks = (us: number) => us * 4096 / 1000;
        assertEquals(
          new Set(shown.flatMap(({ ts, dur }) => covers(ticks(ts), ticks(ts + dur)))),
          new Set(
            own.toSorted((one, other) => one.started - other.started)
              .flatMap(({ started, finished }) => covers((started - first) * 4096, (finished - first) * 4096)),
          ),
        );
      }
    }),
    { numRuns: runs(300) },
  );
});

Deno.test("ChromeTrace ends spans where the next ones begin, exactly, whatever a clock gives", () => {
  const durations = fc.array(fc.double({ min: 0.01, max: 1e5, noNaN: true }), { minLength: 2, maxLength: 40 });
  fc.assert(
    fc.property(fc.double({ min: 0, max: TODAY, noNaN: true }), durations, (first, durations) => {
      let at = first;
      const told = durations.map((duration): Span => {
        const started = at;
        at += duration;
        return { lane: "busy0", name: "running", started, finished: at, t: 0 };
      });
      const shown = drawn(told).lanes.get("1 busy0") ?? [];
      assertEquals(shown.length, told.length);
      for (const [index, { ts, dur }] of shown.slice(0, -1).entries()) assertEquals(ts + dur, shown[index + 1]?.ts);
    }),
    { numRuns: runs(200) },
  );
});

Deno.test("ChromeTrace tells times apart that differ by what a clock resolves, and a run may have a start of its own", () => {
  const trace = new ChromeTrace({ start: TODAY });
  const observe = trace.process("late");
  trace.process("side by side", { start: 5 })({ lane: "a", name: "running", started: 5, finished: 6, t: 0 });
  observe({ lane: "a", name: "running", started: TODAY + 1 / 4096, finished: TODAY + 2 / 4096, t: 0 });
  const { start, lanes } = readTrace(JSON.stringify(trace));
  assertEquals(start, TODAY);
  assertEquals([...lanes].map(([lane, [span]]) => [lane, span?.ts, span?.dur]), [
    ["1 a", 0.244140625, 0.244140625],
    ["2 a", 0, 1000],
  ]);
});

for (const deterministic of [true, false]) {
  Deno.test(`ChromeTrace has an arrow for each released request, deterministic: ${deterministic}`, async () => {
    await using host = new Host();
    const trace = new ChromeTrace();
    const told: Span[] = [];
    const observe = trace.process("run");
    const argument = { period: 0.001, burn: "wall" };
    const busy = await loadSystem({ module: "holdfast:blocks", export: "busy", argument });
    const builder = new DiagramBuilder("two");
    for (const name of ["one", "other"]) {
      const part = builder.add(name, delegate(busy, { mode: "thread", period: 0.001, deterministic }));
      builder.exportInput(`u${name}`, part.input("u"));
    }
    await using simulator = new Simulator(builder.build(), {
      host,
      clock: host.clock,
      rate: deterministic ? 0 : 4,
      record: [],
      observe: (span) => {
        told.push(span);
        observe(span);
      },
    });
    for (const name of ["one", "other"]) simulator.fix(`u${name}`, 1);
    await simulator.initialize();
    await simulator.advanceTo(0.02);
    await simulator.end();
    const { flows, counters } = readTrace(JSON.stringify(trace));
    for (const lane of ["one", "other"]) {
      const count = (name: string) => told.filter((span) => span.lane === lane && span.name === name).length;
      const works = count("release");
      assertEquals([count("post"), flows.get(`1 ${lane}`) ?? 0], [20, works], `of ${told.length}`);
      const lags = counters.get(`1 lag in periods: ${lane}`) ?? [];
      assertEquals([lags[0], Math.max(...lags)], [0, simulator.lag[lane]?.most]);
      const most = Math.max(...counters.get(`1 requests in flight: ${lane}`) ?? []);
      assert(deterministic ? works === 19 && most === 1 : most >= 1, `${works} released, ${most} in flight`);
    }
  });
}

Deno.test("ChromeTrace counts the simulated seconds that real ones take, from each step to the next", () => {
  const step = fc.record({ ticks: fc.integer({ min: 1, max: 1e6 }), t: fc.integer({ min: 1, max: 100 }) });
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 30 }), (steps) => {
      const trace = new ChromeTrace();
      const observe = trace.process("run");
      let [at, t] = [TODAY, 0];
      for (const step of steps) {
        observe({ lane: "main", name: "update", started: at, finished: at, t });
        at += step.ticks / 4096;
        t += step.t;
      }
      const rates = trace.toJSON().traceEvents.filter(({ ph, name }) => ph === "C" && /simulated/.test(name));
      const expected = steps.slice(0, -1).map(({ ticks, t }) => t / (ticks / 4096 / 1000));
      assertEquals(rates.length, expected.length);
      rates.forEach(({ args }, index) => {
        assert(Math.abs(Number(args.rate) / (expected[index] ?? NaN) - 1) < 1e-9, `${args.rate}`);
      });
    }),
    { numRuns: runs(100) },
  );
});
