/**
 * The real time of one or more runs in Chrome's trace format, for Perfetto, speedscope or `chrome://tracing`.
 *
 * - Each run is a process, with a lane for each delegated system or task, and the lane `main` for the simulator.
 * - Times are microseconds from the start of the trace, in steps of 1/1024, so a double holds them and their sums
 *   exactly. The metadata has the start itself, in milliseconds since the epoch.
 * - Invariant: the spans of a lane do not overlap.
 * - An arrow leads from the post of a request, through the work on it, to its release. Counters show how many requests
 *   are in flight, the lag of the shown values in periods, and the simulated seconds per real second.
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
  /** The zero of its times, in milliseconds since the epoch; if absent, the start of the trace. */
  readonly start: number | undefined;
  readonly spans: Span[];
}

/** Microseconds in a millisecond, and time steps in a microsecond. */
const MICROSECONDS = 1000;
const STEPS = 1024;

/** Collects the spans of one or more runs. */
export class ChromeTrace {
  readonly #start: number | undefined;
  readonly #runs: TracedRun[] = [];

  /** Makes a trace that starts at `start`, in milliseconds since the epoch; by default at its first span. */
  constructor({ start }: { readonly start?: number } = {}) {
    this.#start = start;
  }

  /** Makes an observer for one run, shown as `name`; its times count from `start`, by default the trace's start. */
  process(name: string, { start }: { readonly start?: number } = {}): Observer {
    const spans: Span[] = [];
    this.#runs.push({ name, start, spans });
    // A hold overlaps what its task does, so each held thing has a lane of its own.
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

/** When the first span began, among runs whose times count from the start of the trace. */
function firstOf(runs: readonly TracedRun[]): number {
  const first = runs.filter(({ start }) => start === undefined).flatMap(({ spans }) => spans)
    .reduce((least, { started }) => Math.min(least, started), Infinity);
  return Number.isFinite(first) ? first : 0;
}

/** The events of a run: names first, then everything that happened, in order of time. */
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
