/**
 * Measures what the simulator costs without delegation, compared with hand-written loops over plain objects.
 */

import {
  defineSystem,
  type Diagram,
  DiagramBuilder,
  type LeafSystem,
  scalar,
  type ScalarType,
  type SignalLog,
  Simulator,
} from "../../mod.ts";
import { delay } from "../../lib/blocks/mod.ts";
import { compare, type Table, took } from "./statistics.ts";

const PERIOD = 0.1;
const WARMUPS = 3;

/** A system with x := u + 1 at each step and y = x. Each call defines a new system. */
function counting(): LeafSystem<{ u: ScalarType }, { y: ScalarType }> {
  return defineSystem({
    name: "counting",
    inputs: { u: scalar() },
    state: { x: scalar() },
    outputs: { y: { type: scalar(), feedthrough: [], value: ({ state }) => state.x } },
    update: { period: PERIOD, run: ({ input, next }) => void (next.x = input.u + 1) },
  });
}

/** A ring of systems, all with the same definition or each with its own. */
function ring(systems: number, make: typeof counting): Diagram {
  const builder = new DiagramBuilder("ring");
  // Parts are in order of their names, which is the order of the ring and of the hand-written loop.
  const parts = Array.from(
    { length: systems },
    (_, index) => builder.add(`p${String(index).padStart(6, "0")}`, make()),
  );
  let before = parts.at(-1);
  for (const part of parts) {
    if (before !== undefined) builder.connect(before.output("y"), part.input("u"));
    builder.exportOutput(part.name, part.output("y"));
    before = part;
  }
  return builder.build();
}

/** The same ring, written by hand. */
class PlainRing {
  readonly #systems: { x: number; next: number; source: { readonly x: number } }[] = [];

  constructor(systems: number) {
    for (let index = 0; index < systems; index++) this.#systems.push({ x: 0, next: 0, source: { x: 0 } });
    this.#systems.forEach((system, index) => system.source = this.#systems.at(index - 1) ?? system);
  }

  steps(count: number): void {
    for (let step = 0; step < count; step++) {
      for (const system of this.#systems) system.next = system.source.x + 1;
      for (const system of this.#systems) system.x = system.next;
    }
  }
}

/** Repeatedly advances a run by some steps. */
class Steps {
  readonly #simulator: Simulator;
  #done = 0;
  #log: SignalLog | undefined;

  private constructor(simulator: Simulator) {
    this.#simulator = simulator;
  }

  static of(system: Diagram, record: readonly string[] = [], { isLogged = false } = {}): Steps {
    const simulator = new Simulator(system, { record });
    simulator.initializeSync();
    const steps = new Steps(simulator);
    if (isLogged) steps.#log = simulator.log();
    return steps;
  }

  more(count: number): void {
    this.#done += count;
    this.#simulator.advanceToSync(this.#done * PERIOD);
    // Recorded rows must not fill the memory.
    if (this.#simulator.trace.length > 0) this.#simulator.trace.truncate(0);
    this.#log?.truncate(0);
  }
}

/** Nanoseconds per system and step, for rings of that many systems; ratios are to the hand-written loop. */
export async function ringSteps(systems: number, options: { rounds: number }): Promise<Table> {
  const steps = Math.max(20, Math.round(1_000_000 / systems));
  const nano = (milliseconds: number) => milliseconds * 1e6 / (steps * systems);
  const plain = new PlainRing(systems);
  const shared = counting();
  const [one, own] = [Steps.of(ring(systems, () => shared)), Steps.of(ring(systems, counting))];
  const figures = await compare({
    "a loop by hand": async () => nano(await took(() => plain.steps(steps))),
    "systems of one description": async () => nano(await took(() => one.more(steps))),
    "each of its own description": async () => nano(await took(() => own.more(steps))),
  }, { ...options, warmups: WARMUPS });
  return { title: `A step of ${systems} inline systems in a ring, a system`, unit: "ns", figures };
}

/** Milliseconds to build a diagram of that many systems, and to open a run of it. */
export async function building(systems: number, options: { rounds: number }): Promise<Table> {
  const shared = counting();
  const diagram = ring(systems, () => shared);
  const figures = await compare({
    "as many plain objects": async () => await took(() => new PlainRing(systems)),
    "the diagram": async () => await took(() => ring(systems, () => shared)),
    "a run of it": async () => await took(() => Steps.of(diagram)),
  }, options);
  return { title: `Making ${systems} inline systems`, unit: "ms", figures };
}

/** Bytes per system of a run with that many systems, diagram included. */
export function memory(systems: number): Promise<Table> {
  const shared = counting();
  const used = () => Deno.memoryUsage().heapUsed + Deno.memoryUsage().external;
  const figure = (name: string, make: () => unknown, base: number | undefined) => {
    const before = used();
    const made = make();
    const bytes = (used() - before) / systems;
    return { made, figure: { name, least: bytes, median: bytes, most: bytes, ratio: bytes / (base ?? bytes) } };
  };
  const plain = figure("plain objects", () => new PlainRing(systems), undefined);
  const run = figure("a run and its diagram", () => Steps.of(ring(systems, () => shared)), plain.figure.median);
  return Promise.resolve({
    title: `Memory of ${systems} inline systems, a system, garbage included`,
    unit: "bytes",
    figures: [plain.figure, run.figure],
  });
}

/** Nanoseconds per step of small systems: delays of 1 and 1,000 steps, and a counter. */
export async function smallSteps(options: { rounds: number }): Promise<Table> {
  const steps = 200_000;
  const nano = (milliseconds: number) => milliseconds * 1e6 / steps;
  const delayed = (by: number) => {
    const builder = new DiagramBuilder("delayed");
    const part = builder.add("delay", delay({ period: PERIOD, steps: by }));
    builder.connect(part.output("y"), part.input("u"));
    return Steps.of(builder.build());
  };
  const [one, short, long] = [Steps.of(ring(1, counting)), delayed(1), delayed(1000)];
  const figures = await compare({
    "one system that counts": async () => nano(await took(() => one.more(steps))),
    "delay by 1 step": async () => nano(await took(() => short.more(steps))),
    "delay by 1,000 steps": async () => nano(await took(() => long.more(steps))),
  }, { ...options, warmups: WARMUPS });
  return { title: "A step of one small inline system", unit: "ns", figures };
}

/**
 * Nanoseconds that recording and logging add per signal and step; a log looks twice per step, after the release and
 * after the updates.
 */
export async function recording(options: { rounds: number }): Promise<Table> {
  const [systems, steps] = [1000, 500];
  const diagram = ring(systems, counting);
  const nano = (milliseconds: number) => milliseconds * 1e6 / (systems * steps);
  const plain = Steps.of(diagram);
  const recorded = Steps.of(diagram, Object.keys(diagram.outputs));
  const logged = Steps.of(diagram, [], { isLogged: true });
  const step = async (of: Steps) => nano(await took(() => of.more(steps)));
  const figures = await compare({
    "a step": async () => await step(plain),
    "what recording adds": async () => await step(recorded) - await step(plain),
    "what a log of changes adds": async () => await step(logged) - await step(plain),
  }, { ...options, warmups: WARMUPS });
  return { title: `Recording ${systems} signals, a signal and step`, unit: "ns", figures };
}
