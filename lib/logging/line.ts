/**
 * A log record as plain data, and as one line of text.
 *
 * - Lines are bounded: a message, a name, and the properties as JSON have at most {@linkcode LONGEST_TEXT} UTF-16 code
 *   units. Longer ones are cut, on the guest as on the host, so that a line is the same in every mode.
 * - A line of text contains only one line break, at its end: every character that could break it, hide it or control a
 *   terminal is escaped.
 *
 * @example
 * ```ts
 * import { type LogLine, lineText } from "./line.ts";
 *
 * const rest = { level: "info", category: ["bank"] } as const;
 * const line: LogLine = { ...rest, lane: "anna", message: "a\nb", properties: { n: 5 } };
 * if (lineText(line, "text") !== 'info    anna bank: a\\nb {"n":5}\n') throw new Error("one line");
 * ```
 */

import { ProtocolError } from "../errors.ts";
import { type Plain, plain } from "./plain.ts";
import { categoryText, LOG_LEVELS, type LogFormat, type LogLevel } from "./settings.ts";

/** A record on its way from its lane to the log. */
export interface LogLine {
  /** The name of the lane that it comes from: a worker, a task, a call. */
  readonly lane: string;
  /** Its severity. */
  readonly level: LogLevel;
  /** The category of its logger, from the root down. */
  readonly category: readonly string[];
  /** Its message, with values inserted. */
  readonly message: string;
  /** Its properties. */
  readonly properties: Readonly<Record<string, Plain>>;
  /** When it was made, in milliseconds on the guest's clock; only if the settings ask for times. */
  readonly time?: number;
}

/** A line that a log has accepted. */
export interface NumberedLine extends LogLine {
  /** Its index among the lines of its lane, from 0. */
  readonly sequence: number;
}

/** The longest text in a line, in UTF-16 code units. */
export const LONGEST_TEXT: number = 2 ** 16;
/** The most names of a category that are kept. */
const MOST_NAMES = 64;
const CUT = "... (cut)";

/** The line, cut to the bounds. */
export function bounded(line: LogLine): LogLine {
  const { lane, category, message, properties } = line;
  const text = JSON.stringify(properties);
  return {
    ...line,
    lane: cut(lane),
    category: category.slice(0, MOST_NAMES).map((name) => cut(name)),
    message: cut(message),
    // Encoded as JSON again, a JSON text is at most twice as long.
    properties: text.length <= LONGEST_TEXT ? properties : { properties: cut(text, LONGEST_TEXT / 2 - CUT.length * 2) },
  };
}

/**
 * Validates a line from a guest, and cuts it to the bounds.
 *
 * @throws {ProtocolError} if it is not a line.
 */
export function logLineFrom(value: unknown): LogLine {
  const { lane, level, category, message, properties, time }: Partial<Record<keyof LogLine, unknown>> = Object(value);
  const names: unknown = Array.isArray(category) ? Array.from(category.slice(0, MOST_NAMES)) : category;
  const [data, known] = [plain(properties), LOG_LEVELS.find((known) => known === level)];
  if (typeof lane !== "string") throw fault("lane", "a text");
  if (known === undefined) throw fault("level", `one of ${LOG_LEVELS.join(", ")}`);
  if (!Array.isArray(names) || !names.every((name) => typeof name === "string")) throw fault("category", "names");
  if (typeof message !== "string") throw fault("message", "a text");
  if (!isObject(data)) throw fault("properties", "an object");
  if (time !== undefined && !(typeof time === "number" && Number.isFinite(time))) throw fault("time", "a number");
  const line = { lane, level: known, category: names, message, properties: data };
  return bounded(time === undefined ? line : { ...line, time });
}

/** Whether the data is an object. */
export function isObject(data: Plain): data is Readonly<Record<string, Plain>> {
  return typeof data === "object" && data !== null && !Array.isArray(data);
}

function cut(text: string, most = LONGEST_TEXT): string {
  // A surrogate pair that is cut in half is not valid text everywhere.
  return text.length <= most ? text : `${text.slice(0, most - CUT.length).toWellFormed()}${CUT}`;
}

function fault(part: string, wanted: string): ProtocolError {
  return new ProtocolError(`Cannot take a guest's line: its ${part} is of another kind, ${wanted} is wanted`);
}

const WIDTH = Math.max(...LOG_LEVELS.map((level) => level.length));

/** The line as text, with a line break at its end. */
export function lineText(line: LogLine, format: LogFormat): string {
  if (format === "json") return `${escaped(JSON.stringify(line))}\n`;
  const { lane, level, category, message, properties, time } = line;
  const start = time === undefined ? "" : `${time} `;
  const end = Object.keys(properties).length === 0 ? "" : ` ${JSON.stringify(properties)}`;
  return `${escaped(`${start}${level.padEnd(WIDTH)} ${lane} ${categoryText(category)}: ${message}${end}`)}\n`;
}

const SHORT: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

/** Escapes control characters, line separators and direction changes, as in JSON. */
function escaped(text: string): string {
  return text.replace(
    // deno-lint-ignore no-control-regex -- these are what could break or hide a line
    /[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g,
    (character) => SHORT[character] ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
