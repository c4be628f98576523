/**
 * All that changes something in a film, in order: turns of lanes, holds, uses of things, ways of items.
 *
 * - What ends comes before what begins at the same time.
 */

import type { ThingUse } from "../../../../lib/host/program/use_recorder.ts";
import type { LaneSpan } from "../../../run/cells.ts";
import type { Lane } from "../../../run/lanes.ts";
import type { FilmItem } from "./items.ts";

/** Something that changes at a time. */
export type FilmEvent =
  & { readonly at: number }
  & (
    | { readonly kind: "turn"; readonly lane: number; readonly span: LaneSpan | undefined }
    | { readonly kind: "takes" | "gives"; readonly lane: number; readonly thing: string }
    | { readonly kind: "use"; readonly use: ThingUse }
    | { readonly kind: "offered" | "entered" | "left"; readonly item: FilmItem }
  );

/** What a film's events come from. */
export interface EventSource {
  readonly lanes: readonly Lane[];
  readonly uses: readonly ThingUse[];
  readonly items: readonly FilmItem[];
}

const ORDER = ["gives", "left", "turn", "takes", "offered", "entered", "use"] as const;

/** The events, in order. */
export function eventsOf({ lanes, uses, items }: EventSource): readonly FilmEvent[] {
  const events: FilmEvent[] = [];
  for (const [lane, { spans, holds = [] }] of lanes.entries()) {
    for (const span of spans) events.push({ at: span.started, kind: "turn", lane, span });
    const last = spans.at(-1);
    if (last !== undefined) events.push({ at: last.finished, kind: "turn", lane, span: undefined });
    for (const { name: thing, started, finished } of holds) {
      events.push({ at: started, kind: "takes", lane, thing }, { at: finished, kind: "gives", lane, thing });
    }
  }
  for (const use of uses) events.push({ at: use.finished, kind: "use", use });
  for (const item of items) {
    events.push({ at: item.offered, kind: "offered", item });
    if (item.entered < item.left) events.push({ at: item.entered, kind: "entered", item });
    if (item.left < Infinity) events.push({ at: item.left, kind: "left", item });
  }
  return events.toSorted((one, other) => one.at - other.at || rank(one) - rank(other));
}

function rank({ kind }: FilmEvent): number {
  return ORDER.indexOf(kind);
}
