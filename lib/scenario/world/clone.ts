/**
 * Structured clone, with transfer, as in the HTML standard for the values of ECMAScript. Inside the realm.
 *
 * - Values are recognized by their tags, so values of another realm become values of this one.
 */

import { DOMException } from "./events.ts";

/** The key of the method that moves an object of the world; the same in all realms. */
export const MOVED: unique symbol = Symbol.for("holdfast-scenario:moved") as never;

/** An object of the world that can be transferred, such as a port. */
export interface Movable {
  /** Returns its copy for the other side, and `leave`, which completes the move; throws if it cannot be moved. */
  [MOVED](): { readonly copy: object; readonly leave: () => void };
}

const ERRORS: Readonly<Record<string, ErrorConstructor>> = {
  EvalError,
  RangeError,
  ReferenceError,
  SyntaxError,
  TypeError,
  URIError,
};

type Views = Readonly<
  Record<string, new (buffer: ArrayBuffer, offset: number, length?: number) => ArrayBufferView>
>;
const VIEWS: Views = {
  Int8Array,
  Uint8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  Float32Array,
  Float64Array,
  BigInt64Array,
  BigUint64Array,
  DataView,
  ...typeof Float16Array === "undefined" ? {} : { Float16Array },
};

/** Checks an object for internal state of its class, so that an object that only claims its tag fails. */
const BRANDS: Readonly<Record<string, (value: object) => unknown>> = {
  Map: brandOf(Map.prototype, "size"),
  Set: brandOf(Set.prototype, "size"),
  ArrayBuffer: brandOf(ArrayBuffer.prototype, "byteLength"),
  DataView: brandOf(DataView.prototype, "byteLength"),
  BigInt: (value) => BigInt.prototype.valueOf.call(value),
};
/** The tags of objects that are never copied. */
const FOREIGN: readonly string[] = [
  "Promise",
  "WeakMap",
  "WeakSet",
  "WeakRef",
  "Generator",
  "AsyncGenerator",
];

function brandOf(prototype: object, key: string): (value: object) => unknown {
  const { get } = Object.getOwnPropertyDescriptor(prototype, key) ?? {};
  return (value) => get?.call(value);
}

/** The language class of a value of any realm: `Object` if the value only claims another tag. */
function tagOf(value: object): string {
  const tag = Object.prototype.toString.call(value).slice(8, -1);
  if (!(Symbol.toStringTag in value) || FOREIGN.includes(tag)) return tag;
  if (tag in VIEWS && ArrayBuffer.isView(value)) return tag;
  const brand = BRANDS[tag];
  if (brand === undefined) return value instanceof DOMException ? "DOMException" : "Object";
  try {
    brand(value);
    return tag;
  } catch {
    return "Object";
  }
}

/** Whether an object is shared memory: of all objects of the language, only such memory can grow. */
export function isShared(value: object): boolean {
  return "growable" in value && !Object.hasOwn(value, "growable");
}

function copiedBuffer(buffer: ArrayBuffer): ArrayBuffer {
  if (!buffer.resizable) return buffer.slice(0);
  const copy = new ArrayBuffer(buffer.byteLength, { maxByteLength: buffer.maxByteLength });
  new Uint8Array(copy).set(new Uint8Array(buffer));
  return copy;
}

function isMovable(value: unknown): value is Movable {
  return typeof value === "object" && value !== null && MOVED in value;
}

/** Copies a value; transferred objects are moved. `known` maps objects of the value to their copies. */
export function cloned(
  value: unknown,
  transfer: readonly unknown[] = [],
  known: Map<unknown, unknown> = new Map(),
): unknown {
  const moves: (() => void)[] = [];
  if (new Set(transfer).size < transfer.length) throw refused("a value is transferred twice");
  // A value that cannot be copied is refused before anything moves.
  for (const moved of transfer) {
    if (isMovable(moved)) {
      const { copy, leave } = moved[MOVED]();
      known.set(moved, copy);
      moves.push(leave);
    } else if (typeof moved === "object" && moved !== null && tagOf(moved) === "ArrayBuffer") {
      if ((moved as ArrayBuffer).detached) throw refused("an ArrayBuffer is detached");
      known.set(moved, copiedBuffer(moved as ArrayBuffer));
      moves.push(() => void (moved as ArrayBuffer).transfer(0));
    } else throw refused("Value not transferable");
  }
  const copy = copied(value, known);
  for (const move of moves) move();
  return copy;
}

function refused(is: string): DOMException {
  return new DOMException(`${is} could not be cloned.`, "DataCloneError");
}

function copied(value: unknown, known: Map<unknown, unknown>): unknown {
  if (typeof value === "function" || typeof value === "symbol") throw refused(String(value));
  if (typeof value !== "object" || value === null) return value;
  if (known.has(value)) return known.get(value);
  const keep = <T>(copy: T): T => {
    known.set(value, copy);
    return copy;
  };
  const tag = tagOf(value);
  const wrapped = value as { valueOf(): never };
  switch (tag) {
    case "Array": {
      const copy: unknown[] = keep(new Array((value as unknown[]).length));
      copyProperties(value, copy);
      return copy;
    }
    case "Map": {
      const copy = keep(new Map());
      for (const [key, item] of [...(value as Map<unknown, unknown>)]) {
        copy.set(copied(key, known), copied(item, known));
      }
      return copy;
    }
    case "Set": {
      const copy = keep(new Set());
      for (const item of [...(value as Set<unknown>)]) copy.add(copied(item, known));
      return copy;
    }
    case "Date":
      return keep(new Date(Number(value)));
    case "RegExp": {
      const { source, flags } = value as RegExp;
      return keep(new RegExp(source, flags));
    }
    case "Boolean":
    case "Number":
    case "String":
    case "BigInt":
      return keep(Object(wrapped.valueOf()));
    case "ArrayBuffer":
      return keep(copiedBuffer(value as ArrayBuffer));
    case "Error":
    case "DOMException": {
      const { name, message, cause, stack } = value as Error;
      // An exception of another realm has a class of this name.
      const isException = value instanceof DOMException ||
        Reflect.get(value, "constructor")?.name === DOMException.name;
      if (isException) return keep(new DOMException(message, name));
      const copy = keep(new (ERRORS[name] ?? Error)(message));
      Object.defineProperty(copy, "stack", { value: stack, configurable: true, writable: true });
      if (Object.hasOwn(value, "cause")) {
        Object.defineProperty(copy, "cause", { value: copied(cause, known), configurable: true, writable: true });
      }
      return copy;
    }
  }
  const View = VIEWS[tag];
  if (View !== undefined) {
    const { buffer, byteOffset, byteLength } = value as ArrayBufferView;
    const length = tag === "DataView" ? byteLength : (value as Uint8Array).length;
    return keep(new View(copied(buffer, known) as ArrayBuffer, byteOffset, length));
  }
  const prototype = Object.getPrototypeOf(value);
  const isPlain = tag === "Object" && !isShared(value) && !(value instanceof WeakMap || value instanceof Promise);
  if (!isPlain || isMovable(value)) throw refused(`#<${prototype?.constructor?.name ?? "Object"}>`);
  const copy = keep({});
  copyProperties(value, copy);
  return copy;

  function copyProperties(from: object, to: object): void {
    for (const key of Object.keys(from)) Reflect.set(to, key, copied(Reflect.get(from, key), known));
  }
}
