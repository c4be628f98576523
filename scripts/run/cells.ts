/**
 * Places the spans of a lane on a row of cells.
 *
 * - Invariant: the items are in the order of their spans, disjoint and not empty, and every span is in one of them.
 * - A cell stands for an interval of time. A shorter span still gets a cell, and moves the spans after it, or before it
 *   at the end of the row. If that would move any span too far, spans that begin in the same cell become one item.
 */

import type { Span } from "../../mod.ts";

/** What a lane does for some time, in milliseconds from the start of the run. */
export type LaneSpan = Pick<Span, "name" | "started" | "finished">;

/** One or more spans on a row. */
export interface Item {
  readonly from: number;
  /** The cell after its last. */
  readonly to: number;
  /** The names of its spans, in order; of several, the last one has all cells but the first. */
  readonly names: readonly string[];
}

/** The interval of time that a row shows, and its length. */
export interface Frame {
  readonly from: number;
  readonly to: number;
  readonly cells: number;
}

/**
 * How many spans that begin in one cell become one item: the first of these numbers with which no span moves too far.
 */
const CROWDS = [9, 5, 4, 3, 2];
/** The fraction of a row by which a span may be moved. */
const MOST_MOVED = 1 / 12;

/** Places spans, given in order of their starts, on a row. */
export function itemsOf(spans: readonly LaneSpan[], { from, to, cells }: Frame): readonly Item[] {
  const cellOf = (time: number) => to === from ? 0 : Math.floor((time - from) / (to - from) * cells);
  const places = spans.map(({ name, started, finished }) => {
    return { from: Math.min(cellOf(started), cells - 1), to: cellOf(finished), names: [name] };
  });
  let items: readonly Item[] = [];
  for (const crowd of CROWDS) {
    const wanted = crowdsOf(places, crowd);
    items = apart(wanted, cells);
    const moved = items.map((item, index) => Math.abs(item.from - (wanted[index]?.from ?? 0)));
    if (wanted.length <= cells && Math.max(0, ...moved) <= cells * MOST_MOVED) break;
  }
  return items;
}

/** Disjoint spans of what is held; things held at the same time share a span with all their names. */
export function heldOf(holds: readonly LaneSpan[]): readonly LaneSpan[] {
  const times = [...new Set(holds.flatMap(({ started, finished }) => [started, finished]))].toSorted((a, b) => a - b);
  return times.slice(1).flatMap((finished, index): LaneSpan[] => {
    const started = times[index] ?? finished;
    const names = holds.filter((held) => held.started <= started && held.finished >= finished).map(({ name }) => name);
    return names.length === 0 ? [] : [{ name: names.join(", "), started, finished }];
  });
}

/** Merges the spans that begin in one cell into one item, if there are many. */
function crowdsOf(places: readonly Item[], crowd: number): readonly Item[] {
  const groups: Item[][] = [];
  for (const place of places) {
    const last = groups.at(-1);
    if (last?.[0]?.from === place.from) last.push(place);
    else groups.push([place]);
  }
  return groups.flatMap((group) => {
    const [first] = group;
    if (first === undefined || group.length < crowd) return group;
    const to = Math.max(...group.map((place) => place.to));
    return [{ from: first.from, to, names: group.flatMap(({ names }) => names) }];
  });
}

/** Moves items as little as possible so that each has a cell of its own. */
function apart(items: readonly Item[], cells: number): readonly Item[] {
  const starts = items.map(({ from }) => from);
  for (let index = 1; index < starts.length; index++) {
    starts[index] = Math.max(starts[index] ?? 0, (starts[index - 1] ?? 0) + 1);
  }
  for (let index = starts.length - 1; index >= 0; index--) {
    starts[index] = Math.min(starts[index] ?? 0, (starts[index + 1] ?? cells) - 1);
  }
  return items.map(({ to, names }, index) => {
    const from = starts[index] ?? 0;
    return { from, to: Math.min(Math.max(to, from + 1), starts[index + 1] ?? cells), names };
  });
}
