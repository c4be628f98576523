/**
 * A run at one instant as JSON: after `JSON.stringify` and `JSON.parse` it is the same snapshot.
 *
 * - It describes the events, states and parameters of each part, so that a snapshot of another system is recognized.
 * - Everything is read and checked before any value of the run changes.
 */

import {
  type ContextWriter,
  describePort,
  type PartContext,
  type Ports,
  type Rational,
  type SavedValue,
  savedValue,
  shownTime,
  type System,
  valueFrom,
} from "../diagram/mod.ts";
import type { SavedChosen } from "./chosen_events.ts";
import type { NearSnapshot } from "./near_side.ts";
import type { AdvanceStatus, Counters } from "./simulation.ts";

/** Values by name. */
export type SavedValues = Readonly<Record<string, SavedValue>>;

/** A run at one instant, as JSON. */
export interface SimulatorSnapshot {
  /** The simulated time, in seconds. */
  readonly t: number;
  /** The exact time: numerator and denominator. */
  readonly time: readonly [string, string];
  /** Whether the updates due at that time are still to run. */
  readonly pending: boolean;
  /** Whether a change after the last step may have made events due at that time. */
  readonly unsettled: boolean;
  /** How the system of a far side ended its own run, if it did. */
  readonly ended: AdvanceStatus | null;
  /** How many events ran so far. */
  readonly counters: Counters;
  /** How many rows were recorded. */
  readonly rows: number;
  /** The values set for inputs of the system itself. */
  readonly inputs: SavedValues;
  /** The parts by path. */
  readonly parts: Readonly<Record<string, PartSnapshot>>;
  /** The events whose times the state or an input chooses, by path of their part. */
  readonly chosen: Readonly<Record<string, readonly SavedChosen[]>>;
  /** The delegated systems by path. */
  readonly delegated: Readonly<Record<string, NearSnapshot>>;
}

/** One part at one instant. */
export interface PartSnapshot {
  /** A description of its events and the types of its values. */
  readonly is: string;
  /** The state of a leaf. */
  readonly state: SavedValues;
  /** The parameters of a leaf. */
  readonly parameters: SavedValues;
  /** The outputs that a delegated system shows. */
  readonly shown: SavedValues;
}

/** A value and where it belongs. */
type Kept = readonly [signal: number, value: unknown];

/** The values of a run: those of its parts, and those set for inputs of the system itself. */
export function saveValues(
  system: System,
  { parts, values }: ContextWriter,
): Pick<SimulatorSnapshot, "inputs" | "parts"> {
  const saved = (ports: Ports, first: number) =>
    Object.fromEntries(
      Object.entries(ports).map(([name, type], index) => [name, savedValue(type, values.kept(first + index))]),
    );
  const inputs = Object.entries(system.inputs).flatMap(([name, type], index) => {
    const signal = values.outputsEnd + index;
    return values.fresh[signal] === Infinity ? [[name, savedValue(type, values.kept(signal))]] : [];
  });
  return {
    inputs: Object.fromEntries(inputs),
    parts: Object.fromEntries(parts.map((part) => {
      const { state, parameters, shown } = portsOf(part);
      return [part.path, {
        is: described(part),
        state: saved(state, part.place.states),
        parameters: saved(parameters, part.place.parameters),
        shown: saved(shown, part.place.outputs),
      }];
    })),
  };
}

/**
 * Reads the values of a snapshot, and returns a function that puts them back.
 *
 * @throws {TypeError} if it is a snapshot of another system.
 */
