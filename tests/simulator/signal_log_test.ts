import { assert, assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { gain, integrator, unitDelay } from "../../lib/blocks/mod.ts";
import { delegate, type Diagram, DiagramBuilder } from "../../lib/diagram/mod.ts";
import { DiagramError } from "../../lib/errors.ts";
import { Host, MODE_NAMES } from "../../lib/host/mod.ts";
import { type SignalLog, Simulator } from "../../lib/simulator/mod.ts";
import { buildDiagram, type DiagramPlan, diagramPlans, kindOf, type NodePlan, SAVED } from "../arbitraries/diagrams.ts";
import { runs } from "../contracts/soak.ts";
import { outcomeOf } from "./outcome.ts";

const mask = fc.nat(2 ** 24 - 1);
/** Boundaries before the last one, in hundredths of a second. */
const boundaries = fc.array(fc.nat(99), { maxLength: 5 }).map((list) => {
  return [...list.toSorted((one, other) => one - other).map((hundredths) => hundredths / 100), 1];
});
const period = fc.constantFrom(0.1, 0.07, 0.25, 1 / 3);

/** Some of the nodes delegated to this realm. */
function modesOf(plan: DiagramPlan, mask: number): (node: NodePlan) => "direct" | "inline" {
  return (node) => ((mask >> plan.nodes.indexOf(node)) & 1) === 1 ? "direct" : "inline";
}

/** What a log knows of every port of the whole, abstract ones too. */
function known(log: SignalLog, ports: readonly string[]): unknown {
  return structuredClone({ rows: log.rows(), series: ports.map((port) => log.series(port)) });
}

/** A list without what equals the item before it; the first component of each is its time. */
function changes(rows: readonly (readonly number[])[]): (readonly number[])[] {
  return rows.filter((row, index) => {
    return index === 0 || row.some((value, column) => column > 0 && !Object.is(value, rows[index - 1]?.[column]));
  });
}

Deno.test("SignalLog has a row for each change, at its time: of releases and of updates", async () => {
  await using host = new Host();
  await fc.assert(
    fc.asyncProperty(diagramPlans(), mask, async (plan, mask) => {
      const diagram = await buildDiagram(plan, { modeOf: modesOf(plan, mask) });
      await using simulator = new Simulator(diagram, { host });
      const log = simulator.log();
      await simulator.initialize();
      await simulator.advanceTo(1);

      const instants: number[] = [];
      await using counting = new Simulator(diagram, { host, monitor: ({ t }) => void instants.push(t) });
      await counting.initialize();
      await counting.advanceTo(1);
      await using stepping = new Simulator(diagram, { host });
      const now = () => [stepping.context.t, ...scalarsOf(diagram, stepping)];
      await stepping.initialize();
      const told = [now()];
      for (const t of instants) {
        await stepping.advanceTo(t);
        // At the end of the other run, though perhaps not by the doubles, updates are pending.
        if (Math.abs(t - 1) < 1e-9) break;
        await stepping.advancePendingEvents();
        const row = stepping.trace.rows().at(-1);
        if (row?.[0] === t) told.push(row);
        told.push(now());
      }
      assertEquals(log.rows(), changes(told));
    }),
    { numRuns: runs(25) },
  );
});

/** The values of all columns, as they are seen from outside. */
function scalarsOf(diagram: Diagram, simulator: Simulator): number[] {
  return Object.entries(diagram.outputs).filter(([, { kind }]) => kind !== "abstract").flatMap(([port]) => {
    const value = simulator.context.output(port) as number | readonly number[];
    return typeof value === "number" ? [value] : [...value];
  });
}

Deno.test("SignalLog changes nothing of a run, and is the same however that is cut into advances", async () => {
  await using host = new Host();
  await fc.assert(
    fc.asyncProperty(diagramPlans(), mask, boundaries, period, async (plan, mask, until, period) => {
      const diagram = await buildDiagram(plan, { modeOf: modesOf(plan, mask) });
      const ports = Object.keys(diagram.outputs);
      const ran = async (until: readonly number[], isLogged: boolean) => {
        await using simulator = new Simulator(diagram, { host });
        const logs = isLogged ? [simulator.log(ports), simulator.log(ports, { period, offset: 0.01 })] : [];
        await simulator.initialize();
        for (const t of until) await simulator.advanceTo(t);
        return { outcome: await outcomeOf(diagram, simulator), logs: logs.map((log) => known(log, ports)) };
      };
      const [plain, once, often] = [await ran([1], false), await ran([1], true), await ran(until, true)];
      assertEquals(once.outcome, plain.outcome);
      assertEquals(often, once);
    }),
    { numRuns: runs(25) },
  );
});

Deno.test("SignalLog with a period has the recorded row where one is, and the value that is held elsewhere", async () => {
  const builder = new DiagramBuilder("held");
  const held = builder.add("held", integrator({ period: 0.25, initial: 1 }));
  builder.connect(held.output("y"), held.input("u"));
  builder.exportOutput("y", held.output("y"));
  const diagram = builder.build();
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 60 }), fc.nat(60), async (period, offset) => {
      await using simulator = new Simulator(diagram);
      const log = simulator.log(["y"], { period: period / 100, offset: offset / 100 });
      await simulator.initialize();
      await simulator.advanceTo(2.1);
      const rows = simulator.trace.rows();
      const expected = Array.from({ length: 300 }, (_, k) => offset + k * period).filter((t) => t <= 210).map((t) => {
        // The updates at t are not visible at t.
        const value = 1.25 ** Math.ceil(t / 25);
        if (t % 25 === 0) assertEquals(rows[t / 25]?.[1], value);
        return value;
      });
      assertEquals(log.rows().map(([, y]) => y), expected);
    }),
    { numRuns: runs(25) },
  );
});

