import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  abstract,
  defineSystem,
  delegate,
  DiagramBuilder,
  reachedTermination,
  scalar,
  type System,
  vector,
} from "../../lib/diagram/mod.ts";
import { DiagramError, EventFailedError, GuestError, OverrunError } from "../../lib/errors.ts";
import { directHost, Host, loadSystem, MODE_NAMES, type ModeName } from "../../lib/host/mod.ts";
import { now } from "../../lib/platform/mod.ts";
import { type RealClock, Simulator } from "../../lib/simulator/mod.ts";
import { buildDiagram, diagramPlans } from "../arbitraries/diagrams.ts";
import { runs } from "../contracts/soak.ts";
import { stumbling } from "../guests/faulty.ts";
import { outcomeOf } from "./outcome.ts";

const FAULTY = import.meta.resolve("../guests/faulty.ts");

/** Adds its parameter to its state, and shows both. */
const adds = defineSystem({
  name: "adds",
  parameters: { by: scalar(1), scale: vector(2, { initial: [1, 1] }) },
  state: { x: scalar() },
  outputs: {
    x: { type: scalar(), value: ({ state }) => state.x },
    y: { type: scalar(), value: ({ state, parameter }) => state.x * parameter.scale[1]! },
  },
  update: { period: 1, run: ({ state, next, parameter }) => void (next.x = state.x + parameter.by) },
  forced: {
    reset: ({ next }) => void (next.x = 0),
    stop: () => reachedTermination("asked"),
  },
});

function within(part: System, name: string): System {
  const builder = new DiagramBuilder("whole");
  const added = builder.add(name, part);
  for (const port of ["x", "y"]) builder.exportOutput(port, added.output(port as never));
  return builder.build();
}

Deno.test("A run that begins at t goes through the events from t on, and through no others", async () => {
  for (const [at, updates] of [[0, 3], [5, 3], [5.5, 3], [-2, 1], [-0.5, 3], [1e6, 3]] as const) {
    await using simulator = new Simulator(adds);
    assertEquals((await simulator.initialize({ at })).t, at);
    await simulator.advanceTo(at + 3);
    assertEquals([simulator.context.t, simulator.context.output("x")], [at + 3, updates], `from ${at}`);
    assert(simulator.trace.rows().every(([t]) => t! >= at && t! < at + 3));
  }
  await using simulator = new Simulator(adds);
  await simulator.initialize({ at: -0 });
  assert(Object.is(simulator.context.t, 0), "a snapshot as text has no -0");
  await assertRejects(() => simulator.initialize({ at: NaN }), RangeError, "Cannot initialize at NaN: a finite time");
});

Deno.test("A second initialize() begins the run that a fresh simulator begins", async () => {
  await using host = new Host();
  await fc.assert(
    fc.asyncProperty(
      diagramPlans(),
      fc.nat(255),
      fc.constantFrom(0, 0.3, 0.35),
      fc.double({ min: 0, max: 1, noNaN: true }),
      async (plan, mask, at, before) => {
        const system = await buildDiagram(plan, {
          modeOf: (node) => (mask >> plan.nodes.indexOf(node)) & 1 ? "direct" : "inline",
        });
        await using again = new Simulator(system, { host });
        await again.initialize();
        await again.advanceTo(before);
        await using fresh = new Simulator(system, { host });
        for (const simulator of [again, fresh]) {
          await simulator.initialize({ at });
          await simulator.advanceTo(at + 1);
        }
        assertEquals(await outcomeOf(system, again), await outcomeOf(system, fresh));
      },
    ),
    { numRuns: runs(60) },
  );
});

Deno.test("A run that failed may begin anew, a far side's in each mode, whatever was in flight; parameters stay", async () => {
  await using host = new Host();
  const one = async (mode: ModeName | "inline", { latency = 1, exits = false } = {}) => {
    const argument = { near: Deno.pid, exits };
    const part = await loadSystem({ module: FAULTY, export: "stumbling", argument });
    const builder = new DiagramBuilder("whole");
    for (const name of ["a", "b"]) {
      const guest = { mode, period: 1, latency, guest: "both" };
      const added = builder.add(name, mode === "inline" ? part : delegate(part, guest));
      builder.exportOutput(name, added.output("n" as never));
    }
    await using simulator = new Simulator(builder.build(), { host });
    simulator.setParameter("a", "at", 99);
    simulator.setParameter("b", "by", 10);
    await simulator.initialize();
    await assertRejects(() => simulator.advanceTo(9), Error, exits && mode === "process" ? "code 3" : "broken");
    await assertRejects(() => simulator.advanceTo(9), TypeError, "the simulator is failed");
    simulator.setParameter("b", "at", 99);
    assertEquals((await simulator.initialize()).reason, "reached-boundary");
    assertEquals([simulator.context.output("a"), simulator.context.output("b")], [0, 0]);
    await simulator.advanceTo(9);
    await simulator.advancePendingEvents();
    const late = mode === "inline" ? 0 : latency;
    assertEquals([simulator.context.output("a"), simulator.context.output("b")], [10 - late, 100 - 10 * late], mode);
  };
  await one("inline");
  for (const mode of MODE_NAMES) for (const latency of [1, 3]) await one(mode, { latency });
  await one("process", { latency: 2, exits: true });
});

