/**
 * A record as plain data, and as one line of text.
 *
 * - A line ends with its only line break: all that could break or hide it is escaped.
 *
 * @example
 * ```ts
 * import { type LogLine, lineText } from "./line.ts";
 *
 * const rest = { sequence: 0, level: "info", category: ["bank"] } as const;
 * const line: LogLine = { ...rest, lane: "anna", message: "a\nb", properties: { n: 5 } };
 * if (lineText(line, "text") !== 'info    anna bank: a\\nb {"n":5}\n') throw new Error("one line");
 * ```
 *
 * @module
 */

import type { Plain } from "./plain.ts";
import { categoryText, type LogFormat } from "./settings.ts";
import { LEVELS, type LogLevel } from "./level.ts";

/** A record, on its way from its lane to the log. */
export interface LogLine {
  /** The name of the lane that it comes from: a worker, a task, a call. */
  readonly lane: string;
  /** Its place among the lines of its lane, from 0. */
  readonly sequence: number;
  /** How much it matters. */
  readonly level: LogLevel;
  /** The category of its logger, from the root down. */
  readonly category: readonly string[];
  /** Its message, with the values in it. */
  readonly message: string;
  /** Its properties. */
  readonly properties: Readonly<Record<string, Plain>>;
  /** When it was made, in milliseconds of the guest's clock; only where the settings ask for times. */
  readonly time?: number;
}

const WIDTH = Math.max(...LEVELS.map((level) => level.length));

/** The line as text, with the line break at its end. */
export function lineText(line: LogLine, format: LogFormat): string {
  const { lane, level, category, message, properties, time } = line;
  switch (format) {
    case "json":
      return `${escaped(JSON.stringify(line))}\n`;
    case "text": {
      const start = time === undefined ? "" : `${time} `;
      const end = Object.keys(properties).length === 0 ? "" : ` ${JSON.stringify(properties)}`;
      return `${escaped(`${start}${level.padEnd(WIDTH)} ${lane} ${categoryText(category)}: ${message}${end}`)}\n`;
    }
  }
}

const SHORT: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

/** Control characters and separators of lines, as JSON writes them. */
function escaped(text: string): string {
  return text.replace(
    // deno-lint-ignore no-control-regex -- these are what could break or hide a line
    /[\x00-\x1f\x7f-\x9f\u2028\u2029]/g,
    (character) => SHORT[character] ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
