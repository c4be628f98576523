/**
 * The lanes of a run in Chrome's trace format: its spans, and the waiting between them.
 *
 * - Invariant: the spans of a lane do not overlap. A span that began before the previous one ended is shown from that
 *   end.
 * - The simulator is on the lane `main`, which does not wait between its spans.
 */

import type { Span } from "../simulation.ts";
import type { TraceEvent } from "./trace_event.ts";

/** The lane of the simulator. */
export const MAIN = "main";

/** The names of a worker's spans on its lane. */
const NAMES: Readonly<Record<string, string>> = { update: "burning", release: "releasing" };

/** The events of one lane; times are microseconds. */
export function laneEvents(
  lane: string,
  { spans, pid, tid }: { readonly spans: readonly Span[]; readonly pid: number; readonly tid: number },
): TraceEvent[] {
  const isMain = lane === MAIN;
  const ordered = spans.filter(({ name }) => name !== "post")
    .toSorted((one, other) => one.started - other.started || one.finished - other.finished);
  let end = ordered[0]?.started ?? 0;
  return ordered.flatMap(({ name, k, started, finished, t }): TraceEvent[] => {
    const [from, before] = [Math.max(started, end), end];
    if (finished < from || (finished === from && !isMain)) return [];
    end = finished;
    const event = { ph: "X", pid, tid } as const;
    const shown = isMain ? name : NAMES[name] ?? name;
    const own = {
      ...event,
      name: shown,
      ts: from,
      dur: finished - from,
      args: k === undefined ? { t } : { t, request: k },
    };
    if (isMain || from === before) return [own];
    return [{ ...event, name: "waiting", ts: before, dur: from - before, args: {} }, own];
  });
}
