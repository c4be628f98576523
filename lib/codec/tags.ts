/**
 * The tags of the codec: each encoded value begins with one byte of these.
 *
 * - Lengths and counts are varints (7 bits a byte, low ones first) unless said otherwise; all else is little endian.
 * - Arrays to boxed values, and the buffer of a view, take the next number of the table, in the order of their beginnings;
 *   `back` names an entry of the table, so shared references and cycles stay what they are.
 */

/** What follows a tag. */
export const Tag = {
  /** Nothing. */
  undefined: 0,
  /** Nothing. */
  null: 1,
  /** Nothing. */
  false: 2,
  /** Nothing. */
  true: 3,
  /** A 32-bit integer as a zigzag varint. */
  integer: 4,
  /** A float64. */
  number: 5,
  /** Length, bytes under 128. */
  ascii: 6,
  /** Length as 32 bits, UTF-8. */
  utf8: 7,
  /** Code units as 32 bits, then each as 16 bits: a string with a lone surrogate. */
  utf16: 8,
  /** A bigint of 64 bits. */
  long: 9,
  /** Sign byte (1 is negative), length, magnitude with the highest byte first. */
  bigint: 10,
  /** Count, then keys (strings) and values in turn. */
  object: 11,
  /** Count, then the items. */
  array: 12,
  /** Length, count, then indices (varints) and items in turn. */
  sparse: 13,
  /** Length, bytes: an `ArrayBuffer`. */
  buffer: 14,
  /** Kind of view, length in bytes, bytes: a view on all of its own buffer; takes two numbers, view and buffer. */
  ownView: 15,
  /** Kind of view, offset and length in bytes, then its buffer as a value. */
  view: 16,
  /** Count, then keys and values in turn. */
  map: 17,
  /** Count, then the items. */
  set: 18,
  /** Milliseconds as a float64. */
  date: 19,
  /** Source, flags and last index, as values. */
  regexp: 20,
  /** Class of error, then its texts and its links as values; links that it does not have are `absent`. */
  error: 21,
  /** A primitive as a value: `Object(primitive)`. */
  boxed: 22,
  /** A number of the table. */
  back: 23,
  /** Nothing; only within an error. */
  absent: 24,
  /** Like `object`: an object without a prototype. */
  bare: 25,
  /** An object that is not named itself, then like `object`: what else it has under names, such as `index` of a match. */
  named: 26,
  /** The place of what came beside the bytes. */
  moved: 40,
} as const;

/** How deep objects may be nested: the stack holds more than twice that. */
export const MAX_DEPTH = 1000;

/** The kinds of views, by number. */
export const VIEW_KINDS = [
  "Int8Array",
  "Uint8Array",
  "Uint8ClampedArray",
  "Int16Array",
  "Uint16Array",
  "Int32Array",
  "Uint32Array",
  "Float16Array",
  "Float32Array",
  "Float64Array",
  "BigInt64Array",
  "BigUint64Array",
  "DataView",
] as const;

/** What every error has, in the order of its form. */
export const ERROR_TEXTS = ["name", "message", "stack"] as const;

/** What errors have that is not enumerable, in the order of its form. */
export const ERROR_LINKS = ["cause", "errors", "error", "suppressed"] as const;

/** The classes of errors, by number; any other error is sent as one of these that it is, with its own name. */
export const ERROR_CLASSES: readonly (abstract new (...args: never) => Error)[] = [
  Error,
  AggregateError,
  EvalError,
  RangeError,
  ReferenceError,
  SyntaxError,
  TypeError,
  URIError,
  // Not every platform has it.
  globalThis.SuppressedError ?? Error,
];
