/**
 * A reader of Chrome's trace format, as strict as the pictures that are made of it.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";

/** Something that took time, in microseconds since the epoch. */
export interface Span {
  /** What it was. */
  readonly name: string;
  /** When it began. */
  readonly ts: number;
  /** How long it took. */
  readonly dur: number;
}

/** The spans of each lane, checked to lie beside each other and within these milliseconds since the epoch. */
export function readTrace(
  text: string,
  { from, to }: { from: number; to: number },
): { lanes: Map<string, Span[]>; processes: string[] } {
  const { traceEvents } = JSON.parse(text) as {
    traceEvents: (Span & { ph: string; pid: number; tid: number; args: { name?: string } })[];
  };
  const names = new Map<string, string>();
  const lanes = new Map<string, Span[]>();
  const processes: string[] = [];
  for (const { ph, pid, tid, name, ts, dur, args } of traceEvents) {
    const key = `${pid}/${tid}`;
    if (ph === "M") {
      assert(args.name !== undefined);
      if (name === "process_name") processes.push(args.name);
      else names.set(key, `${pid} ${args.name}`);
      continue;
    }
    assertEquals(ph, "X");
    const lane = names.get(key);
    assert(lane !== undefined, `a span before the name of its lane ${key}`);
    assert(ts >= from * 1000 && ts + dur <= to * 1000 && dur >= 0, `${lane}: ${name} at ${ts} for ${dur}`);
    lanes.set(lane, [...lanes.get(lane) ?? [], { name, ts, dur }]);
  }
  for (const [lane, spans] of lanes) {
    spans.sort((one, other) => one.ts - other.ts);
    for (const [index, { name, ts }] of spans.entries()) {
      const before = spans[index - 1];
      // A double holds microseconds since the epoch to a quarter.
      assert(before === undefined || before.ts + before.dur <= ts + 1, `${lane}: ${before?.name} overlaps ${name}`);
    }
  }
  return { lanes, processes };
}
