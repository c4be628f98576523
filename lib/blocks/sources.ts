/**
 * Systems without inputs: a constant, the clock, and a table of values over time.
 *
 * - `constant`: y = value. `clock`: t = the simulated time.
 * - `table`: y = row k over (k * period, (k + 1) * period], row 0 at 0, and the last row from its time on.
 *
 * @example
 * ```ts
 * import { Simulator } from "../simulator/mod.ts";
 * import { table } from "./sources.ts";
 *
 * await using simulator = new Simulator(table({ period: 0.5, rows: [1, 4, 9] }));
 * await simulator.initialize();
 * await simulator.advanceTo(0.75);
 * if (simulator.context.output("y") !== 4) throw new Error("row 1 holds after 0.5, up to 1");
 * ```
 */

import { defineSystem, type LeafSystem, type NoPorts, scalar, type ScalarType } from "../diagram/mod.ts";
import { type Signal, signal } from "./signal.ts";

/** Makes a system with y = value, a number or a vector. */
export function constant(options: { value: number | readonly number[] }): LeafSystem<NoPorts, { y: Signal }> {
  const { value } = options;
  const size = typeof value === "number" ? undefined : value.length;
  return defineSystem({ name: "constant", outputs: { y: { type: signal(size), value: () => value as number } } });
}

/** Makes a system whose output t is the simulated time in seconds. */
export function clock(): LeafSystem<NoPorts, { t: ScalarType }> {
  return defineSystem({ name: "clock", outputs: { t: { type: scalar(), value: ({ t }) => t } } });
}

/**
 * Makes a system with y = row k of the table over (k * period, (k + 1) * period] seconds; the last row stays.
 *
 * @throws {RangeError} if there are no rows, or they differ in size.
 */
export function table(
  options: { period: number; rows: readonly (number | readonly number[])[] },
): LeafSystem<NoPorts, { y: Signal }> {
  const { period, rows } = options;
  const [first] = rows;
  if (first === undefined) throw new RangeError("Cannot make a table: it has no rows, at least one is wanted");
  const size = typeof first === "number" ? undefined : first.length;
  rows.forEach((row, index) => {
    const is = typeof row === "number" ? undefined : row.length;
    if (is === size) return;
    throw new RangeError(
      `Cannot make a table: row ${index} is ${is === undefined ? "a number" : `of ${is} numbers`}, ` +
        `${size === undefined ? "a number" : `${size} numbers`} as in row 0 ${
          size === undefined ? "is" : "are"
        } wanted`,
    );
  });
  return defineSystem({
    name: "table",
    state: { row: scalar(0) },
    outputs: { y: { type: signal(size), value: ({ state }) => (rows[state.row] ?? first) as number } },
    update: {
      period,
      offset: period,
      run: ({ state, next }) => void (next.row = Math.min(state.row + 1, rows.length - 1)),
    },
  });
}
