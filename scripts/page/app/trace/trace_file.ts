/**
 * A trace file, as `--trace` writes it, read as runs that can be shown as lanes.
 *
 * - What a file holds is data: whatever it is, it is a trace, or one sentence says what is wrong.
 * - Of one that is cut off, what is whole is shown, and that is said.
 */

import type { Span } from "../../../../lib/simulator/simulation.ts";

/** A run of a trace. */
export interface TracedRun {
  /** What it is called, such as `race (plain), direct mode`. */
  readonly title: string;
  /** Its lanes, in order. */
  readonly names: readonly string[];
  readonly spans: readonly Span[];
}

/** What a file holds. */
export interface TraceFile {
  readonly runs: readonly TracedRun[];
  /** What is to be said of it, in sentences. */
  readonly notes: readonly string[];
}

/** An event of a trace, as far as it is looked at. */
interface TraceEvent {
  readonly ph: string;
  readonly pid: number;
  readonly tid: number;
  readonly name: string;
  readonly ts: number;
  readonly dur: number;
  readonly args: { readonly name?: unknown };
}

/** How many lanes of a run are drawn at most: a browser draws nothing on a canvas that is higher than some 32,000 pixels. */
const MOST_LANES = 500;

/**
 * Reads it; `file` is its name.
 *
 * @throws {TypeError} where it is none.
 */
export function readTrace(text: string, file: string): TraceFile {
  const { events, cut } = eventsIn(text, file);
  const runs = new Map<number, { title: string; names: Map<number, string>; spans: Span[] }>();
  const lanes = (pid: number) => {
    const known = runs.get(pid) ?? { title: `run ${pid}`, names: new Map<number, string>(), spans: [] };
    runs.set(pid, known);
    return known;
  };
  for (const { ph, pid, tid, name, ts, dur, args } of events) {
    const run = lanes(pid);
    const { name: said } = args;
    if (ph === "M" && name === "process_name" && typeof said === "string") run.title = said;
    else if (ph === "M" && name === "thread_name" && typeof said === "string") run.names.set(tid, said);
    else if (ph === "X") {
      // Microseconds in the file, milliseconds on the page.
      const lane = run.names.get(tid) ?? `lane ${tid}`;
      run.names.set(tid, lane);
      const [, owner] = /^(.+) holds .+$/.exec(lane) ?? [];
      const span = { lane: owner ?? lane, name, t: 0, started: ts / 1000, finished: (ts + dur) / 1000 };
      run.spans.push(owner === undefined ? span : { ...span, holds: true });
    }
  }
  const shown = [...runs.values()].filter(({ spans }) => spans.length > 0)
    .map(({ title, spans }) => ({ title, names: [...new Set(spans.map(({ lane }) => lane))], spans }));
  const most = Math.max(0, ...shown.map(({ names }) => names.length));
  if (most > MOST_LANES) throw refusal(file, `a run in it has ${most} lanes, and at most ${MOST_LANES} can be drawn`);
  if (shown.length === 0) throw refusal(file, "nothing in it takes time");
  const notes = cut ? [`${file} is cut off: what is whole of it, ${events.length} events, is shown.`] : [];
  return { runs: shown, notes };
}

function eventsIn(text: string, file: string): { readonly events: readonly TraceEvent[]; readonly cut: boolean } {
  const whole = parsed(text);
  const found = whole ?? beginning(text);
  const list = Array.isArray(found) ? found : Object(found).traceEvents;
  if (!Array.isArray(list)) {
    throw refusal(file, whole === undefined ? "it is not JSON, or cut off" : "it has no events");
  }
  return { events: list.map(eventOf).filter((event) => event !== undefined), cut: whole === undefined };
}

/** What is whole of a text that is cut off: it ends behind one of its last events. */
function beginning(text: string): unknown {
  let end = text.length;
  for (let tries = 0; tries < 20; tries++) {
    end = text.lastIndexOf("}", end - 1);
    if (end < 0) return undefined;
    const whole = text.slice(0, end + 1);
    const found = parsed(`${whole}]}`) ?? parsed(`${whole}]`);
    if (found !== undefined) return found;
  }
  return undefined;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function eventOf(value: unknown): TraceEvent | undefined {
  const { ph, pid = 0, tid = 0, name, ts = 0, dur = 0, args } = Object(value);
  if (typeof ph !== "string" || typeof name !== "string") return undefined;
  if (![pid, tid, ts, dur].every((number) => Number.isFinite(number))) return undefined;
  return { ph, pid, tid, name, ts, dur, args: Object(args) };
}

function refusal(file: string, is: string): TypeError {
  return new TypeError(`Cannot show ${file}: ${is}, a trace that \`run --trace\` or \`sim --trace\` wrote is wanted`);
}
