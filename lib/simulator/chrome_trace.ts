/**
 * The real time of a run as Chrome trace events, for Perfetto, speedscope or `chrome://tracing`.
 *
 * - A lane per delegated system, burning, waiting or releasing, and one for the simulator: wait, release, update, publish.
 * - Times are microseconds; the format is the JSON object form of the Trace Event Format.
 *
 * @example
 * ```ts
 * import { ChromeTrace } from "./chrome_trace.ts";
 *
 * const trace = new ChromeTrace();
 * const observe = trace.process("thread");
 * observe({ lane: "busy0", name: "update", k: 0, started: 10, finished: 12, t: 0 });
 * observe({ lane: "busy0", name: "update", k: 1, started: 15, finished: 17, t: 0.1 });
 * const names = trace.toJSON().traceEvents.filter(({ ph }) => ph === "X").map(({ name }) => name);
 * if (names.join() !== "burning,waiting,burning") throw new Error(names.join());
 * ```
 *
 * @module
 */

import type { Observer } from "./simulation.ts";

/** One event of the format: `X` is a span, `M` names a process or a lane. */
export interface TraceEvent {
  /** What happened. */
  readonly name: string;
  /** The phase. */
  readonly ph: "X" | "M";
  /** The process: a run. */
  readonly pid: number;
  /** The lane. */
  readonly tid: number;
  /** When, in microseconds. */
  readonly ts: number;
  /** How long, in microseconds. */
  readonly dur?: number;
  /** More about it. */
  readonly args: Readonly<Record<string, unknown>>;
}

/** What a worker does, as its lane says it. */
const NAMES: Readonly<Record<string, string>> = { update: "burning", release: "releasing" };

/** Collects the spans of one or more runs. */
export class ChromeTrace {
  readonly #events: TraceEvent[] = [];
  #processes = 0;

  /** An observer for one run, shown under that name. */
  process(name: string): Observer {
    const pid = ++this.#processes;
    const lanes = new Map<string, { tid: number; finished: number }>();
    this.#events.push({ name: "process_name", ph: "M", pid, tid: 0, ts: 0, args: { name } });
    return ({ lane, name, k, started, finished, t }) => {
      let known = lanes.get(lane);
      if (known === undefined) {
        known = { tid: lanes.size, finished: started };
        lanes.set(lane, known);
        this.#events.push({ name: "thread_name", ph: "M", pid, tid: known.tid, ts: 0, args: { name: lane } });
      }
      const { tid } = known;
      // A worker that did not wait for its release was at the next request by then: its lane shows its own work.
      const from = lane === "main" ? started : Math.max(started, known.finished);
      if (from >= finished && lane !== "main") return;
      if (lane !== "main" && from > known.finished) {
        this.#span({ name: "waiting", pid, tid, started: known.finished, finished: from, args: {} });
      }
      const shown = lane === "main" ? name : NAMES[name] ?? name;
      this.#span({ name: shown, pid, tid, started: from, finished, args: k === undefined ? { t } : { t, request: k } });
      known.finished = finished;
    };
  }

  /** The whole trace. */
  toJSON(): { traceEvents: readonly TraceEvent[]; displayTimeUnit: "ms" } {
    return { traceEvents: this.#events, displayTimeUnit: "ms" };
  }

  #span(
    span: { name: string; pid: number; tid: number; started: number; finished: number; args: TraceEvent["args"] },
  ): void {
    const { name, pid, tid, started, finished, args } = span;
    this.#events.push({ name, ph: "X", pid, tid, ts: started * 1000, dur: (finished - started) * 1000, args });
  }
}
