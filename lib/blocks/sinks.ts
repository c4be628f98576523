/**
 * Systems without outputs: a log sink and a printer.
 *
 * - `logSink` publishes, so it sees the values before the releases and updates of an instant. Its state `log`, which is
 *   `{ t: number[], u: number[][] }`, grows in place, so it is declared `inPlace`.
 * - `printer` updates, so it sees the values after the releases of an instant. It passes each line to `print`.
 *
 * @example
 * ```ts
 * import { printer } from "./sinks.ts";
 * import { Simulator } from "../simulator/mod.ts";
 *
 * const lines: string[] = [];
 * await using simulator = new Simulator(printer({ period: 0.1, print: (line) => lines.push(line) }));
 * simulator.fix("y", 1 / 3);
 * await simulator.initialize();
 * await simulator.advanceTo(0.2);
 * if (lines[1] !== "[0 print] t=0.1, y=0.333") throw new Error("three significant digits");
 * ```
 */

import { abstract, defineSystem, type LeafSystem, type NoPorts, scalar, type ScalarType } from "../diagram/mod.ts";
import { formatGeneral } from "./format.ts";
import { type Signal, signal } from "./signal.ts";

/** The records of a log sink: record i is `u[i]` at `t[i]` seconds. */
export interface Log {
  /** The times in seconds. */
  readonly t: number[];
  /** The values, one array per record. */
  readonly u: number[][];
}

/**
 * Makes a system that records u every `period` seconds, from `offset` (0 by default) on, or, without a period, at every
 * step of the run.
 */
export function logSink(
  options: { period?: number; offset?: number; size?: number } = {},
): LeafSystem<{ u: Signal }, NoPorts> {
  const { period, offset = 0, size } = options;
  const run = ({ t, input, state }: {
    t: number;
    input: { readonly u: number | Iterable<number> };
    state: { readonly log: Log };
  }) => {
    state.log.t.push(t);
    state.log.u.push(typeof input.u === "number" ? [input.u] : [...input.u]);
  };
  return defineSystem({
    name: "log sink",
    inputs: { u: signal(size) },
    state: { log: abstract<Log>({ t: [], u: [] }, { inPlace: true }) },
    ...(period === undefined ? { publishPerStep: run } : { publish: { period, offset, run } }),
  });
}

/**
 * Makes a system that prints `[label] t=..., y=...` every `period` seconds, from `offset` (0 by default) on, with three
 * significant digits.
 */
export function printer(
  options: { period: number; offset?: number; label?: string; print: (line: string) => void },
): LeafSystem<{ y: ScalarType }, NoPorts> {
  const { period, offset = 0, label = "0 print", print } = options;
  return defineSystem({
    name: "printer",
    inputs: { y: scalar() },
    update: {
      period,
      offset,
      run: ({ t, input }) => print(`[${label}] t=${formatGeneral(t)}, y=${formatGeneral(input.y)}`),
    },
  });
}
