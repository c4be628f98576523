import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import fc from "fast-check";
import { defineSystem, delegate, DiagramBuilder, reachedTermination, scalar } from "../../lib/diagram/mod.ts";
import { EventTimeError, GuestError, RunningProcessError, ZenoError } from "../../lib/errors.ts";
import { directHost, Host, loadSystem, MODE_NAMES } from "../../lib/host/mod.ts";
import { now } from "../../lib/platform/mod.ts";
import { ChosenEvents } from "../../lib/simulator/chosen_events.ts";
import { Simulator } from "../../lib/simulator/mod.ts";
import { runs } from "../contracts/soak.ts";

const CHOSEN = import.meta.resolve("../guests/chosen_systems.ts");

type Counts = Record<string, number>;

/** Names these times, one after another. */
function naming(times: readonly unknown[]) {
  return defineSystem({
    name: "naming",
    state: { k: scalar(), at: scalar(-1) },
    outputs: { k: { type: scalar(), value: ({ state }) => state.k } },
    update: {
      nextTime: ({ state }) => (state.k < times.length ? times[state.k] : Infinity) as number,
      run: ({ t, state, next }) => {
        next.k = state.k + 1;
        next.at = t;
      },
    },
  });
}

function timesOf(simulator: Simulator): number[] {
  return simulator.trace.rows().map(([t]) => t!);
}

Deno.test("ChosenEvents are none where all events are periodic", () => {
  assertEquals(ChosenEvents.of([], { values: undefined as never, present: () => ({ num: 0n, den: 1n }) }), undefined);
});

Deno.test("An event runs at each time that its state names, a row each; a rounding makes no other instant", async () => {
  const tenths = fc.uniqueArray(fc.nat(40), { minLength: 1, maxLength: 8 }).map((list) => list.sort((a, b) => a - b));
  await fc.assert(
    fc.asyncProperty(tenths, fc.constantFrom(0.1, 0.2, 0.5), async (list, period) => {
      const builder = new DiagramBuilder("two");
      // A sum of tenths misses the tenth by roundings.
      const sums = list.map((count) => Array.from({ length: count }).reduce<number>((sum) => sum + 0.1, 0));
      builder.add(
        "named",
        naming(list.map((count, index) => index % 2 === 0 && count < 4 ? sums[index] : count * 0.1)),
      );
      const ticks = defineSystem({ name: "ticks", state: { n: scalar() }, update: { period, run: () => {} } });
      builder.add("ticks", ticks);
      await using simulator = new Simulator(builder.build());
      await simulator.initialize();
      await simulator.advanceTo(5);
      const every = Math.round(period * 10);
      const expected = Array.from({ length: 50 }, (_, tenth) => tenth).filter((tenth) =>
        tenth % every === 0 || list.includes(tenth)
      );
      assertEquals(timesOf(simulator).map((t) => Math.round(t * 10)), expected);
      assertEquals(simulator.context.state("k", "named"), list.length);
    }),
    { numRuns: runs(100) },
  );
});

Deno.test("A wait adds exact time: n waits of a decimal or a small fraction end at n times that, and 0.3 three times is 0.9", async () => {
  const waits = fc.array(fc.constantFrom(0.3, 0.1, 0.7, 1 / 3, 1 / 7, 0.001, 0), { minLength: 1, maxLength: 12 });
  const parts = 21_000;
  await fc.assert(
    fc.asyncProperty(waits, async (list) => {
      const seen: number[] = [];
      const waiter = defineSystem({
        name: "waiter",
        *process({ wait }) {
          for (const seconds of list) seen.push(yield* wait(seconds));
        },
      });
      await using simulator = new Simulator(waiter);
      await simulator.initialize();
      await simulator.advanceTo(100);
      let sum = 0;
      assertEquals(seen, list.map((seconds) => (sum += Math.round(seconds * parts)) / parts));
    }),
    { numRuns: runs(100), examples: [[[0.3, 0.3, 0.3]]] },
  );
});

