import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { clock, table } from "../../../lib/blocks/mod.ts";
import {
  defineSystem,
  delegate,
  DiagramBuilder,
  type OutputHandle,
  type Ports,
  type PortType,
  scalar,
  type System,
} from "../../../lib/diagram/mod.ts";
import { directHost, Host, loadSystem } from "../../../lib/host/mod.ts";
import { now } from "../../../lib/platform/mod.ts";
import { Simulator } from "../../../lib/simulator/mod.ts";
import { ENDLESS, KINDS } from "../../arbitraries/diagrams.ts";
import { runs } from "../../contracts/soak.ts";
import { socketMode } from "../../contracts/socket_mode.ts";

// The law of DESIGN, section 3, with an oracle that shares no code with delegation: the inner system run inline, its
// input held at u_k over (t_(k-1), t_k]. All times are whole numbers of ticks, so the test compares them exactly.

const TICKS = 600;
const seconds = (ticks: number) => ticks / TICKS;

interface TickTiming {
  readonly period: number;
  readonly offset: number;
}

/** Fix the inputs, go to a time, and perhaps run what is pending there. */
interface Command {
  readonly wait: number;
  readonly pending: boolean;
  readonly inputs: number;
}

interface Experiment {
  readonly kind: string;
  readonly seed: number;
  readonly inner: TickTiming;
  readonly outer: TickTiming;
  /** How many periods a reply is late. */
  readonly latency: number;
  /** Other events of the near side's run, which name t where they have a smaller period. */
  readonly others: readonly TickTiming[];
  readonly commands: readonly Command[];
}

const kinds = ENDLESS.filter((kind) => Object.keys(KINDS[kind]!.inputs).length > 0);
const timing = fc.record({
  period: fc.constantFrom(6, 12, 20, 30, 60, 60, 75, 120, 150, 180, 200),
  offset: fc.oneof(fc.constant(0), fc.constantFrom(6, 20, 25, 30, 60, 100, 180)),
});
const command: fc.Arbitrary<Command> = fc.record({
  wait: fc.oneof(fc.nat(90), fc.constantFrom(0, 6, 30, 60, 120, 150, 180)),
  pending: fc.boolean(),
  inputs: fc.integer(),
});
const latency = fc.oneof({ weight: 2, arbitrary: fc.constant(1) }, { weight: 3, arbitrary: fc.constantFrom(2, 3, 4) });
const commands = fc.array(command, { minLength: 1, maxLength: 12 });

/** Any timings; what else happens on the near side is slower than the requests, so it names no instant of theirs. */
const anyTimings: fc.Arbitrary<Experiment> = fc.record({
  kind: fc.constantFrom(...kinds),
  seed: fc.nat(20),
  inner: timing,
  outer: timing,
  latency,
  others: fc.constant([]),
  commands,
});

/** Each inner event falls on a request; anything may happen on the near side. */
const innerOnRequests: fc.Arbitrary<Experiment> = fc.record({
  kind: fc.constantFrom(...kinds),
  seed: fc.nat(20),
  outer: timing,
  latency,
  times: fc.integer({ min: 1, max: 3 }),
  later: fc.nat(3),
  others: fc.array(timing, { maxLength: 2 }),
  commands,
}).map(({ times, later, ...rest }) => {
  const { period, offset } = rest.outer;
  return { ...rest, inner: { period: times * period, offset: offset + later * period } };
});

function options({ period, offset }: TickTiming): { period: number; offset: number } {
  return { period: seconds(period), offset: seconds(offset) };
}

async function innerSystem({ kind, seed, inner, outer }: Experiment): Promise<System> {
  const node = { name: "guest", kind, seed, timing: options(inner), delegation: options(outer), inputs: {} };
  const { module, argument } = KINDS[kind]!;
  return await loadSystem({ module, export: kind, argument: argument(node) });
}

function ticker(timing: TickTiming): System {
  return defineSystem({ name: "ticker", state: { n: scalar() }, update: { ...options(timing), run: () => {} } });
}

/** The part beside systems that only give instants of the run their names. */
function among(part: System, others: readonly TickTiming[]): System {
  const builder = new DiagramBuilder("test");
  const inner = builder.add("part", part);
  others.forEach((timing, index) => builder.add(`ticker${index}`, ticker(timing)));
  builder.add("clock", clock());
  for (const input of Object.keys(part.inputs)) builder.exportInput(input, inner.input(input));
  for (const output of Object.keys(part.outputs)) builder.exportOutput(output, inner.output(output));
  return builder.build();
}

