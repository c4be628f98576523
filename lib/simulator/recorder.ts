/**
 * Records the ports of a run, one row per instant.
 *
 * - The default is every scalar and vector output of the system, in declared order; abstract ports are never recorded.
 * - A vector has one column per component, named `y[0]`, `y[1]`, ...
 */

import type { ContextWriter, System } from "../diagram/mod.ts";
import { DiagramError } from "../errors.ts";
import { columnsOf, shownOutputs, signalsOf } from "./signals.ts";
import { Trace } from "./trace.ts";

/** Records rows of one run. */
export class Recorder {
  readonly trace: Trace;
  readonly #values: ContextWriter["values"];
  /** The recorded signals, and the size of each vector, 0 for scalars. */
  readonly #signals: Int32Array;
  readonly #sizes: Int32Array;
  readonly #row: Float64Array;

  /** Records these ports, such as `y0` of the system itself or `plant.motor.y` of a part. */
  constructor(system: System, options: { writer: ContextWriter; record: readonly string[] | undefined }) {
    const { writer, record } = options;
    const ports = signalsOf(system, { names: record ?? shownOutputs(system), writer, act: "record" });
    const abstract = ports.find(({ type }) => type.kind === "abstract");
    if (abstract !== undefined) {
      throw new DiagramError(
        `Cannot record ${abstract.name} of ${system.name}: it is abstract, a scalar or vector port is wanted`,
      );
    }
    this.trace = new Trace(columnsOf(ports));
    this.#values = writer.values;
    this.#signals = Int32Array.from(ports, ({ signal }) => signal);
    this.#sizes = Int32Array.from(ports, ({ type }) => type.kind === "vector" ? type.size : 0);
    this.#row = new Float64Array(this.trace.columns.length);
  }

  /** Adds the row of the current instant. */
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
