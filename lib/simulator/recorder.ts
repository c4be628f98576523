/**
 * Which ports a run records, and the reading of them.
 *
 * - By default every scalar and vector output of the system, in declared order; abstract ports are never recorded.
 * - A vector takes one column per component, named `y[0]`, `y[1]`, ...
 */

import { type Context, directory, type PortType, type System, width } from "../diagram/mod.ts";
import { DiagramError } from "../errors.ts";
import { Trace } from "./trace.ts";

/** Records rows of one run. */
export interface Recorder {
  readonly trace: Trace;
  /** Adds the row of the present instant. */
  record(): void;
}

/** Opens a recorder for these ports, such as `y0` of the system itself or `plant.motor.y` of a part. */
export function openRecorder(
  system: System,
  options: { context: Context; record: readonly string[] | undefined },
): Recorder {
  const { context, record } = options;
  const ports = record === undefined
    ? Object.entries(system.outputs).filter(([, type]) => type.kind !== "abstract").map(([name, type]) => ({
      name,
      type,
    }))
    : record.map((name) => ({ name, type: portType(system, name) }));
  const trace = new Trace(ports.flatMap(({ name, type }) => {
    return type.kind === "scalar" ? [name] : Array.from({ length: width(type) }, (_, index) => `${name}[${index}]`);
  }));
  const reads = ports.map(({ name }) => {
    const dot = name.lastIndexOf(".");
    return dot < 0 ? () => context.output(name) : () => context.output(name.slice(dot + 1), name.slice(0, dot));
  });
  return {
    trace,
    record() {
      const values: number[] = [];
      for (const read of reads) {
        const value = read();
        if (typeof value === "number") values.push(value);
        else for (const number of value as readonly number[]) values.push(number);
      }
      trace.add(context.t, values);
    },
  };
}

function portType(system: System, name: string): PortType {
  const dot = name.lastIndexOf(".");
  const part = dot < 0 ? system : directory(system).get(name.slice(0, dot));
  const type = part?.outputs[name.slice(dot + 1)];
  if (type === undefined || type.kind === "abstract") {
    throw new DiagramError(`Cannot record ${name} of ${system.name}: a scalar or vector output of it is wanted`);
  }
  return type;
}