Deno.test("A simulator of direct systems may begin anew without waiting after a failure, too", () => {
  const builder = new DiagramBuilder("whole");
  builder.exportOutput("n", builder.add("far", delegate(stumbling(), { mode: "direct", period: 1 })).output("n"));
  const simulator = new Simulator(builder.build(), { host: directHost({ now }) });
  simulator.initializeSync();
  assertThrows(() => simulator.advanceToSync(9), GuestError, "broken");
  simulator.setParameter("far", "at", 99);
  simulator.initializeSync();
  simulator.advanceToSync(9);
  assertEquals(simulator.context.output("n"), 8);
});

Deno.test("A parameter counts from the present instant on, and for whatever reads it; a snapshot keeps it, initialize() too", async () => {
  await using simulator = new Simulator(within(adds, "part"));
  await simulator.initialize();
  await simulator.advanceTo(2);
  simulator.setParameter("part", "by", 10);
  simulator.setParameter("part", "scale", [0, 3]);
  assertEquals([simulator.context.output("x"), simulator.context.output("y")], [2, 6]);
  const saved = await simulator.snapshot();
  await simulator.advanceTo(4);
  assertEquals(simulator.context.output("x"), 22);
  simulator.setParameter("part", "by", 0);
  await simulator.restore(saved);
  assertEquals(simulator.context.parameter("by", "part"), 10);
  await simulator.advanceTo(4);
  assertEquals(simulator.context.output("x"), 22);
  await simulator.initialize();
  await simulator.advanceTo(1);
  assertEquals(simulator.context.output("x"), 10);
});

Deno.test("A far side has a parameter from its next request on, as it has an input, also past snapshots and initialize()", async () => {
  await using host = new Host();
  for (const [part, path] of [[adds, "far"], [within(adds, "in"), "far.in"]] as const) {
    const far = delegate(part as System, { mode: "direct", period: 1 });
    await using simulator = new Simulator(within(far, "far"), { host });
    simulator.setParameter(path, "by", 5);
    await simulator.initialize();
    await simulator.advanceTo(2);
    assertEquals(simulator.context.output("x"), 5, "the reply to the request at 0");
    simulator.setParameter(path, "by", 100);
    const saved = JSON.parse(JSON.stringify(await simulator.snapshot()));
    for (let round = 0; round < 2; round++) {
      await simulator.advanceTo(4);
      assertEquals(simulator.context.output("x"), 110, "5 at 0 and at 1, 100 at 2");
      simulator.setParameter(path, "by", -1);
      await simulator.restore(saved);
    }
    await simulator.advanceTo(3);
    await simulator.initialize();
    await simulator.advanceTo(2);
    assertEquals(simulator.context.output("x"), 100);
    for (const name of ["bye", "toString", "__proto__"]) {
      const is = `Cannot set parameter ${path}.${name}: there is none, one of (by, scale) is wanted`;
      assertThrows(() => simulator.setParameter(path, name, 1), DiagramError, is);
    }
    assertThrows(() => simulator.setParameter(path, "by", "1"), TypeError, `parameter ${path}.by: the value is string`);
    assertThrows(() => simulator.setParameter(`${path}.no`, "by", 1), DiagramError, "there is none");
  }
});

Deno.test("setParameter() refuses what there is not, and another type", async () => {
  await using simulator = new Simulator(within(adds, "part"));
  assertThrows(
    () => simulator.setParameter("part", "bye", 1),
    DiagramError,
    "part.bye: there is no such parameter, one of (by, scale)",
  );
  assertThrows(
    () => simulator.setParameter("par", "by", 1),
    DiagramError,
    "Cannot read part par: there is none, one of (part)",
  );
  assertThrows(
    () => simulator.setParameter("part", "by", "1"),
    TypeError,
    "Cannot set parameter part.by: the value is string",
  );
  assertThrows(
    () => simulator.setParameter("part", "scale", [1]),
    RangeError,
    "parameter part.scale: it has 1 components",
  );
});

Deno.test("A forced event runs at once against the values of now, is no step, and may end the run", async () => {
  await using simulator = new Simulator(within(adds, "part"));
  assertThrows(() => simulator.force("reset", "part"), TypeError, "not initialized");
  await simulator.initialize();
  await simulator.advanceTo(2.5);
  assertEquals(simulator.force("reset", "part"), { reason: "reached-boundary", t: 2.5, by: "", message: "" });
  assertEquals([simulator.context.output("x"), simulator.trace.length], [0, 3]);
  await simulator.advanceTo(4);
  assertEquals(simulator.context.output("x"), 1);
  assertEquals(simulator.force("stop", "part"), { reason: "reached-termination", t: 4, by: "part", message: "asked" });
  for (
    const [event, path, message] of [
      ["stopp", "part", "Cannot force stopp of part: there is no such event, one of (reset, stop) is wanted"],
      ["reset", "pat", "one of (part) is wanted"],
    ] as const
  ) {
    await using other = new Simulator(within(adds, "part"));
    await other.initialize();
    assertThrows(() => other.force(event, path), DiagramError, message);
    await other.advanceTo(1);
  }
});

