import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { isDeepStrictEqual } from "node:util";
import { MemoryFullError, UncloneableError } from "../../lib/errors.ts";
import { decode, Decoder, encode, encodeInto, Encoder } from "../../lib/codec/mod.ts";
import { ERROR_CLASSES, MAX_DEPTH, Tag, VIEW_KINDS } from "../../lib/codec/tags.ts";
import { uncloneable, values } from "../arbitraries/values.ts";
import { runs } from "../contracts/soak.ts";

const anything = fc.anything({
  key: fc.oneof(fc.string({ unit: "binary" }), fc.constantFrom("__proto__", "constructor", "toString")),
  values: [
    fc.boolean(),
    fc.integer(),
    fc.double(),
    fc.constantFrom(null, undefined, NaN, 0, -0, 2 ** 31, -(2 ** 31), 2 ** 53),
    fc.string({ unit: "binary" }),
    fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code)), maxLength: 80 }),
    fc.bigInt(),
    fc.bigInt({ min: -(1n << 200n), max: 1n << 200n }),
  ],
  withBoxedValues: true,
  withDate: true,
  withMap: true,
  withNullPrototype: true,
  withSet: true,
  withSparseArray: true,
  withTypedArray: true,
});

function roundTrip(value: unknown): unknown {
  return decode(encode(value));
}

/** An array with holes where `items` has nothing. */
function holes(length: number, items: Record<number, unknown>): unknown[] {
  return Object.assign(new Array(length), items);
}

/** Equal by structure: prototypes, holes, named properties of whatever it is, NaN and -0 apart. */
function checkEqual(value: unknown, expected: unknown = value): void {
  const got = roundTrip(value);
  assert(isDeepStrictEqual(got, expected), `${Deno.inspect(got)} instead of ${Deno.inspect(expected)}`);
}

Deno.test("decode(encode()) gives an equal value", () => {
  fc.assert(fc.property(anything, (value) => checkEqual(value)), { numRuns: runs(1000) });
});

Deno.test("decode(encode()) gives an equal value with all that is on it, or encode() throws with the path", () => {
  const given = (value: unknown) => {
    checkEqual(value);
    // Equal bytes also say that the two errors of a suppressed error are equal.
    assertEquals(encode(roundTrip(value)), encode(value));
  };
  fc.assert(fc.property(values(), given), { numRuns: runs(2000) });
  let refused = 0;
  const property = fc.property(values(uncloneable), (value) => {
    try {
      given(value);
    } catch (error) {
      assert(error instanceof UncloneableError, `${error}`);
      assert(/^Cannot encode: value.* is an? .*, a cloneable value is wanted$/s.test(error.message), error.message);
      refused++;
    }
  });
  fc.assert(property, { numRuns: runs(1000) });
  assert(refused > 0);
});

Deno.test("decode(encode()) gives an equal value, for one value of each kind", () => {
  const buffer = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8).buffer;
  const sparse: unknown[] = [];
  sparse[2 ** 32 - 2] = "last";
  const lastIndex = /a\/b/giu;
  lastIndex.lastIndex = 3;
  const values: unknown[] = [
    holes(4, { 1: 1, 3: undefined }),
    new Array(5),
    new Array(3e9),
    sparse,
    new Date(NaN),
    new Date(-1.5e12),
    lastIndex,
    new RegExp("\n", "s"),
    new Map<unknown, unknown>([[{}, new Map()], [NaN, -0]]),
    new Set([new Set(), "a"]),
    [Object(1n), Object("text"), Object(-0), Object(false)],
    buffer,
    new ArrayBuffer(0),
    new DataView(buffer, 2, 4),
    new BigUint64Array(buffer),
    new Float32Array(buffer, 4, 1),
    new Float64Array(0),
    Object.assign(Object.create(null), { toString: 1 }),
    JSON.parse(`{"__proto__": {"a": 1}}`),
    "x".repeat(100_000),
    "é".repeat(64),
    "\ufeffbyte order mark",
    "\ud800",
    -(2n ** 63n),
    2n ** 63n,
    -(2n ** 64n),
    0n,
  ];
  for (const value of values) checkEqual(value);
  assertEquals((roundTrip(lastIndex) as RegExp).lastIndex, 3);
});

