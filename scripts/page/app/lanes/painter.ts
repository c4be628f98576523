/**
 * Draws lanes on a canvas: a row for each, one path for each kind of bar, texts where there is room.
 *
 * - Whom a task waits for at the cursor is an arrow from its row to theirs. The cursor is drawn by itself, on a canvas above:
 *   so a film that plays draws one line a frame.
 */

import type { Palette } from "./palette.ts";
import type { Tick } from "./ticks.ts";
import { barAt, drawRow, KINDS, type Track, type Window } from "./tracks.ts";

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
  /** The place of the cursor. */
  readonly cursor: number;
  readonly arrows: readonly Arrow[];
  readonly ticks: readonly Tick[];
  readonly palette: Palette;
}

/** The least width of a bar that has a text, in pixels, and how wide a letter is about. */
const LEAST_TEXT = 36;
const LETTER = 6.4;
/** How wide the ground of a letter is. */
const GROUND = 5.7;
/** How many texts are drawn at most. */
const MOST_TEXTS = 200;

/** How lanes lie: in rows that are lower where there are many. */
export function shapeOf(lanes: number, width: number): Shape {
  return { row: lanes > 24 ? 18 : lanes > 12 ? 24 : 32, head: width < 560 ? 76 : 124, axis: 22 };
}

/** Draws all but the cursor; the context's pixels are those of the page. */
export function paintLanes(context: CanvasRenderingContext2D, picture: Picture): void {
  const { tracks, shape: { row, head, axis }, window, palette } = picture;
  const height = tracks.length * row;
  context.clearRect(0, 0, head + window.width, height + axis);
  context.textBaseline = "middle";
  context.save();
  context.beginPath();
  context.rect(head, 0, window.width, height + axis);
  context.clip();
  context.translate(head, 0);
  paintAxis(context, picture);
  paintBars(context, picture);
  context.restore();
  context.fillStyle = palette.text;
  context.font = `${row < 24 ? 11 : 13}px ${palette.font}`;
  for (const [index, { lane }] of tracks.entries()) {
    context.fillText(cut(lane, (head - 10) / 7), 2, index * row + barOf(row) / 2 + 2, head - 8);
  }
}

/** The height of what a task does; what it holds lies below. */
function barOf(row: number): number {
  return Math.round(row * 0.58);
}

function paintBars(context: CanvasRenderingContext2D, { tracks, shape: { row }, window, palette }: Picture): void {
  const bar = barOf(row);
  const held = Math.max(3, Math.round(row * 0.16));
  const bars = KINDS.map((): number[] => []);
  const texts: { readonly text: string; readonly x: number; readonly y: number }[] = [];
  for (const [index, { doing, holds }] of tracks.entries()) {
    const y = index * row + 2;
    drawRow(doing, window, (kind, x, width, place) => {
      // A line of the ground parts bars that follow each other.
      bars[kind]?.push(x, y, width > 3 ? width - 1 : width, bar);
      if (width < LEAST_TEXT || texts.length >= MOST_TEXTS) return;
      const text = cut(doing.names[place] ?? "", (width - 8) / LETTER);
      if (text !== "") texts.push({ text, x: x + 4, y: y + bar / 2 + 0.5 });
    });
    drawRow(holds, window, (_kind, x, width, place) => {
      bars[HOLDING]?.push(x, y + bar + 1, width, held);
      if (width < LEAST_TEXT || row < 32 || texts.length >= MOST_TEXTS) return;
      const text = cut(holds.names[place] ?? "", (width - 4) / LETTER);
      texts.push({ text, x: x + 2, y: y + bar + held + 5 });
    });
  }
  for (const [kind, name] of KINDS.entries()) {
    context.fillStyle = palette.fills[name];
    fillAll(context, bars[kind] ?? []);
  }
  context.globalAlpha = 0.72;
  context.fillStyle = palette.surface;
  fillAll(context, texts.flatMap(({ text, x, y }) => [x - 2, y - 6, text.length * GROUND + 4, 12]));
  context.globalAlpha = 1;
  context.font = `11px ${palette.font}`;
  context.fillStyle = palette.text;
  for (const { text, x, y } of texts) context.fillText(text, x, y);
}

/** Fills rectangles as one path: x, y, width and height of each, drawn on whole pixels. */
function fillAll(context: CanvasRenderingContext2D, boxes: readonly number[]): void {
  if (boxes.length === 0) return;
  const path = new Path2D();
  for (let at = 0; at < boxes.length; at += 4) {
    const [x = 0, y = 0, width = 0, height = 0] = [boxes[at], boxes[at + 1], boxes[at + 2], boxes[at + 3]];
    const left = Math.round(x);
    path.rect(left, Math.round(y), Math.max(1, Math.round(x + width) - left), height);
  }
  context.fill(path);
}

const HOLDING = KINDS.indexOf("holding");

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

function cut(text: string, letters: number): string {
  if (text.length <= letters) return text;
  return letters < 3 ? "" : `${text.slice(0, Math.floor(letters) - 1)}…`;
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
