/**
 * Texts for people: wrapped by words, and without anything that a terminal would obey.
 *
 * - What a program names or throws is data: a line break in it begins no line, and no escape reaches the terminal.
 * - A word is never broken, however narrow the terminal is.
 */

import { called, located } from "./called.ts";
import { consoleColumns } from "./output.ts";
import { flagReader } from "./arguments.ts";
import { number } from "./values.ts";

/** What `--width` takes. */
export const WIDTH = "a whole number from 40 to 1000";
/** Columns where nobody says how many there are. */
const DEFAULT_WIDTH = 80;

/** How many columns texts may take: what `--width` says, else what the terminal has. */
export function widthOf(flags: ReadonlyMap<string, string>): number {
  const read = flagReader(flags, { "--width": WIDTH });
  return read("--width", consoleColumns(DEFAULT_WIDTH), number({ least: 40, most: 1000, integer: true }));
}

/** Characters that change where text goes or how it reads: controls, separators of lines, marks of direction. */
const OBEYED = /[\p{Cc}\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

const MARKS = /[\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/** A text of a program on one line, with what a terminal would obey spelled out. */
export function plain(text: string): string {
  return spelled(text.replaceAll(/\s{2,}|[\r\n\t\u2028\u2029]/g, " "));
}

/** A text of a program line by line, each behind an indent, so that none passes for a line of the report. */
export function plainLines(text: string, indent: string): string[] {
  return text.split(/\r\n|[\r\n\u2028\u2029]/).map((line) => indent + spelled(line.replaceAll("\t", "  ")));
}

/** A value as people read it, on one line; no text in it is obeyed. */
export function shown(value: unknown, { colors }: { readonly colors: boolean }): string {
  const text = Deno.inspect(value, { colors, depth: 6, breakLength: Infinity, compact: true });
  // What is in strings and keys has been spelled out, but for marks of direction.
  return colors ? text.replaceAll(MARKS, "") : spelled(text);
}

function spelled(text: string): string {
  return text.replaceAll(OBEYED, (character) => `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, "0")}`);
}

/** How many columns a text takes without its colors. */
export function columnsOf(text: string): number {
  // deno-lint-ignore no-control-regex
  return [...text.replaceAll(/\x1b\[\d+m/g, "")].length;
}

/** A text on lines of at most that width, where its words allow it; the lines after the first are indented. */
export function wrapped(text: string, width: number, indent = ""): string[] {
  const lines: string[] = [];
  let line: string | undefined;
  for (const word of text.split(" ")) {
    if (line === undefined) line = word;
    else if (columnsOf(line) + 1 + columnsOf(word) <= width || line.trim() === "") line += ` ${word}`;
    else {
      lines.push(line.trimEnd());
      line = indent + word;
    }
  }
  return [...lines, (line ?? "").trimEnd()];
}

/** Words in a sentence: `a, b and c`. */
export function listed(words: readonly string[], last = "and"): string {
  return words.length < 2 ? words.join() : `${words.slice(0, -1).join(", ")} ${last} ${words.at(-1)}`;
}

/** A number with what it counts. */
export function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}

/** A line to copy. */
const COMMAND = /^(?:Examples?: | +)deno (?:task|run) /;

/**
 * A help text, as wide as `--width` or the terminal says: what does not fit goes on below where it begins, and a paragraph
 * of which a line does not fit is filled anew. A command to copy stays on its line.
 */
export function helpText(text: string, args: readonly string[]): string {
  const width = askedWidth(args) ?? consoleColumns(DEFAULT_WIDTH);
  const filled = called(text).replaceAll(/^\S.*(?:\n\S.*)+/gm, (paragraph) => {
    return paragraph.split("\n").some((line) => columnsOf(line) > width) ? paragraph.replaceAll("\n", " ") : paragraph;
  });
  return filled.split("\n").flatMap((line) => {
    if (columnsOf(line) <= width || COMMAND.test(line)) return [line];
    const [head = ""] = /^\s+\S+(?: \S+)*\s{2,}/.exec(line) ?? /^\s+/.exec(line) ?? [];
    const rest = line.slice(head.length).replaceAll(/ {2,}/g, "  ");
    return wrapped(head + rest, width, " ".repeat(head.length));
  }).join("\n");
}

/** What went wrong, for a terminal or for `--width`: by words. Elsewhere a sentence stays on one line. */
export function complaintText(text: string, args: readonly string[]): string {
  const width = askedWidth(args) ?? (Deno.stderr.isTerminal() ? consoleColumns(DEFAULT_WIDTH) : undefined);
  const sentence = located(called(text));
  return width === undefined ? sentence : wrapped(sentence, width, "  ").join("\n");
}

/** What `--width` says among arguments that may make no sense otherwise. */
function askedWidth(args: readonly string[]): number | undefined {
  const [, text] = /(?:^| )--width[= ](\d+)(?: |$)/.exec(args.join(" ")) ?? [];
  const width = Number(text);
  return width >= 40 && width <= 1000 ? width : undefined;
}