Deno.test("decode(encode()) leaves behind what a structured clone leaves behind", () => {
  class Point {
    x = 1;
    #hidden = 2;
    get sum(): number {
      return this.x + this.#hidden;
    }
  }
  class Stack extends Array<number> {}
  class Sizeless extends Map<string, number> {
    override get size(): number {
      return 0;
    }
    override *[Symbol.iterator](): MapIterator<[string, number]> {}
  }
  const values: unknown[] = [
    new Point(),
    Object.create({ inherited: 1 }),
    {
      [Symbol("key")]: 1,
      get computed() {
        return 3;
      },
    },
    Object.defineProperty({ seen: 1 }, "unseen", { value: 2 }),
    Object.freeze({ frozen: 1 }),
    Stack.of(1, 2),
    Object.assign(Uint8Array.of(1), { unit: "m" }),
    new (class extends Float32Array {})(2),
    new (class extends Date {})(5),
  ];
  for (const value of values) checkEqual(value, structuredClone(value));
  checkEqual(new Sizeless([["a", 1]]), new Map([["a", 1]]));
});

Deno.test("decode(encode()) keeps cycles and shared references", () => {
  const node = fc.record({ kind: fc.constantFrom("object", "array", "map", "set"), edges: fc.array(fc.nat(7)) });
  fc.assert(fc.property(fc.array(node, { minLength: 1, maxLength: 8 }), (nodes) => {
    const graph = nodes.map(({ kind }): Node => {
      return kind === "object" ? {} : kind === "array" ? [] : kind === "map" ? new Map() : new Set();
    });
    for (const [at, { edges }] of nodes.entries()) {
      for (const edge of edges) link(graph[at]!, graph[edge % graph.length]!);
    }
    checkSameShape(graph, roundTrip(graph) as Node[]);
  }));
});

type Node = Record<string, unknown> | unknown[] | Map<unknown, unknown> | Set<unknown>;

function link(from: Node, to: Node): void {
  if (Array.isArray(from)) from.push(to);
  else if (from instanceof Map) from.set(to, to);
  else if (from instanceof Set) from.add(to);
  else from[`edge ${Object.keys(from).length}`] = to;
}

/** Walks both at once: the same edges lead to corresponding objects, one to one. */
function checkSameShape(one: Node, other: Node, pairs: Map<Node, Node> = new Map()): void {
  const known = pairs.get(one);
  if (known !== undefined) return assert(known === other, "a reference that was shared is not, or the reverse");
  assert(![...pairs.values()].includes(other), "two objects have become one");
  pairs.set(one, other);
  const [edges, others] = [edgesOf(one), edgesOf(other)];
  assertEquals(edges.length, others.length);
  for (const [at, edge] of edges.entries()) checkSameShape(edge, others[at]!, pairs);
}

function edgesOf(node: Node): Node[] {
  if (node instanceof Map) return [...node].flat() as Node[];
  return (node instanceof Set ? [...node] : Object.values(node)) as Node[];
}

Deno.test("decode(encode()) keeps views on one buffer on one buffer, in any order", () => {
  const buffer = new ArrayBuffer(16);
  const whole = new Float64Array(buffer);
  const part = new Uint8Array(buffer, 4, 8);
  const parts: ArrayBufferView[] = [whole, part, new DataView(buffer, 1), new Uint32Array(buffer)];
  fc.assert(fc.property(fc.array(fc.constantFrom<unknown>(buffer, ...parts), { minLength: 1 }), (values) => {
    whole.set([1.5, NaN]);
    checkEqual(values);
    const got = roundTrip(values) as (ArrayBuffer | ArrayBufferView)[];
    const buffers = new Set(got.map((value) => value instanceof ArrayBuffer ? value : value.buffer));
    assertEquals(buffers.size, 1);
    assertEquals(new Set(got).size, new Set(values).size);
  }));
});

Deno.test("encode() sends only the part that a lone view sees", () => {
  const large = new Float64Array(100_000);
  large[7] = 3;
  const bytes = encode({ part: large.subarray(7, 9) });
  assert(bytes.length < 40);
  assertEquals(decode(bytes), { part: Float64Array.of(3, 0) });
});

