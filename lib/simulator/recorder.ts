/**
 * Which ports a run records, and the reading of them.
 *
 * - By default every scalar and vector output of the system, in declared order; abstract ports are never recorded.
 * - A vector takes one column per component, named `y[0]`, `y[1]`, ...
 */

import { type ContextWriter, directory, type PortType, type System, width } from "../diagram/mod.ts";
import { DiagramError } from "../errors.ts";
import { Trace } from "./trace.ts";

/** Records rows of one run. */
export class Recorder {
  readonly trace: Trace;
  readonly #values: ContextWriter["values"];
  /** The recorded signals, and the size of each that is a vector, else 0. */
  readonly #signals: Int32Array;
  readonly #sizes: Int32Array;
  readonly #row: Float64Array;

  /** Records these ports, such as `y0` of the system itself or `plant.motor.y` of a part. */
  constructor(system: System, options: { writer: ContextWriter; record: readonly string[] | undefined }) {
    const { writer, record } = options;
    const ports = record === undefined
      ? Object.entries(system.outputs).filter(([, type]) => type.kind !== "abstract").map(([name, type]) => ({
        name,
        type,
      }))
      : recorded(system, record);
    const columns = ports.flatMap(({ name, type }) => {
      return type.kind === "scalar" ? [name] : Array.from({ length: width(type) }, (_, index) => `${name}[${index}]`);
    });
    this.trace = new Trace(columns);
    this.#values = writer.values;
    this.#signals = Int32Array.from(ports, ({ name }) => {
      const dot = name.lastIndexOf(".");
      return dot < 0 ? writer.outputSignal(name) : writer.outputSignal(name.slice(dot + 1), name.slice(0, dot));
    });
    this.#sizes = Int32Array.from(ports, ({ type }) => type.kind === "vector" ? type.size : 0);
    this.#row = new Float64Array(columns.length);
  }

  /** Adds the row of the present instant. */
  record(): void {
    const [values, signals, row] = [this.#values, this.#signals, this.#row];
    let column = 0;
    for (let index = 0; index < signals.length; index++) {
      const signal = signals[index] as number;
      if ((values.fresh[signal] as number) < values.epoch) values.evaluate(signal);
      if (this.#sizes[index] === 0) {
        row[column++] = values.numbers[signal] as number;
        continue;
      }
      const vector = values.vector(signal) as readonly number[];
      for (let component = 0; component < vector.length; component++) row[column++] = vector[component] as number;
    }
    this.trace.add(values.t, row);
  }
}

function recorded(system: System, record: readonly string[]): { name: string; type: PortType }[] {
  const parts = directory(system);
  return record.map((name) => {
    const dot = name.lastIndexOf(".");
    const part = dot < 0 ? system : parts.get(name.slice(0, dot));
    const type = part?.outputs[name.slice(dot + 1)];
    if (type !== undefined && type.kind !== "abstract") return { name, type };
    const known = Object.entries(part?.outputs ?? {}).filter(([, { kind }]) => kind !== "abstract").map(([port]) =>
      port
    );
    const candidates = part === undefined ? [...parts.keys()].slice(0, 20) : known;
    throw new DiagramError(
      `Cannot record ${name} of ${system.name}: a scalar or vector output of it is wanted, ` +
        `${part === undefined ? "parts" : "outputs"} are (${candidates.join(", ")})`,
    );
  });
}
