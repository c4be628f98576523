/**
 * The counters of a run in Chrome's trace format: the lag of shown values in periods, and the speed of simulated time.
 *
 * - The lag of a system changes at its events: it is 0 if the reply to the previous request is shown, and one more for
 *   each request by which the shown reply is older.
 * - The rate between two steps is shown from the start of the first to the start of the second.
 */

import type { Span } from "../simulation.ts";
import type { TraceEvent } from "./trace_event.ts";
import { MAIN } from "./trace_lanes.ts";

/** Microseconds in a second. */
const SECOND = 1e6;

/** The lag of each system, in periods, whenever it changes; times are microseconds. */
export function lagEvents(spans: readonly Span[], pid: number): TraceEvent[] {
  const lags: Record<string, number> = {};
  /** By system: the newest request whose reply is shown; initially the one before its first event. */
  const shown = new Map<string, number>();
  return spans.flatMap(({ lane, name, k, started: ts }): TraceEvent[] => {
    if (k === undefined || (name !== "post" && name !== "release")) return [];
    // A release comes before the post of its event; a run that begins again posts the same requests again.
    const newest = name === "release" ? k : Math.min(shown.get(lane) ?? Infinity, k - 1);
    shown.set(lane, newest);
    const lag = name === "post" ? k - 1 - newest : lags[lane] ?? 0;
    if (lags[lane] === lag) return [];
    lags[lane] = lag;
    return [{ name: "lag in periods", ph: "C", pid, tid: 0, ts, args: { ...lags } }];
  });
}

/** Simulated seconds per real second, from each step to the next; times are microseconds. */
export function rateEvents(spans: readonly Span[], pid: number): TraceEvent[] {
  const steps = spans.filter(({ lane, name }) => lane === MAIN && name === "update");
  return steps.flatMap(({ started: ts, t }, index): TraceEvent[] => {
    const next = steps[index + 1];
    if (next === undefined || next.started <= ts || next.t <= t) return [];
    const rate = (next.t - t) / (next.started - ts) * SECOND;
    return [{ name: "simulated seconds per real second", ph: "C", pid, tid: 0, ts, args: { rate } }];
  });
}
