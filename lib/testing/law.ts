/**
 * What the law of delegation demands of an experiment: the rows by the system itself, run inline.
 *
 * With t_k the events of the delegation and u_k the inputs there, S^ is the system with its input held at u_k over
 * (t_(k-1), t_k], and y^ its output after the events of an instant:
 *
 * - from the release at t_k until the release at t_(k+1), the output is y^(t_(k-1));
 * - before the first reply, it is y^ after initialization.
 *
 * Nothing here is delegated, posted or released: it is an oracle for what does that.
 */

import type { System } from "../diagram/mod.ts";
import { decode, encode } from "../codec/mod.ts";
import { directHost } from "../host/mod.ts";
import { compare, exact, Simulator, Timeline } from "../simulator/mod.ts";
import { type Cell, cellsOf } from "./cells.ts";
import { endOf, type Experiment, valuesAt } from "./experiment.ts";
import type { Row } from "./observation.ts";

/** The rows that an observer of the delegated system must see; `now` is the real clock, in milliseconds. */
export function lawfulRows(system: System, options: { experiment: Experiment; now: () => number }): Row[] {
  const { experiment, now } = options;
  const { delegated, driven } = experiment;
  const clock = { now, sleepUntil: () => Promise.resolve(), breathe: () => undefined };
  const inline = new Simulator(system, { host: directHost({ now }), clock, record: [] });
  const end = endOf(experiment);
  const rows: Row[] = [];
  let driverEvents = 0;
  hold(inline, valuesAt(experiment, driverEvents));
  inline.initializeSync();
  let latest = outputsOf(system, inline);
  let shown = latest;
  let t = end;

  const timeline = new Timeline([delegated, driven]);
  const START = { num: 0n, den: 1n };
  let instant = timeline.instantAt(START) ?? timeline.next(START);
  for (; instant !== undefined; instant = timeline.next(instant.exact)) {
    const order = compare(instant.exact, exact(end));
    if (order > 0 && instant.t !== end) break;
    rows.push({ t: instant.t, at: "before the release", cells: shown });
    if (order === 0 || instant.t === end) {
      // What is due exactly at the end stays pending.
      t = instant.t;
      break;
    }
    if (instant.due.includes(0)) {
      shown = latest;
      rows.push({ t: instant.t, at: "after the release", cells: shown });
      hold(inline, valuesAt(experiment, driverEvents));
      inline.advanceThroughSync({ time: instant.exact, t: instant.t, named: instant.named });
      latest = outputsOf(system, inline);
    }
    if (instant.due.includes(1)) driverEvents++;
  }
  rows.push({ t, at: "at the end", cells: shown });
  return rows;
}

/** Values arrive at a far side as copies: an instance of a class as a plain object, for one. */
function hold(inline: Simulator, values: Record<string, unknown>): void {
  const copies = decode(encode(values)) as Record<string, unknown>;
  for (const [input, value] of Object.entries(copies)) inline.fix(input, value);
}

function outputsOf(system: System, inline: Simulator): Cell[] {
  const values = Object.keys(system.outputs).map((output) => inline.context.output(output));
  return cellsOf(system.outputs, decode(encode(values)) as unknown[]);
}
