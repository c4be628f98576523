import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { busy } from "../../lib/blocks/mod.ts";
import { defineSystem, delegate, DiagramBuilder, scalar, vector } from "../../lib/diagram/mod.ts";
import { DiagramError } from "../../lib/errors.ts";
import { Host } from "../../lib/host/mod.ts";
import { type FarHost, type RealClock, Simulator } from "../../lib/simulator/mod.ts";

const counter = defineSystem({
  name: "counter",
  state: { n: scalar(0) },
  outputs: { n: { type: scalar(), value: ({ state }) => state.n } },
  update: { period: 0.1, run: ({ state, next }) => void (next.n = state.n + 1) },
});

/** Real time that passes only while something sleeps, or as the test says. */
function fakeClock(): RealClock & { passed: number; sleeps: number[] } {
  const clock = {
    passed: 1000,
    sleeps: [] as number[],
    now: () => clock.passed,
    sleepUntil: (until: number) => {
      clock.sleeps.push(until);
      clock.passed = Math.max(clock.passed, until);
      return Promise.resolve();
    },
    breathe: () => undefined,
  };
  return clock;
}

Deno.test("Simulator refuses every use before initialize(), at once and after end()", async () => {
  const simulator = new Simulator(counter);
  const calls: Record<string, () => Promise<unknown>> = {
    advanceTo: () => simulator.advanceTo(1),
    advancePendingEvents: () => simulator.advancePendingEvents(),
    snapshot: () => simulator.snapshot(),
    restore: () => simulator.snapshot().then((saved) => simulator.restore(saved)),
  };
  const refuses = async (is: string) => {
    for (const call of Object.values(calls)) {
      await assertRejects(call, TypeError, `the simulator is ${is}, one that is `);
    }
    assertThrows(() => simulator.advanceToSync(1), TypeError, `the simulator is ${is}, one that is `);
  };
  await refuses("not initialized");
  await simulator.initialize();
  await simulator.advanceTo(0.5);
  await simulator.end();
  await simulator.end();
  await refuses("ended");
  assertEquals(simulator.context.output("n"), 5, "what a run gave can be read after its end");
});

Deno.test("Simulator refuses a second call while one is at work, which goes on unharmed", async () => {
  const clock = fakeClock();
  let release = () => {};
  const slow: RealClock = {
    ...clock,
    breathe: () => new Promise<void>((resolve) => void (release = resolve)),
  };
  await using simulator = new Simulator(counter, { clock: slow });
  await simulator.initialize();
  const first = simulator.advanceTo(0.1);
  await assertRejects(() => simulator.advanceTo(0.1), TypeError, "Cannot advance: the simulator is at work");
  await assertRejects(() => simulator.snapshot(), TypeError, "Cannot take a snapshot: the simulator is at work");
  release();
  assertEquals((await first).t, 0.1);
});

Deno.test("Simulator.end() during an advance leaves the simulator ended", async () => {
  let release = () => {};
  const breathe = () => new Promise<void>((resolve) => void (release = resolve));
  const simulator = new Simulator(counter, { clock: { ...fakeClock(), breathe } });
  await simulator.initialize();
  const advance = simulator.advanceTo(0.1);
  await simulator.end();
  release();
  await advance.catch(() => {});
  await assertRejects(() => simulator.advanceTo(1), TypeError, "the simulator is ended");
});

Deno.test("Simulator's synchronous face gives the same values, and refuses where it would have to wait", async () => {
  const simulator = new Simulator(counter);
  simulator.initializeSync();
  assertEquals(simulator.advanceToSync(0.3).t, 3 * 0.1);
  simulator.advancePendingEventsSync();
  const saved = simulator.snapshotSync();
  simulator.advanceToSync(1);
  simulator.restoreSync(saved);
  assertEquals(simulator.context.output("n"), 4);
  const waits = new Simulator(counter, { clock: { ...fakeClock(), breathe: () => Promise.resolve() } });
  waits.initializeSync();
  assertThrows(
    () => waits.advanceToSync(1),
    TypeError,
    "Cannot advance synchronously: something has to be waited for, the asynchronous method is wanted",
  );
  await simulator.end();
  await waits.end();
});

Deno.test("Simulator refuses a delegated part without a host, a rate without a clock, and a wrong rate", () => {
  const builder = new DiagramBuilder("two");
  builder.add("b", delegate(counter, { mode: "direct", period: 0.1 }));
  builder.add("a", delegate(counter, { mode: "direct", period: 0.1 }));
  const diagram = builder.build();
  assertThrows(() => new Simulator(diagram), TypeError, "two: a, b are delegated and there is no host");
  assertThrows(() => new Simulator(counter, { rate: 1 }), TypeError, "Cannot pace counter at rate 1");
  for (const rate of [-1, NaN, Infinity]) {
    assertThrows(() => new Simulator(counter, { clock: fakeClock(), rate }), RangeError, `at rate ${rate}`);
  }
});