Deno.test("decode() gives buffers of their own", () => {
  const bytes = encode([new Uint8Array(4), new DataView(new ArrayBuffer(4)), new ArrayBuffer(4)]);
  const [array, view, buffer] = decode(bytes) as [Uint8Array, DataView, ArrayBuffer];
  bytes.fill(0xee);
  assertEquals([[...array], view.getInt32(0), new Uint8Array(buffer).join()], [[0, 0, 0, 0], 0, "0,0,0,0"]);
});

Deno.test("decode(encode()) carries 16 MB of numbers", () => {
  const values = new Float64Array(2 ** 21).map((_, at) => at / 3);
  const got = roundTrip({ values, more: 1 }) as { values: Float64Array; more: number };
  assert(got.more === 1 && got.values.length === values.length);
  assert(got.values.every((value, at) => value === at / 3));
});

Deno.test("decode(encode()) keeps an error's class, name, message, stack, cause and errors", () => {
  class OwnError extends RangeError {
    override readonly name = "OwnError";
  }
  const cause = new TypeError("inner");
  const errors: Error[] = [
    new Error("plain"),
    new Error(),
    new Error("caused", { cause }),
    new Error("caused by nothing", { cause: undefined }),
    new AggregateError([cause, new OwnError("one of two")], "several"),
    new OwnError("own"),
    new EvalError("e"),
    new ReferenceError("r"),
    new SyntaxError("s"),
    new URIError("u"),
  ];
  for (const error of errors) {
    const got = roundTrip(error) as AggregateError;
    assert(got instanceof Error);
    for (const key of ["name", "message", "stack", "cause", "errors"] as const) {
      const expected = Reflect.get(error, key);
      assert(isDeepStrictEqual(got[key], expected) || key === "errors", `${key} of ${error}`);
      assertEquals(key in got, key in error, `${key} in ${error}`);
    }
    assertEquals(Object.keys(got), []);
  }
  const aggregate = roundTrip(errors[4]) as AggregateError;
  assertEquals(aggregate.errors.map(String), ["TypeError: inner", "OwnError: one of two"]);
  assert(aggregate instanceof AggregateError && aggregate.errors[1] instanceof RangeError);
  const circular = new Error("circular");
  circular.cause = { back: circular };
  const got = roundTrip(circular) as Error & { cause: { back: unknown } };
  assert(got.cause.back === got);
  const aborted = roundTrip(new DOMException("gone", "AbortError")) as Error;
  assertEquals([aborted.name, aborted.message], ["AbortError", "gone"]);
});

Deno.test("encode() refuses what cannot be cloned, with its path", () => {
  const shared = new SharedArrayBuffer(8);
  const detached = new ArrayBuffer(8);
  structuredClone(detached, { transfer: [detached] });
  const cases: [unknown, string][] = [
    [() => 0, "value is a function"],
    [{ a: [0, 1, 2, () => 0] }, "value.a[3] is a function"],
    [{ "a b": { $c: Symbol("s") } }, `value["a b"].$c is a symbol`],
    [new Map([["k", [new WeakMap()]]]), `value.get("k")[0] is a WeakMap`],
    [new Map([[() => 0, 1]]), "value.keys() is a function"],
    [new Set([Promise.resolve()]), "value.keys() is a Promise"],
    [holes(3, { 1: new WeakRef({}) }), "value[1] is a WeakRef"],
    [new Error("e", { cause: () => 0 }), "value.cause is a function"],
    [{ view: new Uint8Array(shared) }, "value.view is a view on shared memory"],
    [shared, "value is a SharedArrayBuffer"],
    [new AbortController().signal, "value is an AbortSignal"],
    [new URL("https://localhost"), "value is a URL"],
    [(function* () {})(), "value is a Generator"],
    [detached, "value is a detached buffer"],
    [{ a: new ArrayBuffer(2, { maxByteLength: 4 }) }, "value.a is a resizable buffer"],
    [[new Uint8Array(new ArrayBuffer(2, { maxByteLength: 4 }), 1)], "value[0] is a view on a resizable buffer"],
    [Object.assign([1, 2], { unit: () => 0 }), "value.unit is a function"],
    [Object.assign(new Map(), { "a b": Symbol() }), `value["a b"] is a symbol`],
    [new Map([["k", Object.assign(new Error(), { code: () => 0 })]]), `value.get("k").code is a function`],
    [new AggregateError([0, () => 0]), "value.errors[1] is a function"],
    [new SuppressedError(0, () => 0), "value.suppressed is a function"],
    [[Object.create(Map.prototype)], "value[0] is an object that only inherits from its class"],
    [new Proxy(new Set(), {}), "value is an object that only inherits from its class"],
  ];
  for (const [value, text] of cases) {
    assertThrows(() => encode(value), UncloneableError, `Cannot encode: ${text}, a cloneable value is wanted`);
  }
  checkEqual([1, { after: "a refusal" }]);
});