Deno.test("Waits of any doubles stay as near as a double, and never step back", async () => {
  const waits = fc.array(fc.double({ min: 0, max: 10, noNaN: true }), { minLength: 40, maxLength: 60 });
  await fc.assert(
    fc.asyncProperty(waits, async (list) => {
      const seen: number[] = [];
      const waiter = defineSystem({
        name: "waiter",
        *process({ wait }) {
          for (const seconds of list) seen.push(yield* wait(seconds));
        },
      });
      await using simulator = new Simulator(waiter);
      await simulator.initialize();
      await simulator.advanceTo(1000);
      let sum = 0;
      for (const [index, t] of seen.entries()) {
        sum += list[index]!;
        assert(Math.abs(t - sum) <= 1e-12 * (1 + sum), `${t} for ${sum}`);
        assert(t >= (seen[index - 1] ?? 0));
      }
      assertEquals(seen.length, list.length);
    }),
    { numRuns: runs(30) },
  );
});

Deno.test("A time that is past, NaN or no number is an EventTimeError that names the system and t, behind a delegate too", async () => {
  const wrong: [unknown, string][] = [
    [0.1, "names 0.1 s for its next event, a time from now on or Infinity is wanted"],
    [NaN, "names NaN for its next event, a time from now on or Infinity is wanted"],
    [-Infinity, "names -Infinity"],
    ["1", "names string for its next event, a number of seconds is wanted"],
    [undefined, "names undefined"],
    [null, "names null"],
    [Promise.resolve(1), "names object"],
    [1n, "names bigint"],
  ];
  for (const [value, message] of wrong) {
    const system = naming([0.3, value]);
    for (const delegated of [false, true]) {
      const builder = new DiagramBuilder("top");
      builder.add("bad", delegated ? delegate(system, { mode: "direct", period: 0.15 }) : system);
      await using simulator = new Simulator(builder.build(), { host: directHost({ now }) });
      await simulator.initialize();
      const error = await assertRejects(() => simulator.advanceTo(1), Error, message);
      const thrown = delegated ? (error as GuestError).cause as EventTimeError : error;
      assert(thrown instanceof EventTimeError);
      assertEquals([thrown.system, thrown.time], [delegated ? "naming" : "bad", 0.3]);
    }
  }
  const waits = (seconds: unknown) =>
    defineSystem({
      name: "waits",
      *process({ wait }) {
        yield* wait(0.2);
        yield* wait(seconds as number);
      },
    });
  for (const seconds of [-1, NaN, Infinity, "1", undefined]) {
    await using simulator = new Simulator(waits(seconds));
    await simulator.initialize();
    const error = await assertRejects(() => simulator.advanceTo(1), EventTimeError, "waits for");
    assertEquals([error.system, error.time], ["waits", 0.2]);
  }
});

Deno.test("Microsteps of an instant are counted up to the limit: one more is a ZenoError that names the system and t", async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(12), fc.nat(12), async (times, microsteps) => {
      const builder = new DiagramBuilder("top");
      builder.add("again", naming(Array.from({ length: times + 1 }, () => 0.5)));
      await using simulator = new Simulator(builder.build(), { microsteps });
      await simulator.initialize();
      if (times <= microsteps) {
        await simulator.advanceTo(1);
        assertEquals(simulator.context.state("k", "again"), times + 1);
        assertEquals(timesOf(simulator), [0.5]);
        return;
      }
      const error = await assertRejects(() => simulator.advanceTo(1), ZenoError, "again is due again after");
      assertEquals([error.system, error.time, error.microsteps], ["again", 0.5, microsteps]);
    }),
    { numRuns: runs(60) },
  );
  for (const microsteps of [-1, 0.5, NaN, "3"]) {
    assertThrows(() => new Simulator(naming([]), { microsteps: microsteps as number }), RangeError, "Cannot limit");
  }
});

Deno.test("A loop of triggers is a ZenoError, in every mode; a far side has the default limit", async () => {
  const flips = defineSystem({
    name: "flips",
    inputs: { u: scalar() },
    state: { x: scalar(1) },
    outputs: { x: { type: scalar(), feedthrough: [], value: ({ state }) => state.x } },
    update: { trigger: "u", run: ({ state, next }) => void (next.x = -state.x) },
  });
  const builder = new DiagramBuilder("loop");
  const flip = builder.add("flip", flips);
  const first = builder.add("first", naming([0.3]));
  const sum = builder.add(
    "sum",
    defineSystem({
      name: "sum",
      inputs: { a: scalar(), b: scalar() },
      outputs: { y: { type: scalar(), value: ({ input }) => input.a + input.b } },
    }),
  );
  builder.connect(flip.output("x"), sum.input("a"));
  builder.connect(first.output("k"), sum.input("b"));
  builder.connect(sum.output("y"), flip.input("u"));
  const diagram = builder.build();
  await using simulator = new Simulator(diagram);
  await simulator.initialize();
  const error = await assertRejects(() => simulator.advanceTo(1), ZenoError);
  assertEquals([error.system, error.time, error.microsteps], ["flip", 0.3, 1000]);
  await using far = new Simulator(delegate(diagram, { mode: "direct", period: 0.2 }), { host: directHost({ now }) });
  await far.initialize();
  const { cause } = await assertRejects(() => far.advanceTo(1), GuestError);
  assert(cause instanceof ZenoError);
  assertEquals([cause.system, cause.time], ["flip", 0.3]);
});

