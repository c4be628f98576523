/**
 * What was thrown in a guest, as data that can be sent.
 *
 * @module
 */

import { encode } from "../../codec/mod.ts";
import { type ErrorData, errorData } from "../../errors.ts";

/** What was thrown, without what of it cannot be cloned. */
export function cloneableError(thrown: unknown): ErrorData {
  const data = errorData(thrown);
  return canBeCloned(data) ? data : cloneable(data);
}

function cloneable(data: ErrorData): ErrorData {
  const { properties, cause, ...rest } = data;
  const whole = Object.entries(properties).filter(([, value]) => canBeCloned(value));
  const left = { ...rest, properties: Object.fromEntries(whole) };
  if (cause === undefined) return left;
  if ("error" in cause) return { ...left, cause: { error: cloneable(cause.error) } };
  return canBeCloned(cause.value) ? { ...left, cause } : left;
}

function canBeCloned(value: unknown): boolean {
  try {
    encode(value);
    return true;
  } catch {
    return false;
  }
}