function value(type: PortType, choice: number): unknown {
  const small = [0, -0, 1, 0.1, -2.5, 1e-300, choice % 97, choice / 7919][Math.abs(choice) % 8]!;
  switch (type.kind) {
    case "scalar":
      return choice % 41 === 40 ? NaN : small;
    case "vector":
      return [small, choice % 13, -small];
    case "abstract":
      return { accounts: new Map([[`account ${Math.abs(choice % 4)}`, BigInt(choice)]]), last: Float64Array.of(small) };
  }
}

function fixAll(simulator: Simulator, ports: Ports, choice: number): void {
  for (const [port, type] of Object.entries(ports)) simulator.fix(port, value(type, choice));
}

function outputs(simulator: Simulator, ports: Ports): unknown[] {
  // A copy: a vector may be the very array that the state is kept in.
  return Object.keys(ports).map((port) => structuredClone(simulator.context.output(port)));
}

/** y^ of the law, event by event. */
class Oracle {
  readonly #simulator: Simulator;
  readonly #system: System;
  readonly #outer: TickTiming;
  readonly #latency: number;
  /** y^ after initialization, then y^(t_0), y^(t_1), ... */
  readonly #values: unknown[][];

  constructor(system: System, { kind, outer, latency, others }: Experiment, choice: number) {
    // Requests name the instants that they share with inner events, but they are no steps of the inner run.
    const inline = kind === "stepper" ? system : among(system, [outer, ...others]);
    this.#system = system;
    this.#outer = outer;
    this.#latency = latency;
    this.#simulator = new Simulator(inline, { record: [], host: directHost({ now }) });
    fixAll(this.#simulator, system.inputs, choice);
    this.#simulator.initializeSync();
    this.#values = [outputs(this.#simulator, system.outputs)];
  }

  /** How many requests were posted. */
  get posted(): number {
    return this.#values.length - 1;
  }

  /** The time of the next request, in ticks. */
  get next(): number {
    return this.#outer.offset + this.posted * this.#outer.period;
  }

  post(choice: number): void {
    fixAll(this.#simulator, this.#system.inputs, choice);
    this.#simulator.advanceToSync(seconds(this.next));
    this.#simulator.advancePendingEventsSync();
    this.#values.push(outputs(this.#simulator, this.#system.outputs));
  }

  /** What the near side shows after that many requests: with a latency of 1, the reply to the last but one. */
  shown(posted: number = this.posted): unknown[] {
    return this.#values[Math.max(0, posted - this.#latency)]!;
  }
}

/** Runs an experiment against the oracle. */
async function check(experiment: Experiment, mode: string, host: Host): Promise<void> {
  const system = await innerSystem(experiment);
  const { outer, latency, others, commands } = experiment;
  const whole = among(delegate(system, { mode, ...options(outer), latency }), others);
  const seen: { t: number; values: unknown[] }[] = [];
  await using simulator = new Simulator(whole, {
    host,
    monitor: ({ t }) => void seen.push({ t, values: outputs(simulator, system.outputs) }),
  });
  const [first] = commands;
  fixAll(simulator, system.inputs, first!.inputs);
  await simulator.initialize();
  const oracle = new Oracle(system, experiment, first!.inputs);
  assertEquals(outputs(simulator, system.outputs), oracle.shown(), "after initialization");
  let at = 0;
  for (const [index, { wait, pending, inputs }] of commands.entries()) {
    at += wait;
    fixAll(simulator, system.inputs, inputs);
    await simulator.advanceTo(seconds(at));
    while (oracle.next < at) oracle.post(inputs);
    assertEquals(outputs(simulator, system.outputs), oracle.shown(), `command ${index}, before the events at ${at}`);
    if (!pending) continue;
    await simulator.advancePendingEvents();
    if (oracle.next === at) oracle.post(inputs);
    assertEquals(outputs(simulator, system.outputs), oracle.shown(), `command ${index}, after the events at ${at}`);
  }
  // Whoever looks when time arrives at an instant sees what the releases before it left.
  for (const { t, values } of seen) {
    const ticks = Math.round(t * TICKS);
    const before = Math.max(0, Math.ceil((ticks - outer.offset) / outer.period));
    assertEquals(values, oracle.shown(Math.min(before, oracle.posted)), `arriving at ${t}`);
  }
}

for (const [mode, numRuns] of Object.entries({ direct: 400, thread: 120, process: 120, socket: 40 })) {
  for (const [name, experiments] of Object.entries({ anyTimings, innerOnRequests })) {
    Deno.test(`delegate() keeps the law in ${mode} mode, at every event and between them (${name})`, async () => {
      await using host = new Host({ modes: [socketMode()] });
      await fc.assert(
        fc.asyncProperty(experiments, (experiment) => check(experiment, mode, host)),
        { numRuns: runs(numRuns) },
      );
    });
  }
}

const delayedRuns = fc.record({
  // A stepper counts the steps of its run, and the run inline has other steps than the far side's; busy has no offset.
  kind: fc.constantFrom(...kinds.filter((kind) => !["stepper", "busy", "latch", "pacer", "walker"].includes(kind))),
  seed: fc.nat(20),
  outer: timing,
  times: fc.integer({ min: 1, max: 3 }),
  later: fc.nat(3),
  source: fc.constantFrom(6, 20, 30, 60, 75, 180),
  rows: fc.array(fc.integer(), { minLength: 1, maxLength: 20 }),
  steps: fc.integer({ min: 1, max: 20 }),
  // In a further microstep of an instant an input is seen inline as the updates of that instant leave it: of that the next request
  // brings word. So here are no triggers, and nobody who looks at an input in such a microstep.
}).filter(({ kind, seed }) => kind !== "alarm" || seed % 2 === 0);

/** The system with a table before each input that it can feed; its other inputs are fixed. */
function fed(system: System, { source, rows }: { source: number; rows: readonly number[] }): System {
  const builder = new DiagramBuilder("fed");
  const part = builder.add("part", system);
  for (const [input, type] of Object.entries(system.inputs)) {
    if (type.kind === "abstract") builder.exportInput(input, part.input(input));
    else {
      const values = rows.map((choice) => value(type, choice) as number | readonly number[]);
      const from = builder.add(`table_${input}`, table({ period: seconds(source), rows: values }));
      builder.connect(from.output("y") as OutputHandle, part.input(input));
    }
  }
  for (const output of Object.keys(system.outputs)) builder.exportOutput(output, part.output(output));
  return builder.build();
}

for (const [mode, numRuns] of Object.entries({ direct: 200, thread: 60, process: 60, socket: 20 })) {
  Deno.test(`delegate() delays the inline run by a period where each inner event is a request (${mode} mode)`, async () => {
    await using host = new Host({ modes: [socketMode()] });
    await fc.assert(
      fc.asyncProperty(delayedRuns, async ({ times, later, steps, ...run }) => {
        const { outer, kind, seed } = run;
        const inner = { period: times * outer.period, offset: outer.offset + later * outer.period };
        const system = await innerSystem({ kind, seed, inner, outer, latency: 1, others: [], commands: [] });
        // What an output reads at once it sees after the updates of the instant inline, and before them by the law.
        const held = Object.entries(KINDS[kind]!.outputs).filter(([, { direct }]) => direct.length === 0);
        const read = (simulator: Simulator) => held.map(([port]) => structuredClone(simulator.context.output(port)));
        // The ticker gives both runs the same instants, so the same names of them.
        const whole = among(fed(system, run), [outer]);
        await using inline = new Simulator(whole, { host });
        await using delegated = new Simulator(fed(delegate(system, { mode, ...options(outer) }), run), { host });
        for (const simulator of [inline, delegated]) {
          fixAll(simulator, whole.inputs, 0);
          await simulator.initialize();
        }
        let before = read(inline);
        for (let step = 0; step < steps; step++) {
          const t = seconds(outer.offset + step * outer.period);
          await inline.advanceTo(t);
          await delegated.advanceTo(t);
          await inline.advancePendingEvents();
          await delegated.advancePendingEvents();
          assertEquals(read(delegated), before, `event ${step} at ${t}`);
          before = read(inline);
        }
      }),
      { numRuns: runs(numRuns) },
    );
  });
}