Deno.test("Triggers fire as a plain look at the values of their input says", async () => {
  const number = fc.constantFrom(-2, -1, -0, 0, 1, 2, NaN);
  await fc.assert(
    fc.asyncProperty(fc.array(number, { minLength: 1, maxLength: 20 }), async (list) => {
      const edges = ["change", "rising", "falling", "either"] as const;
      const counts = defineSystem({
        name: "counts",
        inputs: { u: scalar(), v: scalar() },
        state: { change: scalar(), rising: scalar(), falling: scalar(), either: scalar() },
        update: edges.map((edge) => ({
          trigger: "u",
          edge,
          run: ({ state, next }: { state: Counts; next: Counts }) => void (next[edge] = state[edge]! + 1),
        })),
      });
      await using simulator = new Simulator(counts);
      simulator.fix("u", list[0]);
      await simulator.initialize();
      const expected = { change: 0, rising: 0, falling: 0, either: 0 };
      for (const [index, value] of list.entries()) {
        simulator.fix("u", value);
        await simulator.advancePendingEvents();
        const before = list[index - 1] ?? value;
        if (before !== value && !(Number.isNaN(before) && Number.isNaN(value))) expected.change++;
        if (before <= 0 && value > 0) expected.rising++;
        if (before >= 0 && value < 0) expected.falling++;
        expected.either = expected.rising + expected.falling;
        assertEquals(
          Object.fromEntries(edges.map((edge) => [edge, simulator.context.state(edge, "counts")])),
          expected,
        );
      }
      assertEquals(simulator.trace.length, 0, "a trigger alone makes no row");
    }),
    { numRuns: runs(100) },
  );
});

Deno.test("What happens between two steps counts at the present instant: a parameter, a forced event, a fixed input", async () => {
  const system = defineSystem({
    name: "one",
    inputs: { u: scalar() },
    parameters: { due: scalar(Infinity) },
    state: { seen: scalar(-1), forced: scalar(), fixed: scalar(-1), done: scalar() },
    update: [
      {
        nextTime: ({ state, parameter }) => state.done ? Infinity : state.forced || parameter.due,
        run: ({ t, next }) => {
          next.seen = t;
          next.done = 1;
        },
      },
      { trigger: "u", run: ({ t, next }) => void (next.fixed = t) },
    ],
    forced: { now: ({ t, next }) => void (next.forced = t) },
  });
  for (const way of ["parameter", "force", "later", "fix"]) {
    for (const saves of [false, true]) {
      await using simulator = new Simulator(system);
      simulator.fix("u", 0);
      await simulator.initialize();
      await simulator.advanceTo(0.25);
      if (way === "parameter") simulator.setParameter("", "due", 0.25);
      if (way === "force") simulator.force("now", "one");
      if (way === "later") simulator.setParameter("", "due", 0.5);
      if (way === "fix") simulator.fix("u", 7);
      assertEquals(simulator.context.state("seen", "one"), -1);
      if (saves) {
        const saved = JSON.parse(JSON.stringify(await simulator.snapshot()));
        await simulator.advanceTo(0.4);
        await simulator.restore(saved);
      }
      await simulator.advanceTo(1);
      const seen = ["seen", "fixed"].map((name) => simulator.context.state(name, "one"));
      assertEquals(seen, way === "fix" ? [-1, 0.25] : [way === "later" ? 0.5 : 0.25, -1], way);
    }
  }
});

