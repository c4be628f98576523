/**
 * Values as texts that are the same for equal values: of answers, and of what comes out of runs.
 *
 * @module
 */

import { dataText } from "../../../lib/program/mod.ts";

/** A text of anything that an operation or a call gives: an error by its name and message, bytes by their values. */
export function textOf(value: unknown): string {
  return dataText(plain(value));
}

function plain(value: unknown): unknown {
  if (value === undefined) return { is: "undefined" };
  if (value instanceof Uint8Array) return { bytes: [...value] };
  if (value instanceof Error) return { error: value.name, message: value.message };
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, plain(part)]));
}

/** Names of errors whose messages depend on who looks. */
const OF_THE_RUN: readonly string[] = ["DeadlockError", "GuestDiedError"];

/** A text of an outcome, whoever tells of it: which tasks wait for ever, not for what. */
export function outcomeText(outcome: unknown): string {
  if (typeof outcome !== "object" || outcome === null || !("failed" in outcome)) return dataText(outcome);
  const failures = outcome.failed as readonly { task: string; error: string; message: string }[];
  const told = failures.map(({ task, error, message }) =>
    OF_THE_RUN.includes(error) ? { task, error } : { task, error, message }
  );
  return dataText({ failed: told });
}
