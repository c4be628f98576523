/**
 * A reader of Chrome's trace format, as strict as the pictures that are made of it.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";

/** Something that took time, in microseconds from the start of the trace. */
export interface Span {
  /** What it was. */
  readonly name: string;
  /** When it began. */
  readonly ts: number;
  /** How long it took. */
  readonly dur: number;
}

/** A whole trace, by the names of lanes: the number of their process and their own. */
export interface ReadTrace {
  /** When it started, in milliseconds since the epoch. */
  readonly start: number;
  /** The names of the processes. */
  readonly processes: readonly string[];
  /** The spans of each lane. */
  readonly lanes: ReadonlyMap<string, readonly Span[]>;
  /** How many arrows lead through work on each lane. */
  readonly flows: ReadonlyMap<string, number>;
  /** What the series of each process's counters change to, in order, by process, counter and series. */
  readonly counters: ReadonlyMap<string, readonly number[]>;
}

type Event = Span & {
  readonly ph: string;
  readonly pid: number;
  readonly tid: number;
  readonly id?: string;
  readonly args: Readonly<Record<string, unknown>>;
};

/**
 * Reads a trace, and checks that times resolve a nanosecond, that the spans of a lane lie beside each other, and that each
 * arrow leads from a span of main, by the begin of one of a lane, to a span of main.
 */
export function readTrace(text: string): ReadTrace {
  const { traceEvents, metadata } = JSON.parse(text) as { traceEvents: Event[]; metadata: { start: number } };
  const names = new Map<string, string>();
  const processes: string[] = [];
  const lanes = new Map<string, Span[]>();
  const arrows = new Map<string, Event[]>();
  const counters = new Map<string, number[]>();
  for (const event of traceEvents) {
    const { ph, pid, tid, name, ts, args } = event;
    const lane = names.get(`${pid}/${tid}`);
    assert(ph === "M" || ts >= 0 && ts < 2 ** 40 && Number.isInteger(ts * 1024), `${name} at ${ts}`);
    if (ph === "M" && name === "process_name") processes.push(String(args.name));
    else if (ph === "M") names.set(`${pid}/${tid}`, `${pid} ${args.name}`);
    else if (ph === "C") {
      for (const [series, value] of Object.entries(args)) {
        const key = `${pid} ${name}: ${series}`;
        if (counters.get(key)?.at(-1) !== value) append(counters, key, Number(value));
      }
    } else {
      assert(lane !== undefined, `${name} before the name of its lane ${pid}/${tid}`);
      if (ph === "X") append(lanes, lane, event);
      else append(arrows, String(event.id), { ...event, name: lane });
    }
  }
  for (const [lane, spans] of lanes) {
    for (const [index, { name, ts, dur }] of spans.entries()) {
      const before = spans[index - 1];
      assert(dur >= 0 && Number.isInteger(dur * 1024), `${lane}: ${name} for ${dur}`);
      assert(before === undefined || before.ts + before.dur <= ts, `${lane}: ${before?.name} overlaps ${name}`);
    }
  }
  const flows = new Map<string, number>();
  for (const [id, parts] of arrows) {
    const [from, ...rest] = parts;
    const to = rest.pop();
    assertEquals([from?.ph, ...rest.map(({ ph }) => ph), to?.ph], ["s", ...rest.map(() => "t"), "f"], id);
    for (const { name, ts, ph, pid } of parts) {
      assert((ph === "t") !== (name === `${pid} main`), `${id}: ${ph} on ${name}`);
      assert(lanes.get(name)?.some((span) => span.ts <= ts && ts <= span.ts + span.dur), `${id}: ${ph} in no span`);
      if (ph === "t") flows.set(name, 1 + (flows.get(name) ?? 0));
    }
    const times = parts.map(({ ts }) => ts);
    assertEquals(times, times.toSorted((one, other) => one - other), id);
  }
  for (const [series, values] of counters) assert(values.every((value) => value >= 0), series);
  return { start: metadata.start, processes, lanes, flows, counters };
}

function append<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key) ?? [];
  map.set(key, list);
  list.push(value);
}
