/**
 * An error thrown in a guest, as data that can be sent.
 */

import { encode } from "../../codec/mod.ts";
import { type ErrorData, errorData } from "../../errors.ts";

/** A thrown error as data, without the parts that cannot be cloned. */
export function cloneableError(thrown: unknown): ErrorData {
  const data = errorData(thrown);
  return canBeCloned(data) ? data : cloneable(data);
}

function cloneable({ cause, error, suppressed, errors, properties, ...rest }: ErrorData): ErrorData {
  const whole = Object.entries(properties).filter(([, value]) => canBeCloned(value));
  const links = Object.entries({ cause, error, suppressed }).flatMap(([name, link]) => {
    const left = link === undefined ? undefined : cloneableLink(link);
    return left === undefined ? [] : [[name, left] as const];
  });
  return {
    ...rest,
    properties: Object.fromEntries(whole),
    ...Object.fromEntries(links),
    ...errors === undefined ? {} : { errors: errors.flatMap((link) => cloneableLink(link) ?? []) },
  };
}

function cloneableLink(link: NonNullable<ErrorData["cause"]>): ErrorData["cause"] {
  if ("error" in link) return { error: cloneable(link.error) };
  return canBeCloned(link.value) ? link : undefined;
}

function canBeCloned(value: unknown): boolean {
  try {
    encode(value);
    return true;
  } catch {
    return false;
  }
}
