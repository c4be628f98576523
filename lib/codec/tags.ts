/**
 * The tags of the codec: each encoded value begins with one of these bytes.
 *
 * - Lengths and counts are varints (7 bits per byte, low bits first) unless stated otherwise; everything else is little
 *   endian.
 * - Arrays to boxed values, and the buffer of a view, take the next number in the table, in the order in which they
 *   begin. `back` refers to an entry of the table, so shared references and cycles are preserved.
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
  /** Length, then bytes below 128. */
  ascii: 6,
  /** 32-bit length, then UTF-8. */
  utf8: 7,
  /** 32-bit count of code units, then each as 16 bits: a string with a lone surrogate. */
  utf16: 8,
  /** A 64-bit bigint. */
  long: 9,
  /** Sign byte (1 is negative), length, then the magnitude, highest byte first. */
  bigint: 10,
  /** Count, then alternating keys (strings) and values. */
  object: 11,
  /** Count, then the items. */
  array: 12,
  /** Length, count, then alternating indices (varints) and items. */
  sparse: 13,
  /** Length, then bytes: an `ArrayBuffer`. */
  buffer: 14,
  /**
   * Kind of view, length in bytes, then bytes: a view on the whole of its own buffer; takes two numbers, for view and
   * buffer.
   */
  ownView: 15,
  /** Kind of view, offset and length in bytes, then its buffer as a value. */
  view: 16,
  /** Count, then alternating keys and values. */
  map: 17,
  /** Count, then the items. */
  set: 18,
  /** Milliseconds as a float64. */
  date: 19,
  /** Source, flags and last index, as values. */
  regexp: 20,
  /** Error class, then its texts and links as values; missing links are `absent`. */
  error: 21,
  /** A primitive as a value: `Object(primitive)`. */
  boxed: 22,
  /** A number in the table. */
  back: 23,
  /** Nothing; only within an error. */
  absent: 24,
  /** Like `object`: an object without a prototype. */
  bare: 25,
  /**
   * An object that is not itself `named`, then, like `object`, its additional properties, such as `index` of a match.
   */
  named: 26,
  /** The index of an object that came separately from the bytes. */
  moved: 40,
} as const;

/** The deepest allowed nesting of objects; the stack can hold more than twice that. */
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

/** The texts that every error has, in encoding order. */
export const ERROR_TEXTS = ["name", "message", "stack"] as const;

/** The non-enumerable links of errors, in encoding order. */
export const ERROR_LINKS = ["cause", "errors", "error", "suppressed"] as const;

/** The error classes, by number; any other error is sent as the closest of these, with its own name. */
export const ERROR_CLASSES: readonly (abstract new (...args: never) => Error)[] = [
  Error,
  AggregateError,
  EvalError,
  RangeError,
  ReferenceError,
  SyntaxError,
  TypeError,
  URIError,
  // Some platforms lack it.
  globalThis.SuppressedError ?? Error,
];
