/**
 * Lanes as strips: each lane is drawn on a canvas of its own, and the picture is put together from these.
 *
 * - A frame draws lanes anew that are out of date, in turn, until it has drawn MOST_BARS; then it moves and stretches all strips
 *   to where they lie in the window. So what a frame draws is bounded by lanes and pixels, whatever the number of bars.
 * - A strip that is stretched is coarse until its turn comes. Beside its ends shows the widest strip of the lane so far.
 * - Texts are drawn where no lane is out of date.
 */

import type { Palette } from "./palette.ts";
import { drawRow, KINDS, type Track, type Window } from "./tracks.ts";

/** How many bars a frame draws anew before it stops; the lane that reaches the number is drawn to its end. */
export const MOST_BARS = 1000;
/** How many texts are drawn at most. */
export const MOST_TEXTS = 200;

/** What strips are drawn of, and how. */
export interface StripsPicture {
  readonly tracks: readonly Track[];
  readonly window: Window;
  /** The height of a row. */
  readonly row: number;
  /** How many pixels of the canvas a pixel of the page has. */
  readonly ratio: number;
  readonly palette: Palette;
}

/** A canvas that strips are drawn on, of so many pixels. */
type MakeCanvas = (width: number, height: number) => OffscreenCanvas;

/** A text on a lane, where its row begins at 0. */
interface Text {
  readonly text: string;
  readonly x: number;
  readonly y: number;
}

/** A lane as it was drawn. */
interface Strip {
  readonly canvas: OffscreenCanvas;
  readonly track: Track;
  readonly row: number;
  readonly ratio: number;
  readonly window: Window;
  readonly palette: Palette;
  readonly texts: readonly Text[];
}

/** What there is of a lane: the strip drawn last, and an earlier one of a wider window. */
interface Drawn {
  readonly last: Strip;
  readonly wide: Strip | undefined;
}

/** The least width of a bar that has a text, in pixels, and how wide a letter is about. */
const LEAST_TEXT = 36;
const LETTER = 6.4;
/** How wide the ground of a letter is. */
const GROUND = 5.7;
const HOLDING = KINDS.indexOf("holding");

export class Strips {
  readonly #makeCanvas: MakeCanvas;
  readonly #drawn: Drawn[] = [];
  /** The lane whose turn it is. */
  #next = 0;

  constructor(makeCanvas: MakeCanvas = (width, height) => new OffscreenCanvas(width, height)) {
    this.#makeCanvas = makeCanvas;
  }

  /** Draws the lanes, the first at the context's origin; gives whether that is all: another frame draws more if it is not. */
  paint(context: CanvasRenderingContext2D, picture: StripsPicture): boolean {
    const { tracks, window, row, palette } = picture;
    this.#drawn.length = Math.min(this.#drawn.length, tracks.length);
    let bars = 0;
    for (let seen = 0; seen < tracks.length && bars < MOST_BARS; seen++) {
      this.#next %= tracks.length;
      bars += this.#renew(this.#next++, picture);
    }
    context.imageSmoothingEnabled = false;
    for (const [index, { last, wide }] of this.#drawn.entries()) {
      const y = index * row;
      const [from, to] = [Math.max(window.from, last.window.from), Math.min(window.to, last.window.to)];
      if (from >= to) {
        if (wide !== undefined) blit(context, wide, { ...window, window, y });
        continue;
      }
      blit(context, last, { from, to, window, y });
      if (wide === undefined) continue;
      blit(context, wide, { from: window.from, to: from, window, y });
      blit(context, wide, { from: to, to: window.to, window, y });
    }
    const isWhole = bars < MOST_BARS;
    if (isWhole) {
      const all = this.#drawn.flatMap(({ last }, index) =>
        last.texts.map(({ text, x, y }) => ({ text, x, y: y + index * row }))
      );
      paintTexts(context, all.slice(0, MOST_TEXTS), palette);
    }
    return isWhole;
  }

  /** Draws a lane anew if it is out of date; gives how many bars it drew. */
  #renew(index: number, { tracks, window, row, ratio, palette }: StripsPicture): number {
    const track = tracks[index];
    if (track === undefined) return 0;
    const drawn = this.#drawn[index];
    const asked = { track, window, row, ratio, palette };
    if (drawn !== undefined && isOf(drawn.last, asked) && isSame(drawn.last.window, window)) return 0;
    // Whichever of the two is wider stays; the other's canvas is drawn on.
    const earlier = [drawn?.last, drawn?.wide].filter((strip) => strip !== undefined && isOf(strip, asked));
    const [wide, narrow] = earlier.toSorted((one, other) => lengthOf(other?.window) - lengthOf(one?.window));
    const pixels = (length: number) => Math.max(1, Math.round(length * ratio));
    const across = pixels(window.width);
    const canvas = narrow?.canvas.width === across ? narrow.canvas : this.#makeCanvas(across, pixels(row));
    const pen = canvas.getContext("2d");
    if (pen === null) return 0;
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    pen.clearRect(0, 0, window.width, row);
    const { texts, bars } = paintLane(pen, asked);
    this.#drawn[index] = { last: { canvas, ...asked, texts }, wide };
    return bars;
  }
}