export function readValues(
  snapshot: SimulatorSnapshot,
  { system, writer }: { readonly system: System; readonly writer: ContextWriter },
): () => void {
  const { parts, values } = writer;
  const refuse = (is: string): never => {
    throw new TypeError(
      `Cannot restore ${system.name} to t=${
        shownTime(snapshot.t)
      }: the snapshot ${is}, one of the same system is wanted`,
    );
  };
  const saved = snapshot.parts;
  const paths = new Set(parts.map(({ path }) => path));
  for (const path of Object.keys(saved)) if (!paths.has(path)) refuse(`has a part ${path}`);
  const kept: Kept[] = [];
  const read = (ports: Ports, of: { saved: SavedValues | undefined; first: number; what: string }): void => {
    Object.entries(ports).forEach(([name, type], index) => {
      const value = Object.hasOwn(of.saved ?? {}, name) ? of.saved?.[name] : undefined;
      if (value === undefined) refuse(`has no ${of.what}.${name}`);
      kept.push([of.first + index, valueFrom(type, value, () => `${of.what}.${name}`)]);
    });
  };
  for (const part of parts) {
    const own = Object.hasOwn(saved, part.path) ? saved[part.path] : undefined;
    if (own === undefined) return refuse(`has no ${part.path}`);
    const is = described(part);
    if (own.is !== is) refuse(`has ${part.path} as ${own.is}, not as ${is}`);
    if (part.kind === "delegated" && !Object.hasOwn(snapshot.delegated, part.path)) refuse(`has no far ${part.path}`);
    const { state, parameters, shown } = portsOf(part);
    const { states: first } = part.place;
    read(state, { saved: own.state, first, what: `state ${part.path}` });
    read(parameters, { saved: own.parameters, first: part.place.parameters, what: `parameter ${part.path}` });
    read(shown, { saved: own.shown, first: part.place.outputs, what: `output ${part.path}` });
  }
  const inputs = Object.entries(system.inputs).map(([name, type], index): Kept => {
    const value = Object.hasOwn(snapshot.inputs, name) ? snapshot.inputs[name] : undefined;
    const what = () => `input ${system.name}.${name}`;
    return [values.outputsEnd + index, value === undefined ? undefined : { value: valueFrom(type, value, what) }];
  });
  return () => {
    values.discard();
    for (const [signal, value] of kept) values.keep(signal, value);
    for (const [signal, fixed] of inputs) {
      if (fixed === undefined) values.fresh[signal] = -1;
      else values.keep(signal, (fixed as { value: unknown }).value);
    }
    writer.setTime(snapshot.t);
  };
}

/** The exact time of a snapshot. */
export function timeOf({ time, t }: SimulatorSnapshot): Rational {
  const [num, den] = time;
  if (!/^-?\d+$/.test(num) || !/^[1-9]\d*$/.test(den) || !Number.isFinite(t)) {
    throw new TypeError(`Cannot restore: the snapshot's time is ${num}/${den}, two integers are wanted`);
  }
  return { num: BigInt(num), den: BigInt(den) };
}

const NONE: Ports = {};

function portsOf(part: PartContext): { state: Ports; parameters: Ports; shown: Ports } {
  return part.kind === "leaf"
    ? { state: part.system.state, parameters: part.system.parameters, shown: NONE }
    : { state: NONE, parameters: NONE, shown: part.system.outputs };
}

/** Describes everything about a part that a snapshot of it depends on. */
function described({ system }: PartContext): string {
  const list = (ports: Ports) =>
    Object.entries(ports).map(([name, type]) => `${name}: ${describePort(type)}`).join(", ");
  const at = ({ period, offset }: { period: number; offset: number }) => `${period}+${offset}`;
  if (system.kind === "delegated") {
    const late = system.latency === 1 ? "" : `, latency ${system.latency}`;
    return `delegated(${list(system.outputs)}) at ${at(system.timing)}${late}`;
  }
  const { update, publish, chosen } = system.behavior;
  const ways = chosen.map((event) => event.kind === "triggered" ? `${event.edge} of ${event.input}` : event.kind);
  const events = [...[...update, ...publish].map(({ timing }) => at(timing)), ...ways].join(", ");
  return `leaf(${list(system.state)})(${list(system.parameters)}) at ${events || "no time"}`;
}
