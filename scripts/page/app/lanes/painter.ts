/**
 * Draws lanes on a canvas: a row for each, put together from strips, above an axis.
 *
 * - Whom a task waits for at the cursor is an arrow from its row to theirs. The cursor is drawn by itself, on a canvas above:
 *   so a film that plays draws one line a frame.
 */

import type { Palette } from "./palette.ts";
import { barOf, cut, type Strips } from "./strips.ts";
import type { Tick } from "./ticks.ts";
import { barAt, type Track, type Window } from "./tracks.ts";

/** How the rows lie, in pixels of the page. */
export interface Shape {
  /** The height of a row, with what is held below it. */
  readonly row: number;
  /** The width of the names. */
  readonly head: number;
  /** The height of the axis, below all rows. */
  readonly axis: number;
}

/** An arrow at the cursor, from one lane to another. */
export interface Arrow {
  readonly from: number;
  readonly to: number;
}

/** What is drawn. */
export interface Picture {
  readonly tracks: readonly Track[];
  readonly shape: Shape;
  readonly window: Window;
  /** How many pixels of the canvas a pixel of the page has. */
  readonly ratio: number;
  /** The place of the cursor. */
  readonly cursor: number;
  readonly arrows: readonly Arrow[];
  readonly ticks: readonly Tick[];
  readonly palette: Palette;
}

/** How wide a letter of the axis is, about. */
const LETTER = 6.4;

/** How lanes lie: in rows that are lower where there are many. */
export function shapeOf(lanes: number, width: number): Shape {
  return { row: lanes > 24 ? 18 : lanes > 12 ? 24 : 32, head: width < 560 ? 76 : 124, axis: 22 };
}

/** Draws all but the cursor; the context's pixels are those of the page. Gives whether that is all, see {@linkcode Strips}. */
export function paintLanes(context: CanvasRenderingContext2D, picture: Picture, strips: Strips): boolean {
  const { tracks, shape: { row, head, axis }, window, ratio, palette } = picture;
  const height = tracks.length * row;
  context.clearRect(0, 0, head + window.width, height + axis);
  context.textBaseline = "middle";
  context.save();
  context.beginPath();
  context.rect(head, 0, window.width, height + axis);
  context.clip();
  context.translate(head, 0);
  paintAxis(context, picture);
  const isWhole = strips.paint(context, { tracks, window, row, ratio, palette });
  context.restore();
  context.fillStyle = palette.text;
  context.font = `${row < 24 ? 11 : 13}px ${palette.font}`;
  for (const [index, { lane }] of tracks.entries()) {
    context.fillText(cut(lane, (head - 10) / 7), 2, index * row + barOf(row) / 2 + 2, head - 8);
  }
  return isWhole;
}

function paintAxis(context: CanvasRenderingContext2D, { tracks, shape, window, ticks, palette }: Picture): void {
  const height = tracks.length * shape.row;
  context.strokeStyle = palette.line;
  context.lineWidth = 1;
  context.beginPath();
  for (const { place } of ticks) {
    const x = Math.round(xOf(place, window)) + 0.5;
    context.moveTo(x, 0);
    context.lineTo(x, height + 4);
  }
  context.stroke();
  context.fillStyle = palette.muted;
  context.font = `11px ${palette.font}`;
  for (const { place, text } of ticks) {
    const x = xOf(place, window) + 3;
    if (x + text.length * LETTER < window.width) context.fillText(text, x, height + shape.axis / 2 + 2);
  }
}

/** Draws the cursor and its arrows. */
export function paintCursor(
  context: CanvasRenderingContext2D,
  { tracks, shape: { row, head, axis }, window, cursor, arrows, palette }: Picture,
): void {
  context.clearRect(0, 0, head + window.width, tracks.length * row + axis);
  const at = xOf(cursor, window);
  if (at < -1 || at > window.width + 1) return;
  const x = head + at;
  context.strokeStyle = palette.accent;
  context.fillStyle = palette.accent;
  context.lineWidth = 2;
  context.beginPath();
  context.moveTo(x, 0);
  context.lineTo(x, tracks.length * row);
  context.stroke();
  context.strokeStyle = palette.blocked;
  context.fillStyle = palette.blocked;
  const middle = barOf(row) / 2 + 2;
  for (const { from, to } of arrows) {
    const [start, end] = [from * row + middle, to * row + middle];
    const side = at > window.width - 40 ? -1 : 1;
    const away = x + side * Math.min(36, 10 + Math.abs(end - start) / 6);
    context.beginPath();
    context.moveTo(x, start);
    context.bezierCurveTo(away, start, away, end, x + side * 2, end);
    context.stroke();
    context.beginPath();
    context.moveTo(x + side, end);
    context.lineTo(x + side * 8, end - 4);
    context.lineTo(x + side * 8, end + 4);
    context.fill();
  }
}

function xOf(place: number, { from, to, width }: Window): number {
  return (place - from) / (to - from) * width;
}

/** What is under a point: the lane, and what it does there. */
export function laneAt(
  { tracks, shape: { row, head }, window }: Pick<Picture, "tracks" | "shape" | "window">,
  { x, y }: { readonly x: number; readonly y: number },
): { readonly track: Track; readonly place: number; readonly bar: number | undefined } | undefined {
  const track = tracks[Math.floor(y / row)];
  if (track === undefined || x < head) return undefined;
  const place = window.from + (x - head) / window.width * (window.to - window.from);
  return { track, place, bar: barAt(track.doing, place) };
}