Deno.test("SignalLog gives copies: what was read stays, and what is done to it changes no log", async () => {
  await using host = new Host();
  await fc.assert(
    fc.asyncProperty(diagramPlans(), mask, boundaries, async (plan, mask, until) => {
      const diagram = await buildDiagram(plan, { modeOf: modesOf(plan, mask) });
      const ports = Object.keys(diagram.outputs);
      await using simulator = new Simulator(diagram, { host });
      const log = simulator.log(ports);
      const read: { now: unknown; copy: unknown }[] = [];
      await simulator.initialize();
      for (const t of until) {
        await simulator.advanceTo(t);
        const now = { rows: log.rows(), series: ports.map((port) => log.series(port)) };
        read.push({ now, copy: structuredClone(now) });
      }
      for (const { now, copy } of read) assertEquals(now, copy);
      const copy = known(log, ports);
      for (const row of log.rows()) row.fill(-1);
      for (const port of ports) for (const { value } of log.series(port)) spoil(value);
      assertEquals(known(log, ports), copy);
    }),
    { numRuns: runs(25) },
  );
});

/** Changes a value in place as far as that is possible. */
function spoil(value: unknown): void {
  if (ArrayBuffer.isView(value)) new Uint8Array(value.buffer).fill(1);
  if (value instanceof Map) value.clear();
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return;
  for (const [key, item] of Object.entries(value)) {
    spoil(item);
    if (!ArrayBuffer.isView(value)) Reflect.set(value, key, -1);
  }
}

Deno.test("SignalLog knows ports by their paths: in inner diagrams, of inputs and of outputs", async () => {
  await using host = new Host();
  await fc.assert(
    fc.asyncProperty(diagramPlans(), mask, async (plan, mask) => {
      const groupOf = (node: NodePlan) => ((mask >> plan.nodes.indexOf(node)) & 1) === 1 ? "group" : undefined;
      const diagram = await buildDiagram(plan, { groupOf });
      await using simulator = new Simulator(diagram, { host });
      const ports = plan.nodes.flatMap((node) => {
        const path = groupOf(node) === undefined ? node.name : `group.${node.name}`;
        // Where an input has the name of an output, that is meant.
        const inputs = Object.entries(node.inputs).filter(([input]) => !(input in kindOf(node).outputs));
        return inputs.map(([input, source]) => {
          const from = typeof source === "string"
            ? { clock: "clock.t", axis: "axis.y", book: "book.book" }[source]
            : `${source.node}_${source.output}`;
          return { asked: `${path}.${input}`, same: from };
        });
      });
      const own = plan.nodes.filter((node) => groupOf(node) !== undefined).flatMap(({ name }) => {
        return Object.keys(diagram.outputs).filter((port) => port.startsWith(`${name}_`))
          .map((port) => ({ asked: `group.${name}.${port.slice(name.length + 1)}`, same: port }));
      });
      const pairs = [...ports, ...own];
      const log = simulator.log(pairs.flatMap(({ asked, same }) => [...new Set([asked, same])]));
      await simulator.initialize();
      await simulator.advanceTo(1);
      for (const { asked, same } of pairs) assertEquals(log.series(asked), log.series(same), `${asked} is ${same}`);
    }),
    { numRuns: runs(25) },
  );
});

/** A plant of two parts, and a diagram that has it behind a mailbox. */
function plantDiagrams(): { readonly plant: Diagram; readonly whole: Diagram } {
  const inner = new DiagramBuilder("plant");
  const motor = inner.add("motor", integrator({ period: 0.1, initial: 1 }));
  const load = inner.add("load", gain({ factor: 3 }));
  inner.exportInput("u", motor.input("u"));
  inner.connect(motor.output("y"), load.input("u"));
  inner.exportOutput("speed", motor.output("y"));
  const plant = inner.build() as Diagram;
  const outer = new DiagramBuilder("whole");
  const part = outer.add("plant", delegate(plant, { mode: "direct", period: 0.1 }));
  const back = outer.add("back", unitDelay({ period: 0.1 }));
  outer.connect(part.output("speed"), back.input("u"));
  outer.connect(back.output("y"), part.input("u"));
  outer.exportOutput("a.dotted.name", back.output("y"));
  outer.exportInput("unused", outer.add("extra", gain({ factor: 1 })).input("u"));
  return { plant, whole: outer.build() };
}

