/**
 * What queues, channels and futures share: the size of their bytes, and how they check what they are told.
 */

import { farError } from "../errors.ts";
import type { Steps } from "../memory/mod.ts";
import { parkOptions, type WaitOptions } from "../sync/mod.ts";
import { encode } from "../codec/mod.ts";
import type { StockOptions } from "./stock.ts";

/** How many bytes a region has by default: no memory is used before it is written. */
export const DEFAULT_BYTES: number = 32 * 2 ** 20;
const LEAST_BYTES = 64;
const MOST_BYTES = 2 ** 29;

/** Throws unless a region may have so many bytes. */
export function checkBytes(kind: string, bytes: number): void {
  if (Number.isSafeInteger(bytes) && bytes >= LEAST_BYTES && bytes <= MOST_BYTES) return;
  throw new RangeError(
    `Cannot make a ${kind}: of ${bytes} bytes, a whole number from ${LEAST_BYTES} to ${MOST_BYTES} is wanted`,
  );
}

/** Throws unless so many items can be taken. */
export function checkCount(name: string, count: number): void {
  if (Number.isSafeInteger(count) && count >= 1) return;
  throw new RangeError(`Cannot take ${count} of ${name}: a whole number of at least 1 is wanted`);
}

/** The options of a call, as those of a stock. */
export function* stockOptions(
  options: (WaitOptions & { readonly priority?: number | undefined }) | undefined,
): Steps<StockOptions> {
  if (options === undefined) return FOR_EVER;
  return { ...yield* parkOptions(options), priority: options.priority };
}

export const AT_ONCE: WaitOptions = { timeout: 0 };

/** A copy of bytes that are valid until the next call. */
export function* copied(steps: Steps<Uint8Array | undefined>): Steps<Uint8Array | undefined> {
  return (yield* steps)?.slice();
}

/** The arguments of a call that has options. */
export function argsOf(options: unknown): unknown[] {
  return options === undefined ? [] : [options];
}

/** How many bytes a reason has at most. */
export const REASON_BYTES = 8192;
const MOST_TEXT = 1000;

/** Encodes a reason; of one that is too long its message remains, and of that the beginning. */
export function encodeReason(reason: unknown): Uint8Array {
  const bytes = encode(reason);
  if (bytes.length <= REASON_BYTES) return bytes;
  const { name, message } = farError(reason);
  const short = stackless(new Error(message.slice(0, MOST_TEXT)));
  short.name = name.slice(0, MOST_TEXT);
  return encode(short);
}

/** An error without a stack: of the supervisor's steps it tells nothing, and it differs from run to run. */
export function stackless<E extends Error>(error: E): E {
  error.stack = "";
  return error;
}

/** What a leak says of items that nobody took. */
export function holdsText(size: number): string {
  return `holds ${size} ${size === 1 ? "item" : "items"}`;
}

export const FOR_EVER: StockOptions = { deadline: Infinity };
