/**
 * Errors as a command shows them: lines for people, data for `--json`.
 *
 * - Of a stack, the program's calls are shown; the library's own calls only if there are no others.
 */

import { type FarError, GuestError } from "../../lib/errors.ts";
import { ownFrames } from "../../lib/program/mod.ts";
import { plain, plainLines, wrapped } from "./text.ts";

/** The lines of an error for people; an error from a guest is shown with its stack. */
export function failureLines(error: unknown, width: number): string[] {
  if (!(error instanceof Error)) return wrapped(`Cannot go on: ${plain(String(error))}`, width, "  ");
  const head = wrapped(`${plain(error.name)}: ${plain(error.message)}`, width, "  ");
  return error instanceof GuestError ? [...head, ...stackLines(error.far)] : head;
}

/** The places where a guest threw an error and its causes. */
export function stackLines({ stack, cause }: FarError): string[] {
  const own = ownFrames(stack);
  const frames = own.length > 0 ? own : stack.split("\n").filter((line) => /^\s+at /.test(line));
  const below = cause === undefined ? [] : [
    `  Caused by: ${plain(`${cause.name}: ${cause.message}`)}`,
    ...stackLines(cause),
  ];
  return [...frames.flatMap((frame) => plainLines(frame.trim(), "    ")), ...below];
}

/** An error as plain data. */
export function errorData(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { name: "thrown value", message: String(error) };
  return { ...error, name: error.name, message: error.message };
}
