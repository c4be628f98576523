/**
 * Where the spans of a lane stand on a row of cells.
 *
 * - Invariant: the items are in the order of their spans, disjoint, and none is empty; every span is in one of them.
 * - A cell stands for a part of the time. A span shorter than that has a cell too, and moves the spans after it, or those
 *   before it at the end of the row; where that would move any by too much, spans that begin in one cell become one item.
 */

import type { Span } from "../../mod.ts";

/** What a lane does for some time, in milliseconds from the start of the run. */
export type LaneSpan = Pick<Span, "name" | "started" | "finished">;

/** One or more spans on a row. */
export interface Item {
  readonly from: number;
  /** The cell after its last. */
  readonly to: number;
  /** The names of its spans, in order: the last one has all of its cells but the first where there are several. */
  readonly names: readonly string[];
}

/** What a row shows. */
export interface Frame {
  readonly from: number;
  readonly to: number;
  readonly cells: number;
}

/** From how many spans on, if they begin in one cell, these become one item: the first that moves nothing by too much. */
const CROWDS = [9, 5, 4, 3, 2];
/** The part of a row by which a span may be moved. */
const MOST_MOVED = 1 / 12;

/** Puts spans on a row; they are in the order of their starts. */
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

/** What is held at each time, disjoint: several things at once have all their names. */
export function heldOf(holds: readonly LaneSpan[]): readonly LaneSpan[] {
  const times = [...new Set(holds.flatMap(({ started, finished }) => [started, finished]))].toSorted((a, b) => a - b);
  return times.slice(1).flatMap((finished, index): LaneSpan[] => {
    const started = times[index] ?? finished;
    const names = holds.filter((held) => held.started <= started && held.finished >= finished).map(({ name }) => name);
    return names.length === 0 ? [] : [{ name: names.join(", "), started, finished }];
  });
}

/** Makes one item of the spans that begin in one cell, where there are many. */
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

/** Moves items as little as it takes to give each a cell of its own. */
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
