/**
 * Values across a boundary: any structured-cloneable value to bytes and back.
 *
 * - `decode(encode(value))` is structurally equal to the value, or `encode` throws. Supported are primitives (NaN and
 *   -0 exactly), objects (also without a prototype), arrays with holes, buffers and their views, Map, Set, Date, RegExp
 *   with its last index, boxed primitives and errors. Additional enumerable properties of any of them except views are
 *   kept, such as `index` of a match. Cycles and shared references (including shared buffers) are preserved.
 * - An error keeps its name, message, stack, cause and own fields, its class if that is an ECMAScript class, the errors
 *   of an `AggregateError`, and both errors of a `SuppressedError`. Its name, message and stack arrive as
 *   non-enumerable properties.
 * - As in a structured clone, some things are lost: classes (an instance arrives as a plain object of its own
 *   properties, an instance of a `Map` subclass as a `Map`), properties with symbol keys, non-enumerable properties,
 *   properties of views, getters (their values arrive), and frozenness. A view on part of a buffer carries only that
 *   part, unless the value contains the buffer elsewhere as well.
 * - Functions, symbols, promises, weak collections, shared memory, resizable buffers and other values that are not data
 *   throw an `UncloneableError` that names the path: "value.a[3] is a function". Objects nested more than 1000 deep
 *   throw a `RangeError`.
 *
 * @example
 * ```ts
 * import { decode, encode } from "./codec.ts";
 *
 * const route: { stops: Map<string, number>; next?: unknown } = { stops: new Map([["a", -0]]) };
 * route.next = route;
 * const copy = decode(encode(route)) as typeof route;
 * if (copy.next !== copy || !Object.is(copy.stops.get("a"), -0)) throw new Error("a cycle stays a cycle, -0 stays -0");
 * ```
 */

import { MemoryFullError } from "../errors.ts";
import { Decoder } from "./decoder.ts";
import { Encoder } from "./encoder.ts";

// The encoder of `encode`, unless it is in use: a getter of a value may itself encode.
let idle: Encoder | undefined = new Encoder();

/**
 * Encodes a value; throws an `UncloneableError` with the path to what cannot be cloned, and a `RangeError` if it is
 * nested too deeply.
 */
export function encode(value: unknown): Uint8Array<ArrayBuffer> {
  return withEncoded(value, (bytes) => bytes.slice());
}

/**
 * Encodes a value into `target`, from offset `at` on (0 by default), and returns the offset after it. If it does not
 * fit, throws a `MemoryFullError` and leaves the target unchanged.
 */
export function encodeInto(value: unknown, target: Uint8Array, at: number = 0): number {
  return withEncoded(value, (bytes) => {
    if (at + bytes.length > target.length) {
      throw new MemoryFullError(
        `Cannot encode: a value of ${bytes.length} bytes at byte ${at}, at most ${target.length - at} bytes are wanted`,
      );
    }
    target.set(bytes, at);
    return at + bytes.length;
  });
}

/** Decodes a value that takes up exactly these bytes; throws a `TypeError` or `RangeError` if they are invalid. */
export function decode(bytes: Uint8Array): unknown {
  return new Decoder(bytes).decode();
}

/** A value as it arrives on the other side of a boundary; throws an `UncloneableError` if it cannot cross one. */
export function roundTrip(value: unknown): unknown {
  return withEncoded(value, decode);
}

/**
 * Encodes a value and lends the bytes to `use`, which must not keep them: no copy is made. The `moved` objects travel
 * separately from the bytes, which refer to them by their index.
 */
export function withEncoded<T>(
  value: unknown,
  use: (bytes: Uint8Array<ArrayBuffer>) => T,
  moved?: readonly object[],
): T {
  const encoder = idle ?? new Encoder();
  idle = undefined;
  try {
    return use(encoder.encode(value, moved));
  } finally {
    idle = encoder;
  }
}
