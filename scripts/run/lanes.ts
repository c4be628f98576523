/**
 * Who runs and who waits for what, as a picture in the terminal: a row for each lane, time from left to right.
 *
 * - Every lane has a row, and no line is longer than the width.
 * - Every span has at least one cell, and spans keep their order. A span shorter than a cell moves its neighbors by
 *   some cells; if too much happens at once, one cell stands for several spans.
 * - A wait shows what is waited for and who holds it, if there is room; otherwise a letter, which the legend explains.
 *   Below a lane that holds something, a row shows what and how long.
 */

import type { Span } from "../../mod.ts";
import { axisLine } from "./axis.ts";
import { heldOf, type Item, itemsOf, type LaneSpan } from "./cells.ts";

/** The lane of a task. */
export interface Lane {
  readonly lane: string;
  /** What it does, in order. */
  readonly spans: readonly LaneSpan[];
  /** What it holds, in order; nothing if absent. */
  readonly holds?: readonly LaneSpan[];
}

/** Options of the picture. */
export interface LanesOptions {
  /** The number of columns; at least 20 are used. */
  readonly width: number;
  /** The name of the clock, at most seven letters, such as `virtual`; `rows` if a millisecond stands for a row. */
  readonly clock: string;
  /** Colors a text; by default it stays uncolored. */
  readonly paint?: (code: number, text: string) => string;
}

const RUNNING = "running";
/** The cells of a lane that runs, that waits, and that does several things. */
const RUNS = "█";
const WAITS = "░";
const SEVERAL = "▒";
const HOLDS = "━";
const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

const LEAST_WIDTH = 20;
const INDENT = "  ";
const GREEN = 32;
const YELLOW = 33;
const CYAN = 36;
const BOLD = 1;

/** The lanes that a run must have. */
export interface LanesShape {
  /** The names of its tasks. */
  readonly names: readonly string[];
  /** The tasks that a deadlock ended; what they did afterwards, to clean up, is left out. */
  readonly deadlocked?: readonly string[];
}

/**
 * The lanes of a run: its tasks in order, then other lanes in order of their starts. Times count from the first span.
 */
export function lanesOf(spans: readonly Span[], { names, deadlocked = [] }: LanesShape): Lane[] {
  const first = spans.reduce((least, { started }) => Math.min(least, started), Infinity);
  const ordered = spans.map((span) => ({ ...span, started: span.started - first, finished: span.finished - first }))
    .toSorted((one, other) => one.started - other.started || one.finished - other.finished);
  return [...new Set([...names, ...ordered.map(({ lane }) => lane)])].map((lane) => {
    const own = ordered.filter((span) => span.lane === lane);
    const [held, done] = [own.filter(({ holds }) => holds), own.filter(({ holds }) => !holds)];
    const last = done.findLast(({ name }) => name !== RUNNING);
    const end = deadlocked.includes(lane) && last !== undefined ? last.finished : Infinity;
    const upToEnd = (all: readonly Span[]) =>
      all.filter(({ started }) => started < end).map(({ name, started, finished }): LaneSpan => {
        return { name, started, finished: Math.min(finished, end) };
      });
    return { lane, spans: upToEnd(done), ...held.length === 0 ? {} : { holds: upToEnd(held) } };
  });
}

/** The lines of the picture: the lanes, the time, the legend. */
export function laneLines(lanes: readonly Lane[], { width, clock, paint = (_, text) => text }: LanesOptions): string[] {
  const most = Math.max(LEAST_WIDTH, width);
  const longest = Math.max(clock.length, ...lanes.map(({ lane }) => lane.length));
  const head = Math.min(longest, Math.max(clock.length, Math.floor(most / 4)));
  const cells = most - 2 * INDENT.length - head;
  const headOf = (name: string) => INDENT + cut(oneColumn(name), head).padEnd(head) + INDENT;
  const all = lanes.flatMap(({ spans }) => spans);
  if (all.length === 0) return [...lanes.map(({ lane }) => headOf(lane).trimEnd()), cut(NOTHING, most)];
  const from = Math.min(...all.map(({ started }) => started));
  const to = Math.max(...all.map(({ finished }) => finished));
  const frame = { from, to, cells };
  const legend = new Legend();
  const rows = lanes.flatMap(({ lane, spans, holds = [] }) => {
    const waits = spans.map((span) => ({ ...span, name: span.name + heldBy(span, { lane, lanes }) }));
    const row = headOf(lane) + rowOf(itemsOf(waits, frame), { legend, paint });
    if (holds.length === 0) return [row.trimEnd()];
    const held = heldOf(holds);
    return [row.trimEnd(), (headOf("") + heldRow(itemsOf(held, frame), { legend, paint })).trimEnd()];
  });
  return [
    ...rows,
    (headOf(clock) + axisLine(frame, { counts: clock === "rows" })).trimEnd(),
    ...legend.lines(most),
  ];
}

/** The holder of what a span waits for, if any, the last of several; a task that holds it itself comes first. */
function heldBy(
  { name, started, finished }: LaneSpan,
  { lane, lanes }: { readonly lane: string; readonly lanes: readonly Lane[] },
): string {
  const thing = name.slice(0, name.lastIndexOf("."));
  const holdsOf = (which: (other: string) => boolean) =>
    lanes.flatMap(({ lane: other, holds = [] }) =>
      which(other) ? holds.filter((held) => held.name === thing).map((held) => ({ other, ...held })) : []
    );
  const own = holdsOf((other) => other === lane).find((held) => held.started < started && held.finished > started);
  if (own !== undefined) return own.finished < finished ? "" : " (held by itself)";
  const others = holdsOf((other) => other !== lane)
    .filter((held) => held.started < finished && held.finished > started)
    .toSorted((one, other) => one.finished - other.finished);
  const last = others.at(-1);
  return last === undefined ? "" : ` (held by ${last.other})`;
}

/** The row below a lane, which shows what it holds. */
function heldRow(items: readonly Item[], { legend, paint }: Pens): string {
  let row = "";
  let at = 0;
  for (const { from, to, names } of items) {
    row += " ".repeat(from - at);
    at = to;
    const glyph = legend.holds();
    const name = oneColumn(names.at(-1) ?? "");
    const cells = to - from;
    const text = name.length + 1 < cells ? glyph + name : legend.letter(name) ?? "";
    row += paint(CYAN, text + glyph.repeat(cells - text.length));
  }
  return row;
}

const NOTHING = `${INDENT}Nobody was seen to run or to wait.`;

/** The means of drawing a row. */
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
    const name = oneColumn(names.at(-1) ?? "");
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

/** The legend: the meaning of the glyphs and letters used. */
class Legend {
  readonly #glyphs = new Map<string, string>();
  readonly #letters = new Map<string, string>();

  runs(): string {
    return this.#glyph(RUNS, RUNNING);
  }

  waits(): string {
    return this.#glyph(WAITS, "waiting");
  }

  holds(): string {
    return this.#glyph(HOLDS, "holding");
  }

  several(): string {
    return this.#glyph(SEVERAL, "several, one after another");
  }

  /** The letter for what is waited for, as long as there are letters. */
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

/** A name in which each character surely takes one column: only Latin, Greek and Cyrillic letters are kept. */
function oneColumn(name: string): string {
  return name.replaceAll(/[^ -~\u00c0-\u024f\u0370-\u0373\u0386-\u03ff\u0400-\u0481\u048a-\u052f]/gu, "?");
}
