/**
 * Values across a boundary: any structured-cloneable value to bytes and back.
 *
 * - `decode(encode(value))` equals the value by structure, or `encode` throws. What crosses: primitives with NaN and -0 exact,
 *   objects (also without a prototype), arrays with holes, buffers and their views, Map, Set, Date, RegExp with its last index,
 *   boxed primitives, errors; and the enumerable properties that any of them but a view has besides, such as `index` of a
 *   match. Cycles and shared references (shared buffers too) stay what they are.
 * - Of an error cross its name, message and stack, its class where that is one of ECMAScript, its cause, the errors of an
 *   aggregate, both of a suppressed error, and its own fields. Name, message and stack arrive as not enumerable.
 * - Left behind, as by a structured clone: classes (an instance arrives as a plain object of its own properties, one of a
 *   subclass of `Map` as a `Map`), properties under symbols and those that are not enumerable, properties of a view, getters (what
 *   they give arrives) and the state of being frozen. A view on a part of a buffer brings only that part, unless the value
 *   holds the buffer in another place as well.
 * - Functions, symbols, promises, weak collections, shared memory, resizable buffers and all that is no data throw
 *   `UncloneableError`, which names the path: "value.a[3] is a function". Objects that are nested more than 1000 deep throw a
 *   `RangeError`.
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

// The encoder that `encode` uses unless it is in use: a getter of a value may encode as well.
let idle: Encoder | undefined = new Encoder();

/** Encodes a value; throws `UncloneableError` with the path to what cannot be cloned, `RangeError` where it is too deep. */
export function encode(value: unknown): Uint8Array<ArrayBuffer> {
  return lent(value, (bytes) => bytes.slice());
}

/**
 * Encodes a value into `target` from byte `at` on and gives the byte after it. Throws `MemoryFullError` if it does not fit,
 * with the target unchanged.
 */
export function encodeInto(value: unknown, target: Uint8Array, at: number = 0): number {
  return lent(value, (bytes) => {
    if (at + bytes.length > target.length) {
      throw new MemoryFullError(
        `Cannot encode: a value of ${bytes.length} bytes at byte ${at}, at most ${target.length - at} bytes are wanted`,
      );
    }
    target.set(bytes, at);
    return at + bytes.length;
  });
}

/** Decodes a value, which the bytes must hold exactly; throws `TypeError` or `RangeError` if they hold none. */
export function decode(bytes: Uint8Array): unknown {
  return new Decoder(bytes).decode();
}

/** A value as it arrives on the other side of a boundary; throws `UncloneableError` where it cannot cross one. */
export function crossed(value: unknown): unknown {
  return lent(value, decode);
}

/**
 * Encodes a value and lends the bytes to `use`, which must not keep them: no copy is made. What is `moved` travels beside the
 * bytes, which name it by its place in that list.
 */
export function lent<T>(
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