Deno.test("Simulator ends the session of its host once, also where the run failed", async () => {
  let closed = 0;
  await using host = new Host();
  const counting: FarHost = {
    async open(delegations) {
      const session = await host.open(delegations);
      return { ...session, close: () => (closed++, session.close()) };
    },
  };
  const delegated = delegate(counter, { mode: "direct", period: 0.1 });
  {
    await using simulator = new Simulator(delegated, { host: counting });
    await simulator.initialize();
    await simulator.advanceTo(1);
    await simulator.end();
  }
  assertEquals(closed, 1);
  await using failing = new Simulator(delegated, {
    host: counting,
    monitor: () => {
      throw new Error("seen");
    },
  });
  await assertRejects(() => failing.initialize(), Error, "seen");
  await failing.end();
  assertEquals(closed, 2);
});

Deno.test("Simulator records the ports that it is told to, and refuses those that there are not", async () => {
  const pair = defineSystem({ name: "pair", outputs: { v: { type: vector(2), value: ({ t }) => [t, -t] as never } } });
  const builder = new DiagramBuilder("outer");
  builder.add("pair", pair);
  builder.exportOutput("n", builder.add("counter", counter).output("n"));
  const diagram = builder.build();
  await using simulator = new Simulator(diagram, { record: ["pair.v", "n", "counter.n"] });
  await simulator.initialize();
  await simulator.advanceTo(0.2);
  assertEquals(simulator.trace.columns, ["pair.v[0]", "pair.v[1]", "n", "counter.n"]);
  assertEquals(simulator.trace.rows(), [[0, 0, -0, 0, 0], [0.1, 0.1, -0.1, 1, 1]]);
  const refusals = {
    m: "there is no such port, one of (n) is wanted",
    "pair.w": "there is no such port, one of (v) is wanted",
    "nobody.n": "there is no part nobody, one of (counter, pair) is wanted",
  };
  for (const [name, why] of Object.entries(refusals)) {
    assertThrows(
      () => new Simulator(diagram, { record: [name] }),
      DiagramError,
      `Cannot record ${name} of outer: ${why}`,
    );
  }
});

Deno.test("A paced run of N periods has N - 1 paced intervals; paceFinal pays the last one too", async () => {
  for (const rate of [1, 2, 0.25]) {
    for (const paceFinal of [false, true]) {
      const clock = fakeClock();
      await using simulator = new Simulator(counter, { clock, rate, paceFinal });
      await simulator.initialize();
      assertEquals(clock.passed, 1000, "initialization is not paced");
      await simulator.advanceTo(1);
      const intervals = paceFinal ? 10 : 9;
      assertEquals(clock.sleeps.length, intervals);
      assert(Math.abs(clock.passed - 1000 - intervals * 100 / rate) < 1e-9);
      assertEquals(simulator.overruns, 0);
      assert(Math.abs(simulator.rate - rate * 10 / intervals) < 1e-9, "simulated over real seconds");
    }
  }
});

Deno.test("A step that starts after its real time is counted as an overrun, and the next ones catch up", async () => {
  const clock = fakeClock();
  let updates = 0;
  const late = defineSystem({
    name: "late",
    // The third update takes 250 ms of the 100 ms that it has.
    update: { period: 0.1, run: () => void (clock.passed += ++updates === 3 ? 250 : 10) },
  });
  await using simulator = new Simulator(late, { clock, rate: 1 });
  await simulator.initialize();
  await simulator.advanceTo(1);
  assertEquals(simulator.overruns, 2, "the steps at 300 and 400 ms start at 450 and 460 ms");
  assertEquals(clock.sleeps.map((until) => Math.round(until - 1000)), [100, 200, 500, 600, 700, 800, 900]);
});

Deno.test("A rate of 0 never waits, and a run without a clock has no rate", async () => {
  const clock = fakeClock();
  await using fast = new Simulator(counter, { clock });
  await fast.initialize();
  await fast.advanceTo(1);
  assertEquals([clock.sleeps.length, fast.overruns, fast.rate], [0, 0, Infinity]);
  await using free = new Simulator(counter);
  await free.initialize();
  await free.advanceTo(1);
  assertEquals([free.overruns, free.rate], [0, NaN]);
});

Deno.test("now.wall() is the run's clock, and throws where there is none", async () => {
  const burning = busy({ period: 0.1, burn: "wall" });
  await using simulator = new Simulator(burning);
  simulator.fix("u", 1);
  await simulator.initialize();
  await assertRejects(
    () => simulator.advanceTo(0.1),
    DiagramError,
    "Cannot read the real clock: this simulator has none, the option clock is wanted",
  );
});
