/**
 * The common part of queues, channels and futures: the size of their bytes, and the validation of arguments.
 */

import { farError } from "../errors.ts";
import type { Steps } from "../memory/mod.ts";
import { parkOptions, type WaitOptions } from "../sync/mod.ts";
import { encode } from "../codec/mod.ts";
import type { ItemBufferOptions } from "./item_buffer.ts";

/** The default size of a region, in bytes: memory is used only once it is written. */
export const DEFAULT_BYTES: number = 32 * 2 ** 20;
const LEAST_BYTES = 64;
const MOST_BYTES = 2 ** 29;

/** Throws unless a region may have that many bytes. */
export function checkBytes(kind: string, bytes: number): void {
  if (Number.isSafeInteger(bytes) && bytes >= LEAST_BYTES && bytes <= MOST_BYTES) return;
  throw new RangeError(
    `Cannot make a ${kind}: of ${bytes} bytes, a whole number from ${LEAST_BYTES} to ${MOST_BYTES} is wanted`,
  );
}

/** Throws unless `count` is a valid number of items to take. */
export function checkCount(name: string, count: number): void {
  if (Number.isSafeInteger(count) && count >= 1) return;
  throw new RangeError(`Cannot take ${count} of ${name}: a whole number of at least 1 is wanted`);
}

/** Converts the options of a call into those of a buffer. */
export function* bufferOptions(
  options: (WaitOptions & { readonly priority?: number | undefined }) | undefined,
): Steps<ItemBufferOptions> {
  if (options === undefined) return FOREVER;
  return { ...yield* parkOptions(options), priority: options.priority };
}

/** The options of a call that does not wait. */
export const AT_ONCE: WaitOptions = { timeout: 0 };

/** A copy of bytes that are valid only until the next call. */
export function* copied(steps: Steps<Uint8Array | undefined>): Steps<Uint8Array | undefined> {
  return (yield* steps)?.slice();
}

/** The most bytes of a reason. */
export const REASON_BYTES = 8192;
const MOST_TEXT = 1000;

/** Encodes a reason; one that is too long is reduced to the beginning of its message. */
export function encodeReason(reason: unknown): Uint8Array {
  const bytes = encode(reason);
  if (bytes.length <= REASON_BYTES) return bytes;
  const { name, message } = farError(reason);
  const short = stackless(new Error(message.slice(0, MOST_TEXT)));
  short.name = name.slice(0, MOST_TEXT);
  return encode(short);
}

/** Removes an error's stack, which would show only the supervisor's steps and differ from run to run. */
export function stackless<E extends Error>(error: E): E {
  error.stack = "";
  return error;
}

/** The text of a leak of items that nobody took. */
export function holdsText(size: number): string {
  return `holds ${size} ${size === 1 ? "item" : "items"}`;
}

/** The options of a call that waits without a limit. */
export const FOREVER: ItemBufferOptions = { deadline: Infinity };