Deno.test("A run that ends in a microstep can go on with the rest of its instant", async () => {
  const ends = defineSystem({
    name: "ends",
    state: { n: scalar() },
    *process({ state, next, wait }) {
      yield* wait(0.5);
      next.n = state.n + 1;
      yield* wait(0);
      next.n = state.n + 1;
      return reachedTermination("enough");
    },
  });
  const builder = new DiagramBuilder("top");
  builder.add("ends", ends);
  builder.add("three", naming([0.5, 0.5, 0.5]));
  await using simulator = new Simulator(builder.build());
  await simulator.initialize();
  assertEquals(await simulator.advanceTo(1), { reason: "reached-termination", t: 0.5, by: "ends", message: "enough" });
  assertEquals(["ends", "three"].map((path) => simulator.context.state(path === "ends" ? "n" : "k", path)), [2, 2]);
  assertEquals((await simulator.advanceTo(1)).reason, "reached-boundary");
  assertEquals(simulator.context.state("k", "three"), 3);
});

Deno.test("Simulator.snapshot() refuses a process in a wait by name, in every mode, and the run goes on as if not asked", async () => {
  const walker = await loadSystem({
    module: CHOSEN,
    export: "walker",
    argument: { period: 0.1, offset: 0.1, seed: 3 },
  });
  await using host = new Host();
  const nested = await loadSystem({
    module: CHOSEN,
    export: "nested",
    argument: { period: 0.1, offset: 0.1, seed: 3 },
  });
  const wholes = [
    ...["inline", ...MODE_NAMES].map((mode) => [mode, walker] as const),
    ["direct", nested] as const,
    [
      "thread",
      nested,
    ] as const,
  ];
  for (const [mode, whole] of wholes) {
    const ends = [];
    for (const asks of [false, true]) {
      const builder = new DiagramBuilder("top");
      const part = builder.add("walks", mode === "inline" ? whole : delegate(whole, { mode, period: 0.2 }));
      builder.exportInput("u", part.input("u"));
      builder.exportOutput("x", part.output("x"));
      await using simulator = new Simulator(builder.build(), { host });
      simulator.fix("u", 1);
      await simulator.initialize();
      await simulator.snapshot();
      await simulator.advanceTo(0.5);
      if (asks) {
        const error = await assertRejects(() => simulator.snapshot(), Error, "is in a wait");
        let thrown: unknown = error;
        while (thrown instanceof GuestError) thrown = thrown.cause;
        assert(thrown instanceof RunningProcessError);
        assertEquals(thrown.system, mode === "inline" ? "walks" : "walker");
      }
      await simulator.advanceTo(2);
      ends.push(await simulator.trace.certificate());
    }
    assertEquals(ends[0], ends[1], mode);
  }
});

Deno.test("A process that is no generator, or yields anything but a wait, is refused by name", async () => {
  const wrong: [unknown, string][] = [
    [() => {}, "it gives undefined, a generator function is wanted"],
    [() => Promise.resolve(), "it gives object, a generator function is wanted"],
    [async function* () {}, "it is asynchronous, a generator function is wanted"],
    [
      function* () {
        yield 0.3;
      },
      "it yields number, yield* wait(seconds) is wanted",
    ],
    [
      function* ({ wait }: { wait: (seconds: number) => unknown }) {
        yield wait(0.3);
      },
      "it yields object, yield* wait(seconds) is wanted",
    ],
  ];
  for (const [process, message] of wrong) {
    await using simulator = new Simulator(defineSystem({ name: "bad", process: process as never }));
    await simulator.initialize();
    await assertRejects(() => simulator.advanceTo(1), TypeError, `Cannot run the process of bad: ${message}`);
  }
});

Deno.test("Simulator.restore() refuses a snapshot whose chosen events are missing or broken, and goes on", async () => {
  const system = naming([0.5, 1]);
  await using simulator = new Simulator(system);
  await simulator.initialize();
  const saved = await simulator.snapshot();
  await assertRejects(
    () => simulator.restore({ ...saved, chosen: undefined } as never),
    TypeError,
    "Cannot restore: chosen",
  );
  for (const chosen of [{}, { naming: [] }, { naming: [{ time: ["x", "1"], value: null }] }]) {
    await assertRejects(
      () => simulator.restore({ ...saved, chosen } as never),
      TypeError,
      "Cannot restore naming: the snapshot has no time of its event 0",
    );
  }
  await simulator.restore(saved);
  await simulator.advanceTo(2);
  assertEquals(timesOf(simulator), [0.5, 1]);
});
