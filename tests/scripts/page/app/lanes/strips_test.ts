/// <reference lib="dom" />

import { assert, assertEquals } from "@std/assert";
import { MOST_BARS, MOST_TEXTS, Strips } from "../../../../../scripts/page/app/lanes/strips.ts";
import type { Palette } from "../../../../../scripts/page/app/lanes/palette.ts";
import { KINDS, type Track, type Window } from "../../../../../scripts/page/app/lanes/tracks.ts";

/** A part of a strip that was put on the picture: how wide it is on the strip, where it lies, and how wide it is there. */
type Piece = readonly [taken: number, x: number, y: number, width: number];

/** Notes what is drawn; Deno has no canvas. */
class Pen {
  rectangles = 0;
  pieces: Piece[] = [];
  texts: string[] = [];
  setTransform(): void {}
  clearRect(): void {}
  beginPath(): void {}
  fill(): void {}
  rect(): void {
    this.rectangles++;
  }
  fillText(text: string): void {
    this.texts.push(text);
  }
  drawImage(_: unknown, ...[, , taken, , x, y, width]: number[]): void {
    this.pieces.push([taken ?? 0, x ?? 0, y ?? 0, width ?? 0]);
  }
}

const WIDTH = 600;
const ROW = 18;
const palette: Palette = {
  fills: { running: "", sleeping: "", waiting: "", holding: "", several: "" },
  ...{ text: "", muted: "", line: "", surface: "", accent: "", blocked: "", font: "" },
};

/** Lanes of so many bars each, one after another from 0 on, each as long as the next but one. */
function tracks(lanes: number, bars: number): readonly Track[] {
  const row = {
    from: Float64Array.from({ length: bars }, (_, index) => index),
    to: Float64Array.from({ length: bars }, (_, index) => index + 1),
    kinds: Uint8Array.from({ length: bars }, (_, index) => index % (KINDS.length - 1)),
    names: Array.from({ length: bars }, (_, index) => `bar ${index}`),
  };
  return Array.from({ length: lanes }, (_, index) => ({ lane: `lane ${index}`, doing: row, holds: row }));
}

/** Strips whose frames are counted. */
function begin(all: readonly Track[]) {
  const canvases = new Pen();
  const strips = new Strips((width, height) =>
    ({ width, height, getContext: () => canvases }) as unknown as OffscreenCanvas
  );
  return (from: number, to: number) => {
    const pen = new Pen();
    canvases.rectangles = 0;
    const window: Window = { from, to, width: WIDTH };
    const picture = { tracks: all, window, row: ROW, ratio: 1, palette };
    const isWhole = strips.paint(pen as unknown as CanvasRenderingContext2D, picture);
    return { isWhole, bars: canvases.rectangles, pieces: pen.pieces, texts: pen.texts, rectangles: pen.rectangles };
  };
}

Deno.test("Strips.paint() draws no more in a frame than its bound, whatever the number of bars, and comes to an end", () => {
  const lanes = 40;
  // A lane of either row has a bar for each two pixels at most, and one at each end.
  const most = MOST_BARS + 2 * (WIDTH / 2 + 2);
  let limited = 0;
  for (const bars of [100, 1_250, 100_000]) {
    const paint = begin(tracks(lanes, bars));
    for (const part of [1, 0.5, 0.02, 0.3, 250 / bars]) {
      const start = bars * (1 - part) / 2;
      let frame = paint(start, start + bars * part);
      let frames = 1;
      for (;; frames++) {
        assert(frame.bars <= most, `${frame.bars} bars in a frame, ${most} at most`);
        assert(frame.pieces.length <= 3 * lanes && frame.texts.length <= MOST_TEXTS);
        assertEquals(frame.rectangles, frame.texts.length, "a ground for each text");
        if (frame.isWhole) break;
        assertEquals(frame.texts, [], "texts wait until all is drawn");
        limited++;
        assert(frames <= lanes + 1);
        frame = paint(start, start + bars * part);
      }
      assertEquals(frame.pieces.map(([taken, x, y, width]) => [taken, x, y / ROW, width]), [
        ...Array.from({ length: lanes }, (_, lane) => [WIDTH, 0, lane, WIDTH]),
      ], "whole, each lane is as it was drawn");
      assertEquals(paint(start, start + bars * part).bars, 0, "what stands still is not drawn again");
    }
  }
  assert(limited > 0);
});

Deno.test("Strips.paint() shows all of the window while it moves: what is not drawn yet is an earlier strip, stretched", () => {
  const lanes = 40;
  const paint = begin(tracks(lanes, 1_250));
  while (!paint(0, 1_250).isWhole);
  for (const [from, to] of [[400, 700], [500, 800], [450, 850], [0, 1_250], [900, 1_100]] as const) {
    const { pieces } = paint(from, to);
    for (let lane = 0; lane < lanes; lane++) {
      const own = pieces.filter(([, , y]) => y === lane * ROW).toSorted((one, other) => one[1] - other[1]);
      let end = 0;
      for (const [taken, x, , width] of own) {
        assert(Math.abs(x - end) < 1e-6 && taken > 0, `lane ${lane} has a hole before ${x}`);
        end = x + width;
      }
      assert(Math.abs(end - WIDTH) < 1e-6, `lane ${lane} ends at ${end}`);
    }
  }
});

Deno.test("Strips.paint() draws a lane anew where another takes its place", () => {
  const [one, other] = [tracks(2, 10), tracks(3, 10)];
  const all = [...one];
  const paint = begin(all);
  const { bars } = paint(0, 10);
  assertEquals(bars, 40);
  all.splice(1, 1, ...other.slice(1));
  assertEquals(paint(0, 10).bars, 40);
  all.length = 1;
  assertEquals(paint(0, 10).pieces.length, 1);
});
