/**
 * The rows that the law of delegation requires of an experiment, from the system itself, run inline.
 *
 * Let t_k be the events of the delegation, u_k the inputs there, and y^ the output, after the events of an instant, of
 * the system with its input held at u_k over (t_(k-1), t_k]. Then:
 *
 * - from the release at t_k until the release at t_(k+1), the output is y^(t_(k-1));
 * - before the first reply, the output is y^ after initialization.
 *
 * Nothing here is delegated, posted or released: this is an oracle for the code that does so. The inputs come from
 * sources that reuse the same vectors and data and change them in place, and the contracts of the system's functions
 * are checked.
 */

import {
  defineSystem,
  DiagramBuilder,
  type NoPorts,
  type OutputSpec,
  type PortType,
  scalar,
  type ScalarType,
  type System,
} from "../diagram/mod.ts";
import { roundTrip } from "../codec/mod.ts";
import { directHost } from "../host/mod.ts";
import { compare, exact, Simulator, Timeline } from "../simulator/mod.ts";
import { type Cell, cellsOf } from "./cells.ts";
import { endOf, type Experiment, valuesAt } from "./experiment.ts";
import { declared, type Row } from "./observation.ts";

/** The rows that an observer of the delegated system must see; `now` returns the real time in milliseconds. */
export function lawfulRows(system: System, options: { experiment: Experiment; now: () => number }): Row[] {
  const { experiment, now } = options;
  const { delegated, driven } = experiment;
  const clock = { now, sleepUntil: () => Promise.resolve(), breathe: () => undefined };
  // The clock that times an inner far side is not a clock of the system.
  const host = directHost({ now: () => 0 });
  const source = new LiveSource(system);
  const inline = new Simulator(source.diagram, { host, clock, record: [], contracts: true });
  const end = endOf(experiment);
  const rows: Row[] = [];
  let driverEvents = 0;
  source.hold(inline, valuesAt(experiment, driverEvents));
  inline.initializeSync();
  let latest = outputsOf(system, inline);
  let shown = latest;
  let t = end;

  const timeline = new Timeline([delegated, driven]);
  const START = { num: 0n, den: 1n };
  let instant = timeline.instantAt(START) ?? timeline.next(START);
  for (; instant !== undefined; instant = timeline.next(instant.exact)) {
    const order = compare(instant.exact, exact(end));
    if (order > 0 && instant.t > end) break;
    rows.push({ t: instant.t, at: "before the release", cells: shown });
    if (order >= 0 || instant.t >= end) {
      // Updates due exactly at the end stay pending.
      t = instant.t;
      break;
    }
    if (instant.due.includes(0)) {
      shown = latest;
      rows.push({ t: instant.t, at: "after the release", cells: shown });
      source.hold(inline, valuesAt(experiment, driverEvents));
      inline.advanceThroughSync({ time: instant.exact, t: instant.t, named: instant.named });
      latest = outputsOf(system, inline);
    }
    if (instant.due.includes(1)) driverEvents++;
  }
  rows.push({ t, at: "at the end", cells: shown });
  return rows;
}

/** A system behind sources whose values change between its instants. */
class LiveSource {
  readonly diagram: System;
  readonly #values: Record<string, unknown> = {};
  #turn = 0;

  constructor(system: System) {
    const builder = new DiagramBuilder(system.name);
    const subject = builder.add("subject", system);
    const outputs = Object.fromEntries(
      Object.entries(system.inputs).map(
        ([port, type]): [string, OutputSpec<{ turn: ScalarType }, NoPorts, PortType>] => {
          return [port, { type: declared(type), value: () => this.#values[port] }];
        },
      ),
    );
    const source = builder.add("source", defineSystem({ name: "source", inputs: { turn: scalar() }, outputs }));
    for (const port of Object.keys(system.inputs)) builder.connect(source.output(port), subject.input(port));
    for (const port of Object.keys(system.outputs)) builder.exportOutput(port, subject.output(port));
    builder.exportInput("turn", source.input("turn"));
    this.diagram = builder.build();
  }

  /** Shows other values from the next instant on: copies, as a far side gets them, in the same buffers as before. */
  hold(inline: Simulator, values: Record<string, unknown>): void {
    inline.fix("turn", ++this.#turn);
    for (const [port, value] of Object.entries(roundTrip(values) as Record<string, unknown>)) {
      const before = this.#values[port];
      if (!Array.isArray(before) || !Array.isArray(value)) this.#values[port] = value;
      else before.splice(0, before.length, ...value);
    }
  }
}

function outputsOf(system: System, inline: Simulator): Cell[] {
  const values = Object.keys(system.outputs).map((output) => inline.context.output(output));
  return cellsOf(system.outputs, roundTrip(values) as unknown[]);
}
