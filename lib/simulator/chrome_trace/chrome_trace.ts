/**
 * The real time of one or more runs in Chrome's trace format, for Perfetto, speedscope or `chrome://tracing`.
 *
 * - A process per run; in it a lane per delegated system or task, and one for the simulator, `main`.
 * - Times are microseconds from the start of the trace, in steps of 1/1024: a double holds them, and their sums, exactly.
 *   The start itself stands once, in the metadata, in milliseconds since the epoch.
 * - Invariant: the spans of a lane lie beside each other.
 * - An arrow leads from where a request is posted, by the work on it, to its release; counters show how many requests
 *   are in flight, by how many periods what is shown lags, and how many simulated seconds a real one takes.
 *
 * @example
 * ```ts
 * import { ChromeTrace } from "./chrome_trace.ts";
 *
 * const trace = new ChromeTrace();
 * const observe = trace.process("thread");
 * observe({ lane: "busy0", name: "update", k: 0, started: 10, finished: 12, t: 0 });
 * observe({ lane: "busy0", name: "update", k: 1, started: 15, finished: 17, t: 0.1 });
 * const { traceEvents, metadata } = trace.toJSON();
 * const spans = traceEvents.filter(({ ph }) => ph === "X").map(({ name, ts, dur }) => `${name} ${ts} ${dur}`);
 * if (spans.join() !== "burning 0 2000,waiting 2000 3000,burning 5000 2000") throw new Error(spans.join());
 * if (metadata.start !== 10) throw new Error("in milliseconds");
 * ```
 */

import type { Observer, Span } from "../simulation.ts";
import type { TraceEvent } from "./trace_event.ts";
import { lagEvents, rateEvents } from "./trace_counters.ts";
import { laneEvents } from "./trace_lanes.ts";
import { flowEvents, inFlightEvents } from "./trace_requests.ts";

/** What is known of a run. */
interface TracedRun {
  readonly name: string;
  /** What its times count from, in milliseconds; the start of the trace without it. */
  readonly start: number | undefined;
  readonly spans: Span[];
}

/** Microseconds in a millisecond, and how many steps of time there are in one microsecond. */
const MICROSECONDS = 1000;
const STEPS = 1024;

/** Collects the spans of one or more runs. */
export class ChromeTrace {
  readonly #start: number | undefined;
  readonly #runs: TracedRun[] = [];

  /** A trace that starts at a time, in milliseconds since the epoch; by default with its first span. */
  constructor({ start }: { readonly start?: number } = {}) {
    this.#start = start;
  }

  /** An observer for one run, shown under that name; `start` is what its times count from, if not from the trace's. */
  process(name: string, { start }: { readonly start?: number } = {}): Observer {
    const spans: Span[] = [];
    this.#runs.push({ name, start, spans });
    // What is held lies across what is done: each thing has a lane of its own.
    return (span) => void spans.push(span.holds ? { ...span, lane: `${span.lane} holds ${span.name}` } : span);
  }

  /** The whole trace. */
  toJSON(): {
    readonly traceEvents: readonly TraceEvent[];
    readonly displayTimeUnit: "ms";
    readonly metadata: { readonly start: number };
  } {
    const start = this.#start ?? firstOf(this.#runs);
    const traceEvents = this.#runs.flatMap((run, index) => runEvents(run, { pid: index + 1, start }));
    return { traceEvents, displayTimeUnit: "ms", metadata: { start } };
  }
}

/** When the first span began of the runs whose times count from the start of the trace. */
function firstOf(runs: readonly TracedRun[]): number {
  const first = runs.filter(({ start }) => start === undefined).flatMap(({ spans }) => spans)
    .reduce((least, { started }) => Math.min(least, started), Infinity);
  return Number.isFinite(first) ? first : 0;
}

/** The events of a run: names first, then all that happened in the order of its times. */
function runEvents(
  { name, spans, start: own }: TracedRun,
  { pid, start }: { pid: number; start: number },
): TraceEvent[] {
  const at = (ms: number) => Math.round((ms - (own ?? start)) * MICROSECONDS * STEPS) / STEPS;
  const timed = spans.map((span) => ({ ...span, started: at(span.started), finished: at(span.finished) }));
  const lanes = Map.groupBy(timed, ({ lane }) => lane);
  const tids = new Map([...lanes.keys()].map((lane, tid) => [lane, tid]));
  const named = (what: string, tid: number, name: string): TraceEvent => {
    return { name: what, ph: "M", pid, tid, ts: 0, args: { name } };
  };
  const events = [...lanes].flatMap(([lane, spans]) => laneEvents(lane, { spans, pid, tid: tids.get(lane) ?? 0 }));
  return [
    named("process_name", 0, name),
    ...[...tids].map(([lane, tid]) => named("thread_name", tid, lane)),
    ...[
      ...events,
      ...flowEvents(timed, { pid, tids, events }),
      ...inFlightEvents(timed, pid),
      ...lagEvents(timed, pid),
      ...rateEvents(timed, pid),
    ].toSorted((one, other) => one.ts - other.ts),
  ];
}
