/**
 * Observes a delegated system: the rows of a run, and the first difference between two runs.
 *
 * - There is a row at each instant at which anything is due, as a publish sees it: before the release.
 * - There is a row at each event of the delegation, as an update sees it: after the release.
 * - There is a row at the end of the run.
 */

import {
  abstract,
  defineSystem,
  type DelegatedSystem,
  DiagramBuilder,
  type LeafSystem,
  type NoPorts,
  type OutputSpec,
  type Ports,
  type PortType,
  scalar,
  type ScalarType,
  type System,
  vector,
} from "../diagram/mod.ts";
import type { Host } from "../host/mod.ts";
import { Simulator } from "../simulator/mod.ts";
import { type Cell, cellsOf, columnsOf, equalCells } from "./cells.ts";
import { type Experiment, valuesAt } from "./experiment.ts";

/** The observation at one instant. */
export interface Row {
  /** The simulated time, in seconds. */
  readonly t: number;
  /** When within the instant it was observed. */
  readonly at: "before the release" | "after the release" | "at the end";
  readonly cells: readonly Cell[];
}

/** The first difference between two runs. */
export interface Parting {
  /** The row, from 0. */
  readonly row: number;
  /** When the row was observed, taken from the run with more rows if they differ. */
  readonly when: string;
  /** The column, `t`, or `rows` if one run has fewer rows. */
  readonly port: string;
  /** The value in the first run. */
  readonly one: Cell | undefined;
  /** The value in the second run. */
  readonly other: Cell | undefined;
}

/** Runs an experiment, with an advance to each of `stops`, and returns its rows. */
export async function observe(
  system: DelegatedSystem,
  options: { experiment: Experiment; host: Host; stops: readonly number[] },
): Promise<Row[]> {
  const { experiment, host, stops } = options;
  const rows: Row[] = [];
  const builder = new DiagramBuilder("experiment");
  const subject = builder.add("subject", system);
  const source = builder.add("source", driver(system, experiment));
  const looker = builder.add("looker", probe(system, { experiment, rows }));
  for (const input of Object.keys(system.inputs)) builder.connect(source.output(input), subject.input(input));
  for (const output of Object.keys(system.outputs)) builder.connect(subject.output(output), looker.input(output));

  await using simulator = new Simulator(builder.build(), { host, clock: host.clock, record: [] });
  await simulator.initialize();
  for (const stop of stops) {
    // A system that ends its run keeps showing its outputs of that instant.
    while ((await simulator.advanceTo(stop)).reason !== "reached-boundary");
  }
  const { context } = simulator;
  const last = Object.keys(system.outputs).map((output) => context.output(output, "subject"));
  rows.push({ t: context.t, at: "at the end", cells: cellsOf(system.outputs, last) });
  // This throws the error of the last request here, not at disposal.
  await simulator.end();
  return rows;
}

/** The first row and column in which two runs differ. */
export function parting(ports: Ports, one: readonly Row[], other: readonly Row[]): Parting | undefined {
  const columns = columnsOf(ports);
  for (let row = 0; row < Math.max(one.length, other.length); row++) {
    const left = one[row];
    const right = other[row];
    const shown = left ?? right;
    const when = shown === undefined ? "" : `t=${shown.t}, ${shown.at}`;
    if (left === undefined || right === undefined) return { row, when, port: "rows", one: left?.t, other: right?.t };
    if (left.at !== right.at || !Object.is(left.t, right.t)) {
      return { row, when, port: "t", one: left.t, other: right.t };
    }
    const column = left.cells.findIndex((cell, index) => !equalCells(cell, right.cells[index]));
    if (column >= 0) {
      return { row, when, port: columns[column] ?? "", one: left.cells[column], other: right.cells[column] };
    }
  }
  return undefined;
}

/** A source that shows the rows of the experiment, one after another. */
function driver(system: System, experiment: Experiment): LeafSystem {
  const outputs: Record<string, OutputSpec<NoPorts, { events: ScalarType }, PortType>> = {};
  for (const [port, type] of Object.entries(system.inputs)) {
    outputs[port] = { type: declared(type), value: ({ state }) => valuesAt(experiment, state.events)[port] };
  }
  return defineSystem({
    name: "source",
    state: { events: scalar(0) },
    outputs,
    update: { ...experiment.driven, run: ({ state, next }) => void (next.events = state.events + 1) },
  });
}

/** A system that records what it sees as rows. */
function probe(
  system: System,
  { experiment, rows }: { experiment: Experiment; rows: Row[] },
): LeafSystem {
  const inputs: Ports = Object.fromEntries(
    Object.entries(system.outputs).map(([port, type]) => [port, declared(type)]),
  );
  const look = (at: Row["at"]) => ({ t, input }: { t: number; input: Readonly<Record<string, unknown>> }) => {
    rows.push({ t, at, cells: cellsOf(inputs, Object.keys(inputs).map((port) => input[port])) });
  };
  return defineSystem({
    name: "probe",
    inputs,
    update: { ...experiment.delegated, run: look("after the release") },
    publishPerStep: look("before the release"),
  });
}

/** A port type that matches the given one and is not optional. */
export function declared(type: PortType): PortType {
  switch (type.kind) {
    case "scalar":
      return scalar(type.initial);
    case "vector":
      return vector(type.size);
    case "abstract":
      return abstract(type.initial);
  }
}
