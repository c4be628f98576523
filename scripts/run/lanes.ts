/**
 * Who runs and who waits for what, as a picture in the terminal: a row for each lane, time from left to right.
 *
 * - Every lane has a row, and no line is longer than the width.
 * - Every span has at least one cell, and they keep their order. What is shorter than a cell moves its neighbors by some
 *   cells; where too much happens at once, one cell stands for several spans.
 * - What is waited for stands in the wait where there is room, else a letter does, which the legend explains.
 */

import type { Span } from "../../mod.ts";
import { axisLine } from "./axis.ts";
import { type Item, itemsOf } from "./cells.ts";

/** What a lane does for some time, in milliseconds from the start of the run. */
export type LaneSpan = Pick<Span, "name" | "started" | "finished">;

/** What one task does. */
export interface Lane {
  readonly lane: string;
  /** What it does, in order. */
  readonly spans: readonly LaneSpan[];
}

/** How to draw. */
export interface LanesOptions {
  /** How many columns there are; at least 20 are used. */
  readonly width: number;
  /** Whose time it is, in seven letters at most, such as `virtual`; `rows` where a millisecond stands for a row. */
  readonly clock: string;
  /** Colors a text; leaves it as it is by default. */
  readonly paint?: (code: number, text: string) => string;
}

const RUNNING = "running";
/** One cell of a lane that runs, that waits, and that does several things. */
const RUNS = "█";
const WAITS = "░";
const SEVERAL = "▒";
const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

const LEAST_WIDTH = 20;
const INDENT = "  ";
const GREEN = 32;
const YELLOW = 33;
const BOLD = 1;

/** The lanes of a run: those of its tasks in their order, then others in the order in which they begin. */
export function lanesOf(spans: readonly Span[], names: readonly string[]): Lane[] {
  const ordered = spans.toSorted((one, other) => one.started - other.started || one.finished - other.finished);
  return [...new Set([...names, ...ordered.map(({ lane }) => lane)])].map((lane) => ({
    lane,
    spans: ordered.filter((span) => span.lane === lane).map(({ name, started, finished }) => {
      return { name, started, finished };
    }),
  }));
}

/** The lines of the picture: the lanes, the time, the legend. */
export function laneLines(lanes: readonly Lane[], { width, clock, paint = (_, text) => text }: LanesOptions): string[] {
  const most = Math.max(LEAST_WIDTH, width);
  const longest = Math.max(clock.length, ...lanes.map(({ lane }) => lane.length));
  const head = Math.min(longest, Math.max(clock.length, Math.floor(most / 4)));
  const cells = most - 2 * INDENT.length - head;
  const headOf = (name: string) => INDENT + cut(plain(name), head).padEnd(head) + INDENT;
  const all = lanes.flatMap(({ spans }) => spans);
  if (all.length === 0) return [...lanes.map(({ lane }) => headOf(lane).trimEnd()), cut(NOTHING, most)];
  const from = Math.min(...all.map(({ started }) => started));
  const to = Math.max(...all.map(({ finished }) => finished));
  const legend = new Legend();
  const rows = lanes.map(({ lane, spans }) => {
    const row = rowOf(itemsOf(spans, { from, to, cells }), { legend, paint });
    return (headOf(lane) + row).trimEnd();
  });
  return [
    ...rows,
    (headOf(clock) + axisLine({ from, to, cells }, { counts: clock === "rows" })).trimEnd(),
    ...legend.lines(most),
  ];
}

const NOTHING = `${INDENT}Nobody was seen to run or to wait.`;

/** What a row is drawn with. */
interface Pens {
  readonly legend: Legend;
  readonly paint: NonNullable<LanesOptions["paint"]>;
}

/** The cells of a lane. */
function rowOf(items: readonly Item[], { legend, paint }: Pens): string {
  let row = "";
  let at = 0;
  for (const { from, to, names } of items) {
    row += " ".repeat(from - at);
    at = to;
    const name = plain(names.at(-1) ?? "");
    const several = names.length > 1 ? legend.several() : "";
    const cells = to - from - several.length;
    row += several;
    if (cells === 0) continue;
    if (name === RUNNING) row += paint(GREEN, legend.runs().repeat(cells));
    else row += wait(name, { cells, legend, paint });
  }
  return row;
}

function wait(name: string, { cells, legend, paint }: Pens & { readonly cells: number }): string {
  const glyph = legend.waits();
  const rest = (count: number) => count === 0 ? "" : paint(YELLOW, glyph.repeat(count));
  if (name.length < cells) return rest(1) + name + rest(cells - name.length - 1);
  const letter = legend.letter(name);
  return (letter === undefined ? rest(1) : paint(BOLD, letter)) + rest(cells - 1);
}

/** What the glyphs and letters that are used mean. */
class Legend {
  readonly #glyphs = new Map<string, string>();
  readonly #letters = new Map<string, string>();

  runs(): string {
    return this.#glyph(RUNS, RUNNING);
  }

  waits(): string {
    return this.#glyph(WAITS, "waiting");
  }

  several(): string {
    return this.#glyph(SEVERAL, "several, one after another");
  }

  /** The letter of what is waited for, while there are letters. */
  letter(name: string): string | undefined {
    const letter = this.#letters.get(name) ?? LETTERS[this.#letters.size];
    if (letter !== undefined) this.#letters.set(name, letter);
    return letter;
  }

  lines(width: number): string[] {
    const lines: string[] = [];
    const letters = [...this.#letters].map(([name, letter]) => [letter, name]);
    for (const [glyph, meaning] of [...this.#glyphs, ...letters]) {
      const text = INDENT + `${glyph} ${meaning}`;
      const last = lines.at(-1);
      if (last === undefined || last.length + text.length > width) lines.push(cut(text, width));
      else lines[lines.length - 1] = last + text;
    }
    return lines;
  }

  #glyph(glyph: string, meaning: string): string {
    this.#glyphs.set(glyph, meaning);
    return glyph;
  }
}

function cut(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`;
}

/** A name whose letters are sure to have one column each. */
function plain(name: string): string {
  return name.replaceAll(/[^ -~]/g, "?");
}
