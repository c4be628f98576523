/**
 * Values of every kind that crosses a boundary, nested, each with properties of its own beside what its kind consists of.
 *
 * @module
 */

import fc from "fast-check";

/** Keys that a program would use, and those that would do harm where a value is assigned to them. */
export const anyKey: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(
    "index",
    "input",
    "code",
    "a b",
    "",
    "-1",
    "1.5",
    "01",
    "0x1",
    "1e3",
    "4294967295",
    "9007199254740992",
  ),
  fc.constantFrom("__proto__", "constructor", "then", "toString", "hasOwnProperty", "map", "toJSON"),
  fc.string({ unit: "binary", maxLength: 4 }),
);

const leaf: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom(undefined, null, true, NaN, -0, 2 ** 31, 2n ** 63n, "\ud800"),
  fc.integer(),
  fc.double(),
  fc.bigInt(),
  fc.string({ unit: "binary" }),
);

/** The classes of errors that every platform has; a suppressed error has two errors besides. */
const errorClass = fc.constantFrom(Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError);

/** What fails to cross, each of a kind of its own. */
export const uncloneable: fc.Arbitrary<unknown> = fc.constantFrom<unknown>(
  () => 0,
  Symbol("s"),
  new WeakMap(),
  Promise.resolve(),
  new ArrayBuffer(2, { maxByteLength: 4 }),
  new Float32Array(new ArrayBuffer(8, { maxByteLength: 16 })),
  new SharedArrayBuffer(4),
  Object.create(Set.prototype),
);

/** Values; with `others` among their parts. */
export function values(others: fc.Arbitrary<unknown> = leaf): fc.Arbitrary<unknown> {
  return fc.letrec<{ value: unknown; object: object; properties: [string, unknown][] }>((tie) => {
    const value = tie("value");
    const list = fc.array(value, { maxLength: 4 });
    const caused = fc.option(value.map((cause) => ({ cause })), { nil: undefined });
    const object: fc.Arbitrary<object> = fc.oneof(
      fc.constantFrom({}, Object.create(null)).map((model) => Object.create(Object.getPrototypeOf(model))),
      list,
      fc.tuple(fc.nat(6), list).map(([length, items]) => Object.assign(new Array(length + 3 * items.length), items)),
      fc.array(fc.tuple(value, value), { maxLength: 3 }).map((entries) => new Map(entries)),
      list.map((items) => new Set(items)),
      fc.date().map((date) => new Date(date)),
      fc.tuple(fc.constantFrom("a", "\\/", "(?:)", "[\ud83d\ude00]"), fc.constantFrom("", "g", "iy"), fc.nat(9))
        .map(([source, flags, lastIndex]) => Object.assign(new RegExp(source, flags), { lastIndex })),
      leaf.filter((one) => one !== undefined && one !== null).map((one) => Object(one)),
      fc.uint8Array({ maxLength: 9 }).map((bytes) => bytes.slice().buffer),
      fc.tuple(errorClass, fc.string(), caused).map(([of, message, options]) => new of(message, options)),
      fc.tuple(list, fc.string(), caused).map(([errors, ...rest]) => new AggregateError(errors, ...rest)),
      fc.tuple(value, value, fc.string()).map(([error, suppressed, text]) =>
        new SuppressedError(error, suppressed, text)
      ),
    );
    return {
      properties: fc.array(fc.tuple(anyKey, value), { maxLength: 3 }),
      object: fc.tuple(object, tie("properties")).map(([object, properties]) => withProperties(object, properties)),
      value: fc.oneof({ maxDepth: 5, depthIdentifier: "value" }, leaf, others, tie("object")),
    };
  }).value;
}

function withProperties(object: object, properties: readonly (readonly [string, unknown])[]): object {
  for (const [key, value] of properties) {
    // The texts of an error arrive as those of any error: not enumerable.
    const isText = object instanceof Error && ["name", "message", "stack"].includes(key);
    if (!isText && !Object.hasOwn(object, key)) Object.defineProperty(object, key, { value, ...PLAIN });
  }
  return object;
}

const PLAIN = { writable: true, enumerable: true, configurable: true } as const;