Deno.test("encode() names the way to what cannot be cloned", () => {
  const step = fc.oneof(fc.constantFrom("a", "b c", "__proto__", "0", "-1", "é"), fc.nat(3), fc.constant("named"));
  fc.assert(fc.property(fc.array(step), (path) => {
    let value: unknown = () => 0;
    for (const key of path.toReversed()) {
      const around = typeof key === "number" ? new Array(key).fill(0) : key === "named" ? [1] : {};
      value = Object.defineProperty(around, key, { value, enumerable: true });
    }
    const text = path.map((key) => {
      if (typeof key === "number") return `[${key}]`;
      return /^\w+$/.test(key) && key !== "0" || key === "é" ? `.${key}` : `[${JSON.stringify(key)}]`;
    });
    assertThrows(() => encode(value), UncloneableError, `Cannot encode: value${text.join("")} is a function, a`);
  }));
});

Deno.test("encode() may be called by a getter of the value that it encodes", () => {
  const value = {
    before: "before",
    get inner() {
      return [...encode({ inner: true })];
    },
    after: "after",
  };
  const got = roundTrip(value) as typeof value;
  assertEquals([got.before, decode(Uint8Array.from(got.inner)), got.after], ["before", { inner: true }, "after"]);
});

Deno.test("encodeInto() writes at a place and gives the end, or leaves the target as it is", () => {
  fc.assert(fc.property(anything, fc.nat(20), fc.nat(60), (value, at, room) => {
    const bytes = encode(value);
    const target = new Uint8Array(at + room).fill(0xee);
    if (bytes.length > room) {
      assertThrows(() => encodeInto(value, target, at), MemoryFullError, `a value of ${bytes.length} bytes`);
      assert(target.every((byte) => byte === 0xee));
    } else {
      const end = encodeInto(value, target, at);
      assertEquals(target.slice(at, end), bytes);
      assert(target.subarray(0, at).every((byte) => byte === 0xee));
      assert(target.subarray(end).every((byte) => byte === 0xee));
    }
  }));
});

Deno.test("Encoder.encode() gives the same bytes whatever came before", () => {
  const encoder = new Encoder();
  fc.assert(fc.property(anything, (value) => {
    assertEquals(encoder.encode(value).slice(), encode(value));
    assertThrows(() => encoder.encode([value, () => 0]), UncloneableError);
  }));
});

Deno.test("decode() throws for every strict beginning of an encoded value, and for anything behind it", () => {
  fc.assert(
    fc.property(anything, (value) => {
      const bytes = encode(value);
      for (let length = 0; length < Math.min(bytes.length, 200); length++) {
        assertThrows(() => decode(bytes.slice(0, length)), Error);
      }
      assertThrows(() => decode(Uint8Array.of(...bytes, 0)), TypeError, "Cannot decode: the value's end at");
    }),
    { numRuns: runs(100) },
  );
});

Deno.test("decode() refuses references and lengths beyond what there is, and what cannot be", () => {
  const pattern = (text: string) => [Tag.ascii, text.length, ...new TextEncoder().encode(text)];
  const refused = [
    [Tag.back, 0],
    [Tag.array, 1, Tag.back, 1],
    [Tag.array, 200, 1],
    [Tag.ascii, 2, 65],
    [250],
    // Objects that refer to themselves before they are whole.
    [Tag.boxed, Tag.back, 0],
    [Tag.view, 1, 0, 0, Tag.back, 0],
    [Tag.regexp, Tag.back, 0, ...pattern("g"), Tag.integer, 0],
    [Tag.boxed, Tag.null],
    [Tag.boxed, Tag.array, 0],
    [Tag.boxed, Tag.undefined],
    [Tag.regexp, ...pattern("("), ...pattern("g"), Tag.integer, 0],
    [Tag.regexp, ...pattern("a"), ...pattern("gg"), Tag.integer, 0],
    [Tag.error, 9, Tag.null, Tag.null, Tag.null, Tag.absent, Tag.absent, Tag.absent, Tag.absent],
    [Tag.ownView, 13, 0],
    [Tag.named, Tag.null, 0],
    [Tag.named, Tag.named, Tag.array, 0, 0, 0],
    [Tag.array, 1, Tag.absent],
  ];
  for (const bytes of refused) assertThrows(() => decode(Uint8Array.from(bytes)), TypeError, "Cannot decode: ");
  for (const bytes of [[Tag.ownView, 9, 3, 1, 2, 3], [Tag.view, 5, 2, 4, Tag.buffer, 8, 0, 0, 0, 0, 0, 0, 0, 0]]) {
    assertThrows(() => decode(Uint8Array.from(bytes)), RangeError);
  }
});

