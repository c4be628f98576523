/**
 * The requests of a run in Chrome's trace format: an arrow from each post, through the work on it, to its release, and
 * a counter of requests in flight.
 *
 * - A request whose release is not shown has no arrow: one that a newer request replaced, or the last of a run.
 * - A request is in flight from its post until it, or a newer request of its system, is done.
 */

import type { Span } from "../simulation.ts";
import type { TraceEvent } from "./trace_event.ts";
import { MAIN } from "./trace_lanes.ts";

/** A span about a request. */
type RequestSpan = Span & { readonly k: number };

/** The arrows of the requests; times are microseconds. */
export function flowEvents(
  spans: readonly Span[],
  { pid, tids, events }: {
    readonly pid: number;
    readonly tids: ReadonlyMap<string, number>;
    readonly events: readonly TraceEvent[];
  },
): TraceEvent[] {
  const main = tids.get(MAIN) ?? 0;
  const shown = events.filter(({ ph, tid }) => ph === "X" && tid === main);
  const posts = new Map<string, Span>();
  const updates = new Map<string, Span>();
  return spans.filter(isRequest).flatMap((span): TraceEvent[] => {
    const { lane, k, name } = span;
    const key = `${lane} ${k}`;
    if (name !== "release") {
      (name === "post" ? posts : updates).set(key, span);
      return [];
    }
    const post = posts.get(key);
    const update = updates.get(key);
    if (post === undefined || !isWithin(shown, span.finished)) return [];
    const arrow = { name: "request", cat: "request", id: `${pid} ${key}`, pid, args: {} };
    // Clocks of guests agree only to some microseconds.
    const begun = Math.max(post.started, update?.started ?? Infinity);
    const worked = begun < (update?.finished ?? 0);
    return [
      { ...arrow, ph: "s", tid: main, ts: post.started },
      ...worked ? [{ ...arrow, ph: "t", tid: tids.get(lane) ?? 0, ts: begun } as const] : [],
      { ...arrow, ph: "f", bp: "e", tid: main, ts: span.finished },
    ];
  });
}

/** Whether a time lies in one of these spans, which are in order. */
function isWithin(spans: readonly TraceEvent[], time: number): boolean {
  let [low, high] = [0, spans.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((spans[middle]?.ts ?? Infinity) <= time) low = middle + 1;
    else high = middle;
  }
  const { ts = Infinity, dur = 0 } = spans[low - 1] ?? {};
  return time <= ts + dur && ts <= time;
}

/** How many requests of each system are in flight, whenever that changes; times are microseconds. */
export function inFlightEvents(spans: readonly Span[], pid: number): TraceEvent[] {
  const posts = new Map<string, number>();
  const changes = spans.filter(isRequest).flatMap(({ name, lane, k, started, finished }) => {
    const key = `${lane} ${k}`;
    if (name === "post") posts.set(key, started);
    const posted = posts.get(key);
    if (name === "release" || posted === undefined) return [];
    return [{ lane, k, done: name !== "post", ts: name === "post" ? started : Math.max(posted, finished) }];
  });
  const flying = new Map(changes.map(({ lane }) => [lane, new Set<number>()]));
  return changes.toSorted((one, other) => one.ts - other.ts).map(({ lane, k, done, ts }): TraceEvent => {
    const own = flying.get(lane);
    if (!done) own?.add(k);
    else for (const posted of own ?? []) if (posted <= k) own?.delete(posted);
    const args = Object.fromEntries([...flying].map(([lane, { size }]) => [lane, size]));
    return { name: "requests in flight", ph: "C", pid, tid: 0, ts, args };
  });
}

function isRequest(span: Span): span is RequestSpan {
  return span.k !== undefined;
}
