/**
 * Turns what a handler threw into texts that can be sent: the user's code may throw anything.
 *
 * - It never throws, and its texts are bounded, whatever was thrown.
 */

import type { FarFailure } from "./kinds.ts";

/** The most characters of a text. */
const MOST = 4000;

/** What was thrown, as texts. */
export function failureOf(thrown: unknown): FarFailure {
  if (!isError(thrown)) return { name: "Error", message: text(() => thrown), stack: "" };
  return {
    name: text(() => thrown.name),
    message: text(() => thrown.message),
    stack: text(() => thrown.stack ?? ""),
  };
}

function isError(thrown: unknown): thrown is Error {
  try {
    return thrown instanceof Error;
  } catch {
    return false; // It says nothing of its class.
  }
}

function text(read: () => unknown): string {
  try {
    const whole = String(read());
    return whole.length > MOST ? `${whole.slice(0, MOST)}...` : whole;
  } catch {
    return "something was thrown that cannot be shown";
  }
}