Deno.test("decode() takes no room for the holes of an array", () => {
  // An array that is 32 million long, 2000 times, in 14 bytes each.
  const hole = [Tag.sparse, 0x80, 0x80, 0x80, 0x10, 1, 0xff, 0xff, 0xff, 0x0f, Tag.null];
  const bytes = Uint8Array.from([Tag.array, 0xd0, 0x0f, ...Array.from({ length: 2000 }, () => hole).flat()]);
  const before = Deno.memoryUsage().heapUsed;
  const got = decode(bytes) as unknown[][];
  assert(Deno.memoryUsage().heapUsed - before < 2 ** 25);
  assertEquals([got.length, got[7]?.length, Object.keys(got[7] ?? {})], [2000, 2 ** 25, [String(2 ** 25 - 1)]]);
});

Deno.test("encode() and decode() take objects MAX_DEPTH deep, and throw a RangeError for deeper ones", () => {
  const around: ((inner: unknown) => unknown)[] = [
    (inner) => [inner],
    (inner) => ({ inner }),
    (inner) => Object.assign(Object.create(null), { inner }),
    (inner) => new Map([[1, inner]]),
    (inner) => new Map([[inner, 1]]),
    (inner) => new Set([inner]),
    (inner) => new Error("around", { cause: inner }),
    (inner) => Object.assign([], { inner }),
    (inner) => holes(3, { 1: inner }),
  ];
  for (const wrap of around) {
    let value: unknown = "the innermost";
    for (let depth = 0; depth < MAX_DEPTH; depth++) value = wrap(value);
    const bytes = encode(value);
    assertEquals(encode(decode(bytes)).length, bytes.length);
    assertThrows(() => encode(wrap(value)), RangeError, "Cannot encode: value");
    const [before, after] = splitAround(wrap);
    assertThrows(() => decode(Uint8Array.from([...before, ...bytes, ...after])), RangeError, "Cannot decode: ");
  }
});

/** What stands before and behind a value in an object that holds it. */
function splitAround(wrap: (inner: unknown) => unknown): [Uint8Array, Uint8Array] {
  const mark = encode("the mark");
  const bytes = encode(wrap("the mark"));
  const at = bytes.findIndex((_, at) => mark.every((byte, index) => bytes[at + index] === byte));
  return [bytes.slice(0, at), bytes.slice(at + mark.length)];
}

Deno.test("Decoder.decodePart() reads a part as if nothing had been read before, also after a part that holds no value", () => {
  const [deep, back] = [[Tag.array, 1, Tag.array, 1, Tag.array, 1, 250], [Tag.array, 1, Tag.back, 0]];
  const decoder = new Decoder(Uint8Array.from([...deep, ...back]));
  for (let time = 0; time < MAX_DEPTH; time++) {
    assertThrows(() => decoder.decodePart(0, deep.length), TypeError, "Cannot decode: tag 250");
    const got = decoder.decodePart(deep.length, deep.length + back.length) as unknown[];
    assert(got[0] === got);
  }
});

Deno.test("decode() of any depth throws nothing but a RangeError", () => {
  const fills = [
    [Tag.array, 1],
    [Tag.object, 1, Tag.ascii, 0],
    [Tag.map, 1],
    [Tag.set, 1],
    [Tag.boxed],
    [Tag.view, 1, 0, 0],
    [Tag.regexp],
    [Tag.named],
    [Tag.named, Tag.array, 0, 1, Tag.ascii, 0],
    [Tag.error, 0],
  ];
  for (const fill of fills) {
    const bytes = new Uint8Array(fill.length * 100_000 + 1);
    for (let at = 0; at < bytes.length - 1; at++) bytes[at] = fill[at % fill.length]!;
    const error = assertThrows(() => decode(bytes)) as Error;
    assert(error instanceof RangeError || (error instanceof TypeError && fill[1] === undefined), `${fill}: ${error}`);
    assert(error.message.startsWith("Cannot decode: "), error.message);
  }
});

