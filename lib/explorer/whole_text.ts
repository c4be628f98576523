/**
 * An operation as a complete text, equal for equal operations, and the fingerprint of a sequence of texts.
 *
 * - Schedules contain such fingerprints, so changing a text invalidates all existing schedules.
 * - Arguments of calls count if they are plain data; shared things among them count by name.
 */

import type { Operation } from "../memory/mod.ts";

/** An operation as its complete text; `its end` if there is none. */
export function wholeText(operation: Operation | undefined): string {
  if (operation === undefined) return "its end";
  switch (operation.kind) {
    case "call":
      return `call ${operation.object}.${operation.method}(${operation.args.map(argumentText).join(", ")})`;
    case "load":
      return `load ${operation.cell} ${operation.word} ${operation.order}`;
    case "store":
    case "add":
    case "exchange":
      return `${operation.kind} ${operation.cell} ${operation.word} ${numberText(operation.value)} ${operation.order}`;
    case "compareExchange": {
      const { cell, word, expected, replacement, order } = operation;
      return `compareExchange ${cell} ${word} ${numberText(expected)} ${numberText(replacement)} ${order}`;
    }
    case "wait":
      return `wait ${operation.word} ${operation.expected} ${operation.deadline}`;
    case "notify":
      return `notify ${operation.word} ${operation.count}`;
    case "read":
      return `read ${operation.offset} ${operation.length}`;
    case "write":
      return `write ${operation.offset} ${operation.bytes.join()}`;
    case "now":
      return "now";
    case "sleep":
      return `sleep ${operation.until}`;
    case "choose":
      return `choose ${operation.n}`;
  }
}

/** Mixes a text into a fingerprint of 32 bits (FNV-1a). */
export function fingerprint(before: number, text: string): number {
  let hash = before ^ 0x811c9dc5;
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return hash >>> 0;
}

/** A number as text, with the sign of a zero. */
export function numberText(value: number | bigint): string {
  return Object.is(value, -0) ? "-0" : String(value);
}

/** A value as a short text. */
export function argumentText(argument: unknown): string {
  if (typeof argument === "bigint") return `${argument}n`;
  if (typeof argument !== "object" || argument === null) return String(argument);
  const entries = Object.entries(argument).map(([key, value]) => `${key}: ${argumentText(value)}`);
  return `{${entries.join(", ")}}`;
}
