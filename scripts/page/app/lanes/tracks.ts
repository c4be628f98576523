/**
 * Lanes as arrays of numbers, in which what can be seen is found by search: what the drawing goes through.
 *
 * - Invariant: the places of a row grow, and none of its bars overlap.
 * - What is drawn of a row costs as much as it has pixels, whatever number of bars it has.
 */

import { doingOf, type Film } from "../film/film.ts";
import { lowerBound, type Scale } from "../film/scale.ts";
import { heldOf, type LaneSpan } from "../../../run/cells.ts";

/** What a bar shows; `several` stands for bars that are too short to be seen one by one. */
export const KINDS = ["running", "sleeping", "waiting", "holding", "several"] as const;
/** See {@linkcode KINDS}. */
export type Kind = typeof KINDS[number];

/** Bars in a row: where each begins and ends, as places of the scale, and what it shows. */
export interface Row {
  readonly from: Float64Array;
  readonly to: Float64Array;
  /** Places in KINDS. */
  readonly kinds: Uint8Array;
  readonly names: readonly string[];
}

/** What is drawn of a lane. */
export interface Track {
  readonly lane: string;
  readonly doing: Row;
  readonly holds: Row;
}

/** What is to be seen: places of the scale, and how many pixels there are for them. */
export interface Window {
  readonly from: number;
  readonly to: number;
  readonly width: number;
}

/** Told of a bar that is to be drawn: its pixels, and which bar of the row it is, the last of several. */
export type Draw = (kind: number, x: number, width: number, index: number) => void;

const SEVERAL = KINDS.indexOf("several");
/** How many pixels a bar has that is drawn by itself, at least: below that neither its color nor its pattern shows. */
const SHORT = 2;

/** The tracks of a film. */
export function tracksOf({ lanes }: Pick<Film, "lanes">, scale: Scale): readonly Track[] {
  return lanes.map(({ lane, spans, holds = [] }) => {
    return { lane, doing: rowOf(spans, scale, doingOf), holds: rowOf(heldOf(holds), scale, () => "holding") };
  });
}

function rowOf(spans: readonly LaneSpan[], scale: Scale, kind: (name: string) => Kind): Row {
  return {
    from: Float64Array.from(spans, ({ started }) => scale.placeOf(started)),
    to: Float64Array.from(spans, ({ finished }) => scale.placeOf(finished)),
    kinds: Uint8Array.from(spans, ({ name }) => KINDS.indexOf(kind(name))),
    names: spans.map(({ name }) => name),
  };
}

/** Draws what can be seen of a row, from left to right; gives how many bars it drew. */
export function drawRow({ from, to, kinds }: Row, { from: left, to: right, width }: Window, draw: Draw): number {
  const pixels = width / (right - left);
  const xOf = (place: number) => (place - left) * pixels;
  let drawn = 0;
  // Pixels that follow each other and are not drawn yet: bars too short to be drawn by themselves.
  let [short, shortEnd, shortKind, shortIndex] = [0, 0, SEVERAL, 0];
  const flush = (): void => {
    if (shortEnd === short) return;
    draw(shortKind, short, shortEnd - short, shortIndex);
    drawn++;
    shortEnd = short;
  };
  let index = lowerBound(to, left);
  while (index < from.length) {
    const start = from[index] ?? 0;
    if (start >= right) break;
    const [x, end] = [Math.max(0, xOf(start)), Math.min(width, xOf(to[index] ?? 0))];
    const kind = kinds[index] ?? SEVERAL;
    if (end - x >= SHORT) {
      flush();
      draw(kind, x, end - x, index);
      drawn++;
      index++;
      continue;
    }
    // All that ends within these pixels is one bar of them.
    const pixel = Math.floor(x);
    const next = Math.max(index + 1, lowerBound(to, left + (pixel + SHORT) / pixels));
    const own = next === index + 1 ? kind : SEVERAL;
    if (shortEnd > short && pixel <= shortEnd) shortKind = own === shortKind ? own : SEVERAL;
    else {
      flush();
      short = pixel;
      shortKind = own;
    }
    shortEnd = pixel + SHORT;
    shortIndex = next - 1;
    index = next;
  }
  flush();
  return drawn;
}

/** The bar of a row at a place; undefined where there is none. */
export function barAt({ from, to }: Row, place: number): number | undefined {
  const index = lowerBound(to, place);
  const found = to[index] === place && (from[index + 1] ?? Infinity) <= place ? index + 1 : index;
  return found < from.length && (from[found] ?? Infinity) <= place ? found : undefined;
}
