import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { clock } from "../../../lib/blocks/mod.ts";
import { delegate, type Diagram, DiagramBuilder, type System } from "../../../lib/diagram/mod.ts";
import type { ModeName } from "../../../lib/host/mod.ts";
import { Host, loadSystem, MODE_NAMES } from "../../../lib/host/mod.ts";
import {
  type Arrivals,
  eventTime,
  exact,
  type Lag,
  Simulator,
  type SimulatorOptions,
} from "../../../lib/simulator/mod.ts";
import { buildDiagram, diagramPlans } from "../../arbitraries/diagrams.ts";
import { ELSEWHERE } from "../../contracts/modes.ts";
import { runs } from "../../contracts/soak.ts";
import { simulate } from "../../simulator/outcome.ts";

const LAW = import.meta.resolve("../../guests/law.ts");
const PERIOD = 0.01;

interface Guest {
  readonly mode: "thread" | "process";
  /** Periods between two requests, and between two inner updates. */
  readonly outer: number;
  readonly inner: number;
  readonly seed: number;
  /** The longest delay at each place, in milliseconds. */
  readonly most: number;
}

const guests: fc.Arbitrary<Guest[]> = fc.array(
  fc.record({
    mode: fc.constantFrom(...ELSEWHERE),
    outer: fc.constantFrom(1, 1, 2),
    inner: fc.constantFrom(1, 2, 3),
    seed: fc.nat(1000),
    most: fc.constantFrom(0, 2, 6),
  }),
  { minLength: 1, maxLength: 3 },
);

async function inner({ inner, seed, most }: Guest): Promise<System> {
  return await loadSystem({ module: LAW, export: "tardy", argument: { period: PERIOD * inner, seed, most } });
}

/** Guests that all see the clock. */
async function diagramOf(guests: readonly Guest[], mode?: ModeName): Promise<Diagram> {
  const builder = new DiagramBuilder("guests");
  const time = builder.add("clock", clock()).output("t");
  for (const [index, guest] of guests.entries()) {
    const system = await inner(mode === undefined ? guest : { ...guest, most: 0 });
    const options = { mode: mode ?? guest.mode, period: PERIOD * guest.outer, deterministic: false };
    const part = builder.add(`guest${index}`, delegate(system, options));
    builder.connect(time, part.input("u") as Parameters<typeof builder.connect>[1]);
    for (const port of ["y", "both"]) builder.exportOutput(`${port}${index}`, part.output(port));
  }
  return builder.build();
}

interface Run {
  readonly certificate: string;
  readonly rows: number[][];
  readonly arrivals: Arrivals;
  readonly lag: Readonly<Record<string, Lag>>;
}

async function run(diagram: Diagram, until: number, options: SimulatorOptions): Promise<Run> {
  await using simulator = new Simulator(diagram, options);
  await simulator.initialize();
  await simulator.advanceTo(until);
  const { arrivals, lag, trace } = simulator;
  return { certificate: await trace.certificate(), rows: trace.rows(), arrivals, lag };
}

/** The lag that these arrivals mean, over that many events. */
function lagOf(arrivals: Arrivals[string], events: number): Lag {
  let released = -1;
  const lags = Array.from({ length: events }, (_, k) => {
    released = arrivals.find(({ event }) => event === k)?.processed.at(-1) ?? released;
    return k - 1 - released;
  });
  const sum = lags.reduce((total, lag) => total + lag, 0);
  return { most: Math.max(0, ...lags), mean: sum / events, held: lags.filter((lag) => lag > 0).length };
}

/** What the arrivals make each event show: the guest run inline, its input held from one request to the next. */
async function shownBy(guest: Guest, arrivals: Arrivals[string], events: number): Promise<number[][]> {
  const system = await inner({ ...guest, most: 0 });
  const named = { period: PERIOD * guest.outer, offset: 0 };
  const timing = { period: exact(named.period), offset: exact(0) };
  const simulator = new Simulator(system);
  const outputs = () => ["y", "both"].map((port) => simulator.context.output(port) as number);
  simulator.fix("u", 0);
  simulator.initializeSync();
  let shown = outputs();
  return Array.from({ length: events }, (_, k) => {
    for (const request of arrivals.find(({ event }) => event === k)?.processed ?? []) {
      // A request names the instant that it shares with inner events; one that was not worked on names nothing.
      const t = request * named.period;
      simulator.fix("u", t);
      simulator.advanceThroughSync({ time: eventTime(timing, BigInt(request)), t, named });
      shown = outputs();
    }
    return shown;
  });
}

