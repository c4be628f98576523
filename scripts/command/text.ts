/**
 * Texts for people: wrapped at words, and without anything that a terminal would interpret.
 *
 * - Names and errors of programs are data: a line break in them starts no new line, and no escape sequence reaches the
 *   terminal.
 * - A word is never broken, however narrow the terminal is.
 */

import { called, located } from "./called.ts";
import { consoleColumns } from "./output.ts";
import { flagReader } from "./arguments.ts";
import { number } from "./values.ts";

/** The values of `--width`, for errors. */
export const WIDTH = "a whole number from 40 to 1000";
/** The default number of columns. */
const DEFAULT_WIDTH = 80;

/** The width of texts in columns: from `--width`, otherwise the terminal's. */
export function widthOf(flags: ReadonlyMap<string, string>): number {
  const read = flagReader(flags, { "--width": WIDTH });
  return read("--width", consoleColumns(DEFAULT_WIDTH), number({ least: 40, most: 1000, integer: true }));
}

/** Characters that affect the layout of text: control characters, line separators, direction marks. */
const OBEYED = /[\p{Cc}\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

const MARKS = /[\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/** A program's text on one line, with everything that a terminal would interpret spelled out. */
export function plain(text: string): string {
  return spelled(text.replaceAll(/\s{2,}|[\r\n\t\u2028\u2029]/g, " "));
}

/** The lines of a program's text, indented so that none looks like a line of the report. */
export function plainLines(text: string, indent: string): string[] {
  return text.split(/\r\n|[\r\n\u2028\u2029]/).map((line) => indent + spelled(line.replaceAll("\t", "  ")));
}

/** A value on one line, for people; a terminal interprets nothing in it. */
export function shown(value: unknown, { colors }: { readonly colors: boolean }): string {
  const text = Deno.inspect(value, { colors, depth: 6, breakLength: Infinity, compact: true });
  // Strings and keys are already spelled out, except for direction marks.
  return colors ? text.replaceAll(MARKS, "") : spelled(text);
}

function spelled(text: string): string {
  return text.replaceAll(OBEYED, (character) => `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, "0")}`);
}

/** The number of columns of a text, colors not counted. */
export function columnsOf(text: string): number {
  // deno-lint-ignore no-control-regex
  return [...text.replaceAll(/\x1b\[\d+m/g, "")].length;
}

/**
 * A text wrapped into lines of at most `width` columns, unless a word is longer; lines after the first are indented.
 */
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

/** Words joined for a sentence: `a, b and c`. */
export function listed(words: readonly string[], last = "and"): string {
  return words.length < 2 ? words.join() : `${words.slice(0, -1).join(", ")} ${last} ${words.at(-1)}`;
}

/** A count with its noun, such as `2 runs`. */
export function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}

/** Matches a line with a command to copy. */
const COMMAND = /^(?:Examples?: | +)deno (?:task|run) /;

/**
 * A help text, wrapped to `--width` or the terminal: a description continues below its start, and a paragraph with a
 * line that does not fit is refilled. A command to copy stays on one line.
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

/** An error message, wrapped for a terminal or `--width`; otherwise on one line. */
export function complaintText(text: string, args: readonly string[]): string {
  const width = askedWidth(args) ?? (Deno.stderr.isTerminal() ? consoleColumns(DEFAULT_WIDTH) : undefined);
  const sentence = located(called(text));
  return width === undefined ? sentence : wrapped(sentence, width, "  ").join("\n");
}

/** The value of `--width` among arguments that may be wrong otherwise. */
function askedWidth(args: readonly string[]): number | undefined {
  const [, text] = /(?:^| )--width[= ](\d+)(?: |$)/.exec(args.join(" ")) ?? [];
  const width = Number(text);
  return width >= 40 && width <= 1000 ? width : undefined;
}