Deno.test("SignalLog sees into a delegated diagram where an output shows it, and says so where none does", async () => {
  const { whole } = plantDiagrams();
  await using host = new Host();
  await using simulator = new Simulator(whole, { host });
  simulator.fix("unused", 7);
  const log = simulator.log(["plant.motor.y", "plant.speed", "plant.load.u", "plant.u", "unused", "extra.y"]);
  await simulator.initialize();
  await simulator.advanceTo(1);
  assertEquals(log.series("plant.motor.y"), log.series("plant.speed"));
  assertEquals(log.series("plant.load.u"), log.series("plant.speed"));
  assertNotEquals(log.series("plant.u"), log.series("plant.speed"));
  assertEquals(log.row(0).slice(-2), [7, 7]);
  assertEquals(simulator.log(["a.dotted.name"]).row(0)[1], simulator.context.output("y", "back"));
  const refusals = {
    "plant.load.y": /on the far side of plant, a port that its outputs \(speed\) show is wanted/,
    "plant.motor.u": /on the far side of plant/,
    "plant.nobody.y": /no part nobody/,
    "plant.motor.z": /no such port, one of \(y, u\)/,
    "nobody.y": /no part nobody, one of \(back, extra, plant\)/,
    "": /no such port/,
  };
  for (const [port, message] of Object.entries(refusals)) {
    const error = assertThrows(() => simulator.log([port]), DiagramError);
    assert(message.test(error.message), error.message);
  }
  assertThrows(() => log.series("back.y"), DiagramError, "it is not logged");
  assertThrows(() => simulator.log(["plant.u"], { period: 0 }), RangeError);
  assertThrows(() => simulator.log("plant.u" as never), TypeError, "Cannot log plant.u of ");
  assertThrows(() => simulator.log(["plant.u"], { offset: 1 }), TypeError, "there is no period");
});

Deno.test("SignalLog is the same in every mode", async () => {
  await using host = new Host();
  await fc.assert(
    fc.asyncProperty(diagramPlans({ maxNodes: 3 }), async (plan) => {
      const logs: unknown[] = [];
      for (const mode of MODE_NAMES) {
        const diagram = await buildDiagram(plan, { modeOf: () => mode });
        const ports = Object.keys(diagram.outputs);
        await using simulator = new Simulator(diagram, { host });
        const log = simulator.log(ports);
        await simulator.initialize();
        await simulator.advanceTo(0.5);
        logs.push(known(log, ports));
      }
      for (const log of logs) assertEquals(log, logs[0]);
    }),
    { numRuns: runs(2) },
  );
});

Deno.test("SignalLog goes on after a snapshot as if nothing had come between", async () => {
  await using host = new Host();
  await fc.assert(
    fc.asyncProperty(diagramPlans({ kinds: SAVED }), mask, boundaries, period, async (plan, mask, until, period) => {
      const diagram = await buildDiagram(plan, { modeOf: modesOf(plan, mask) });
      await using simulator = new Simulator(diagram, { host });
      const ports = Object.keys(diagram.outputs);
      const logs = [simulator.log(ports), simulator.log(ports, { period })];
      await simulator.initialize();
      await simulator.advanceTo(until[0] ?? 0);
      const snapshot = await simulator.snapshot();
      await simulator.advanceTo(1);
      // A clock moves without events: a log of changes has a row where the run was restored.
      const elsewhere = (log: SignalLog) => log.rows().filter(([t]) => snapshot.pending || t !== snapshot.t);
      const once = logs.map(elsewhere);
      await simulator.restore(snapshot);
      await simulator.advanceTo(1);
      assertEquals(logs.map(elsewhere), once);
    }),
    { numRuns: runs(25) },
  );
});

Deno.test("SignalLog begins where it is made, and with each run; it sees what is set from outside at once", async () => {
  const builder = new DiagramBuilder("outside");
  const part = builder.add("half", gain({ factor: 0.5 }));
  builder.exportInput("u", part.input("u"));
  builder.exportOutput("y", part.output("y"));
  const late = builder.add("late", integrator({ period: 1 }));
  builder.connect(late.output("y"), late.input("u"));
  await using simulator = new Simulator(builder.build());
  simulator.fix("u", 2);
  const first = simulator.log(["y"]);
  await simulator.initialize();
  await simulator.advanceTo(2.5);
  simulator.fix("u", 4);
  const second = simulator.log(["y"]);
  await simulator.advanceTo(5);
  assertEquals(first.rows(), [[0, 1], [2.5, 2]]);
  assertEquals(second.rows(), [[2.5, 2]]);
  assertEquals(second.end, 5);
  await simulator.initialize({ at: 3 });
  assertEquals([first.rows(), second.rows()], [[[3, 2]], [[3, 2]]]);
});