/** The height of what a task does; what it holds lies below. */
export function barOf(row: number): number {
  return Math.round(row * 0.58);
}

/** A text that has room for so many letters. */
export function cut(text: string, letters: number): string {
  if (text.length <= letters) return text;
  return letters < 3 ? "" : `${text.slice(0, Math.floor(letters) - 1)}…`;
}

function lengthOf(window: Window | undefined): number {
  return window === undefined ? 0 : window.to - window.from;
}

function isOf(strip: Strip, { track, row, ratio, palette }: Omit<Strip, "canvas" | "texts">): boolean {
  return strip.track === track && strip.row === row && strip.ratio === ratio && strip.palette === palette;
}

function isSame(one: Window, other: Window): boolean {
  return one.from === other.from && one.to === other.to && one.width === other.width;
}

/** Draws a part of a strip, given in places, where it lies in a window, and in a row that begins at `y`. */
function blit(context: CanvasRenderingContext2D, { canvas, window: own, row }: Strip, { from, to, window, y }: {
  readonly from: number;
  readonly to: number;
  readonly window: Window;
  readonly y: number;
}): void {
  const [start, end] = [Math.max(from, own.from), Math.min(to, own.to)];
  if (start >= end) return;
  const pixels = canvas.width / lengthOf(own);
  const onto = window.width / lengthOf(window);
  const [x, width] = [(start - own.from) * pixels, (end - start) * pixels];
  context.drawImage(
    canvas,
    ...[x, 0, width, canvas.height] as const,
    ...[(start - window.from) * onto, y, (end - start) * onto, row] as const,
  );
}

/** Draws a lane, its row from 0 on; gives how many bars that were, and what is to be written on them. */
function paintLane(
  pen: OffscreenCanvasRenderingContext2D,
  { track: { doing, holds }, window, row, palette }: Omit<Strip, "canvas" | "texts">,
): { readonly bars: number; readonly texts: readonly Text[] } {
  const y = 2;
  const bar = barOf(row);
  const held = Math.max(3, Math.round(row * 0.16));
  const boxes = KINDS.map((): number[] => []);
  const texts: Text[] = [];
  let bars = drawRow(doing, window, (kind, x, width, place) => {
    // A line of the ground parts bars that follow each other.
    boxes[kind]?.push(x, y, width > 3 ? width - 1 : width, bar);
    if (width < LEAST_TEXT) return;
    const text = cut(doing.names[place] ?? "", (width - 8) / LETTER);
    if (text !== "") texts.push({ text, x: x + 4, y: y + bar / 2 + 0.5 });
  });
  bars += drawRow(holds, window, (_kind, x, width, place) => {
    boxes[HOLDING]?.push(x, y + bar + 1, width, held);
    if (width < LEAST_TEXT || row < 32) return;
    const text = cut(holds.names[place] ?? "", (width - 4) / LETTER);
    texts.push({ text, x: x + 2, y: y + bar + held + 5 });
  });
  for (const [kind, name] of KINDS.entries()) {
    pen.fillStyle = palette.fills[name];
    fillAll(pen, boxes[kind] ?? []);
  }
  return { bars, texts };
}

function paintTexts(context: CanvasRenderingContext2D, texts: readonly Text[], palette: Palette): void {
  context.globalAlpha = 0.72;
  context.fillStyle = palette.surface;
  fillAll(context, texts.flatMap(({ text, x, y }) => [x - 2, y - 6, text.length * GROUND + 4, 12]));
  context.globalAlpha = 1;
  context.font = `11px ${palette.font}`;
  context.fillStyle = palette.text;
  for (const { text, x, y } of texts) context.fillText(text, x, y);
}

/** Fills rectangles as one path: x, y, width and height of each, drawn on whole pixels. */
function fillAll(
  context: Pick<CanvasRenderingContext2D, "beginPath" | "rect" | "fill">,
  boxes: readonly number[],
): void {
  if (boxes.length === 0) return;
  context.beginPath();
  for (let at = 0; at < boxes.length; at += 4) {
    const [x = 0, y = 0, width = 0, height = 0] = [boxes[at], boxes[at + 1], boxes[at + 2], boxes[at + 3]];
    const left = Math.round(x);
    context.rect(left, Math.round(y), Math.max(1, Math.round(x + width) - left), height);
  }
  context.fill();
}