Deno.test("a non-deterministic run releases what its arrivals say, ascending, with the lag that they mean, and replays", async () => {
  await using host = new Host();
  let held = 0;
  let released = 0;
  const check = async (guests: readonly Guest[], steps: number) => {
    const until = steps * PERIOD;
    const diagram = await diagramOf(guests);
    // Paced, so that some replies arrive in time and others do not; which ones changes no assertion.
    const recorded = await run(diagram, until, { host, clock: host.clock, rate: 5 });
    for (const [index, guest] of guests.entries()) {
      const path = `guest${index}`;
      const events = Math.ceil(steps / guest.outer);
      const arrivals = recorded.arrivals[path] ?? [];
      let [event, request] = [-1, -1];
      for (const arrival of arrivals) {
        assert(arrival.event > event, JSON.stringify(arrivals));
        for (const next of arrival.processed) {
          assert(next > request, JSON.stringify(arrivals));
          request = next;
        }
        event = arrival.event;
        assert(request < event, JSON.stringify(arrivals));
      }
      assertEquals(recorded.lag[path], lagOf(arrivals, events));
      held += recorded.lag[path]!.held;
      released += arrivals.length;
    }
    for (const mode of [undefined, ...MODE_NAMES]) {
      const replayed = await run(await diagramOf(guests, mode), until, { host, arrivals: recorded.arrivals });
      assertEquals(replayed.rows, recorded.rows, `replayed in ${mode ?? "its own modes"}`);
      assertEquals(replayed, recorded);
    }
  };
  await fc.assert(fc.asyncProperty(guests, fc.integer({ min: 10, max: 50 }), check), { numRuns: runs(8) });
  // Chance decides what arrives in time; some replies have to, and some must not.
  const slow: Guest = { mode: "thread", outer: 1, inner: 1, seed: 1, most: 6 };
  for (let round = 0; (released === 0 || held === 0) && round < 20; round++) await check([slow], 50);
  assert(released > 0, "something arrived");
  assert(held > 0, "something was late");
});

Deno.test("a non-deterministic run shows what the law makes of the requests that were worked on", async () => {
  await using host = new Host();
  await fc.assert(
    fc.asyncProperty(guests, fc.integer({ min: 10, max: 40 }), async ([first], steps) => {
      const guest = first!;
      const { rows, arrivals } = await run(await diagramOf([guest]), steps * PERIOD * guest.outer, {
        host,
        clock: host.clock,
        rate: 5,
      });
      const shown = await shownBy(guest, arrivals["guest0"] ?? [], steps);
      assertEquals(rows.map(([_, ...values]) => values), shown);
    }),
    { numRuns: runs(8) },
  );
});

Deno.test("a non-deterministic run in direct mode is the deterministic one, without lag", async () => {
  await using host = new Host();
  await fc.assert(
    fc.asyncProperty(diagramPlans(), fc.nat(255), async (plan, mask) => {
      const modeOf = (node: typeof plan.nodes[number]) => mask >> plan.nodes.indexOf(node) & 1 ? "direct" : "inline";
      const expected = await simulate(await buildDiagram(plan, { modeOf }), { host, until: [1] });
      const diagram = await buildDiagram(plan, { modeOf, deterministicOf: () => false });
      assertEquals(await simulate(diagram, { host, until: [1] }), expected);
      const { lag } = await run(diagram, 1, { host });
      for (const { most, mean, held } of Object.values(lag)) assertEquals([most, mean, held], [0, 0, 0]);
    }),
    { numRuns: runs(50) },
  );
});

Deno.test("a recorded random diagram replays in all modes", async () => {
  await using host = new Host();
  await fc.assert(
    fc.asyncProperty(diagramPlans({ maxNodes: 4, loops: "any" }), fc.nat(80), async (plan, choice) => {
      const digit = (node: typeof plan.nodes[number]) => Math.floor(choice / 3 ** plan.nodes.indexOf(node)) % 3;
      const build = async (modes: readonly ModeName[]) => {
        return await buildDiagram(plan, {
          modeOf: (node) => modes[digit(node)]!,
          deterministicOf: ({ seed }) => seed % 3 === 0,
        });
      };
      const recorded = await run(await build(["thread", "process", "direct"]), 1, {
        host,
        clock: host.clock,
        rate: 20,
      });
      for (const modes of [["direct", "direct", "direct"], ["process", "thread", "thread"]] as const) {
        assertEquals(await run(await build(modes), 1, { host, arrivals: recorded.arrivals }), recorded, modes.join());
      }
    }),
    { numRuns: runs(12) },
  );
});
