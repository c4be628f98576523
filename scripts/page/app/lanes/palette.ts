/**
 * What lanes are drawn with: the colors of the page, and patterns beside them, since color alone tells nobody everything.
 */

import { type Kind, KINDS } from "./tracks.ts";

/** Colors by name. */
export interface Palette {
  /** What each kind of bar is filled with. */
  readonly fills: Readonly<Record<Kind, string | CanvasPattern>>;
  readonly text: string;
  readonly muted: string;
  readonly line: string;
  readonly surface: string;
  readonly accent: string;
  readonly blocked: string;
  readonly font: string;
}

const VARIABLES: Readonly<Record<Kind, string>> = {
  running: "--running",
  sleeping: "--waiting",
  waiting: "--blocked",
  holding: "--holding",
  several: "--muted",
};

/** Reads the colors that an element has at the moment. */
export function paletteOf(element: HTMLElement, context: CanvasRenderingContext2D): Palette {
  const probe = document.createElement("span");
  probe.hidden = true;
  element.after(probe);
  const style = getComputedStyle(probe);
  // A variable is given as it is written, a color as it comes out.
  const color = (name: string): string => {
    probe.style.color = `var(${name})`;
    return style.color;
  };
  const surface = color("--surface");
  const fills = Object.fromEntries(KINDS.map((kind) => {
    const own = color(VARIABLES[kind]);
    return [kind, pattern(kind, { context, own, surface })];
  })) as Record<Kind, string | CanvasPattern>;
  const palette = {
    fills,
    text: color("--text"),
    muted: color("--muted"),
    line: color("--line"),
    surface,
    accent: color("--accent"),
    blocked: color("--blocked"),
    font: style.fontFamily,
  };
  probe.remove();
  return palette;
}

/** Who waits is hatched, who sleeps is dotted, several are a chessboard; the rest is plain. */
function pattern(
  kind: Kind,
  { context, own, surface }: {
    readonly context: CanvasRenderingContext2D;
    readonly own: string;
    readonly surface: string;
  },
): string | CanvasPattern {
  if (kind === "running" || kind === "holding") return own;
  const tile = new OffscreenCanvas(8, 8);
  const pen = tile.getContext("2d");
  if (pen === null) return own;
  pen.fillStyle = surface;
  pen.fillRect(0, 0, 8, 8);
  pen.fillStyle = pen.strokeStyle = own;
  pen.globalAlpha = kind === "waiting" ? 0.35 : 0.3;
  pen.fillRect(0, 0, 8, 8);
  pen.globalAlpha = 1;
  if (kind === "waiting") {
    pen.lineWidth = 1.8;
    for (const from of [-8, 0, 8]) {
      pen.beginPath();
      pen.moveTo(from - 1, 9);
      pen.lineTo(from + 9, -1);
      pen.stroke();
    }
  } else if (kind === "sleeping") pen.fillRect(3, 3, 2, 2);
  else {
    pen.fillRect(0, 0, 4, 4);
    pen.fillRect(4, 4, 4, 4);
  }
  return context.createPattern(tile, "repeat") ?? own;
}