Deno.test("A system may ask which of its optional inputs something flows into, inline and delegated", async () => {
  await using host = new Host();
  const optional = { optional: true };
  const asks = defineSystem({
    name: "asks",
    inputs: { u: scalar(0, optional), v: vector(1, optional), w: abstract<unknown>(0, optional), must: scalar() },
    state: { x: scalar() },
    outputs: {
      x: { type: scalar(), feedthrough: [], value: ({ state }) => state.x },
      y: { type: scalar(), value: ({ input, connected }) => connected.u ? input.u : -1 },
    },
    update: {
      period: 1,
      run: ({ connected: { u, v, w, must }, next }) => void (next.x = 1000 * +u + 100 * +v + 10 * +w + +must),
    },
  });
  await fc.assert(
    fc.asyncProperty(fc.subarray(["u", "v", "w"] as const), fc.boolean(), async (wired, delegated) => {
      const builder = new DiagramBuilder("whole");
      const part = builder.add("part", delegated ? delegate(asks, { mode: "direct", period: 1 }) : asks);
      const source = builder.add(
        "source",
        defineSystem({
          name: "source",
          outputs: {
            u: { type: scalar(), value: () => 7 },
            v: { type: vector(1), value: () => [7] },
            w: { type: abstract<unknown>(0), value: () => undefined },
          },
        }),
      );
      for (const port of wired) builder.connect(source.output(port) as never, part.input(port) as never);
      builder.connect(source.output("u"), part.input("must"));
      builder.exportOutput("x", part.output("x"));
      builder.exportOutput("y", part.output("y"));
      await using simulator = new Simulator(builder.build(), { host });
      await simulator.initialize();
      await simulator.advanceTo(1.5);
      const has = (port: "u" | "v" | "w") => +wired.includes(port);
      assertEquals(simulator.context.output("x"), 1000 * has("u") + 100 * has("v") + 10 * has("w") + 1);
      assertEquals(simulator.context.output("y"), has("u") ? 7 : -1);
    }),
    { numRuns: runs(16) },
  );
});

Deno.test("A step of a strict run that starts after its real time is an OverrunError with t and how late it is", async () => {
  let wall = 0;
  const clock: RealClock = {
    now: () => wall,
    sleepUntil: (time) => Promise.resolve(void (wall = time)),
    breathe: () => undefined,
  };
  const slow = defineSystem({
    name: "slow",
    update: { period: 0.1, run: ({ t }) => void (wall += t === 0.2 ? 130 : 50) },
  });
  for (const strict of [false, true]) {
    wall = 0;
    await using simulator = new Simulator(slow, { clock, rate: 1, strict });
    await simulator.initialize();
    const work = () => simulator.advanceTo(1);
    if (!strict) await work();
    else {
      const error = await assertRejects(
        work,
        OverrunError,
        "Cannot step past t=0.3 in real time: the step starts 30 ms late",
      );
      assertEquals([error.time, Math.round(error.late)], [3 * 0.1, 30]);
    }
    if (!strict) assertEquals(simulator.overruns, 1);
  }
  assertThrows(() => new Simulator(slow, { clock, strict: true }), RangeError, "Cannot pace a run strictly at rate 0");
});

Deno.test("With refuseNaN an update that makes a state NaN has failed: with the state, its system and t, and nothing is changed", async () => {
  const bad = (what: "x" | "v") =>
    defineSystem({
      name: "bad",
      state: { x: scalar(1), v: vector(2), ok: scalar(NaN) },
      update: {
        period: 0.1,
        run: ({ t, next }) => {
          next.x = t > 0.25 && what === "x" ? NaN : 2;
          if (t > 0.25 && what === "v") next.v[1] = NaN;
        },
      },
    });
  for (const [what, name] of [["x", "state part.x"], ["v", "state part.v[1]"]] as const) {
    const builder = new DiagramBuilder("whole");
    builder.add("part", bad(what));
    await using simulator = new Simulator(builder.build(), { refuseNaN: true });
    await simulator.initialize();
    const error = await assertRejects(
      () => simulator.advanceTo(1),
      EventFailedError,
      `Cannot step past t=0.3: an event of part failed: ${name} is NaN`,
    );
    assertEquals([error.system, error.time], ["part", 3 * 0.1]);
    assertEquals([simulator.context.state("x", "part"), simulator.context.state("v", "part")], [2, [0, 0]]);
    await using other = new Simulator(bad(what));
    await other.initialize();
    assertEquals((await other.advanceTo(1)).reason, "reached-boundary", "by default NaN is a value");
  }
});
