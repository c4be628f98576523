/**
 * Errors as a command shows them: a text for people, data for `--json`.
 */

import { type FarError, GuestError } from "../../lib/errors.ts";

/** An error for people: what a guest threw has its stack. */
export function describe(error: unknown): string {
  if (!(error instanceof Error)) return `Cannot go on: ${error}`;
  const far = error instanceof GuestError ? `\n${farStack(error.far)}` : "";
  return `${error.name}: ${error.message}${far}`;
}

/** The stack of what a guest threw, and of its causes. */
export function farStack({ stack, cause }: FarError): string {
  return cause === undefined ? stack : `${stack}\nCaused by: ${farStack(cause)}`;
}

/** An error as plain data. */
export function errorData(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { name: "thrown value", message: String(error) };
  return { ...error, name: error.name, message: error.message };
}