Deno.test("Encoder keeps at most 1 MiB of room, whatever it has encoded or refused", () => {
  const encoder = new Encoder();
  const large = new Uint8Array(3 * 2 ** 20).fill(7);
  for (const value of [1, large, "x".repeat(2 ** 21), [large, 1], [large.subarray(1), large], 2]) {
    const bytes = encoder.encode(value);
    assert(encoder.room <= 2 ** 20, `${encoder.room}`);
    assertEquals(bytes, encode(value));
    assertThrows(() => encoder.encode([value, () => 0]), UncloneableError);
    assert(encoder.room <= 2 ** 20, `${encoder.room}`);
  }
});

Deno.test("decode() makes a key __proto__ a property, with and without an accessor of that name", () => {
  const bytes = encode([JSON.parse(`{"__proto__": {"a": 1}}`), Object.assign(["x"], JSON.parse(`{"__proto__": [2]}`))]);
  const accessor = Object.getOwnPropertyDescriptor(Object.prototype, "__proto__");
  const set = function (this: object, prototype: object) {
    Object.setPrototypeOf(this, prototype);
  };
  for (const descriptor of [{ configurable: true, set }, undefined]) {
    if (descriptor === undefined) Reflect.deleteProperty(Object.prototype, "__proto__");
    else Object.defineProperty(Object.prototype, "__proto__", descriptor);
    try {
      const [object, array] = decode(bytes) as [object, unknown[]];
      assertEquals([Object.keys(object), Object.getPrototypeOf(object) === Object.prototype], [["__proto__"], true]);
      assertEquals([Object.keys(array), Object.getPrototypeOf(array) === Array.prototype], [["0", "__proto__"], true]);
    } finally {
      if (accessor !== undefined) Object.defineProperty(Object.prototype, "__proto__", accessor);
    }
  }
});

Deno.test("decode() of corrupted bytes gives a value or throws, and never hangs", () => {
  const change = fc.tuple(fc.nat(500), fc.nat(255));
  fc.assert(
    fc.property(fc.oneof(anything, values()), fc.array(change, { minLength: 1, maxLength: 5 }), (value, changes) => {
      const bytes = encode(value);
      for (const [at, byte] of changes) bytes[at % bytes.length] = byte;
      decodeOrThrow(bytes);
    }),
    { numRuns: runs(2000) },
  );
  const byte = fc.oneof(fc.nat(Tag.named), fc.nat(3), fc.nat(255));
  const bytes = fc.array(byte, { maxLength: 64 }).map((all) => Uint8Array.from(all));
  fc.assert(fc.property(bytes, decodeOrThrow), { numRuns: runs(20_000) });
});

const CLASSES = [Object, Array, Map, Set, Date, RegExp, Number, String, Boolean, BigInt, ArrayBuffer, ...ERROR_CLASSES];
const VIEWS = VIEW_KINDS.map((kind) => globalThis[kind]);
const PROTOTYPES = new Set<unknown>([...CLASSES, ...VIEWS].map(({ prototype }) => prototype)).add(null);

/** Checks that nothing has a prototype that its class did not give it. */
function checkPrototypes(value: unknown, seen: Set<unknown> = new Set()): void {
  if (typeof value !== "object" || value === null || seen.has(value)) return;
  seen.add(value);
  assert(PROTOTYPES.has(Object.getPrototypeOf(value)), Deno.inspect(value));
  for (const item of Object.values(value)) checkPrototypes(item, seen);
  if (value instanceof Map || value instanceof Set) { for (const item of value) checkPrototypes(item, seen); }
}

function decodeOrThrow(bytes: Uint8Array): void {
  const keys = Reflect.ownKeys(Object.prototype);
  try {
    checkPrototypes(decode(bytes));
  } catch (error) {
    assert(error instanceof TypeError || error instanceof RangeError, `${error}`);
  }
  assertEquals(Reflect.ownKeys(Object.prototype), keys);
}
