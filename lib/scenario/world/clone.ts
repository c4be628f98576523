/**
 * Structured clone, with transfer, as in the HTML standard for the values of ECMAScript. Inside the realm.
 *
 * - Values are told by their tags, so those of another realm come out as values of this one.
 */

import { DOMException } from "./events.ts";

/** What is moved by an object of the world's own, such as a port. */
export interface Movable {
  /** Moves it: what stands in its place on the other side. */
  moved(): unknown;
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
};

/** The tag of a value: its class in the language, whatever realm it is of. */
function tagOf(value: object): string {
  return Object.prototype.toString.call(value).slice(8, -1);
}

function isMovable(value: unknown): value is Movable {
  return typeof value === "object" && value !== null && "moved" in value && typeof value.moved === "function";
}

/** Copies a value; what is transferred is moved. */
export function cloned(value: unknown, transfer: readonly unknown[] = []): unknown {
  const known = new Map<unknown, unknown>();
  if (new Set(transfer).size < transfer.length) throw refused("a value is transferred twice");
  // What cannot be copied is refused before anything moves.
  for (const moved of transfer) {
    if (isMovable(moved)) known.set(moved, undefined);
    else if (typeof moved === "object" && moved !== null && tagOf(moved) === "ArrayBuffer") {
      if ((moved as ArrayBuffer).detached) throw refused("an ArrayBuffer is detached");
      known.set(moved, (moved as ArrayBuffer).slice(0));
    } else throw refused("Value not transferable");
  }
  const later: (() => void)[] = [];
  const copy = copied(value, { known, later });
  for (const moved of transfer) {
    if (isMovable(moved)) known.set(moved, moved.moved());
    else (moved as ArrayBuffer).transfer(0);
  }
  for (const act of later) act();
  return isMovable(value) && known.has(value) ? known.get(value) : copy;
}

function refused(is: string): DOMException {
  return new DOMException(`${is} could not be cloned.`, "DataCloneError");
}

function copied(
  value: unknown,
  shared: { readonly known: Map<unknown, unknown>; readonly later: (() => void)[] },
): unknown {
  if (typeof value === "function" || typeof value === "symbol") throw refused(String(value));
  if (typeof value !== "object" || value === null) return value;
  const { known, later } = shared;
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
        copy.set(copied(key, shared), copied(item, shared));
      }
      return copy;
    }
    case "Set": {
      const copy = keep(new Set());
      for (const item of [...(value as Set<unknown>)]) copy.add(copied(item, shared));
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
      return keep((value as ArrayBuffer).slice(0));
    case "Error":
    case "DOMException": {
      const { name, message, cause, stack } = value as Error;
      if (value instanceof DOMException) return keep(new DOMException(message, name));
      const copy = keep(new (ERRORS[name] ?? Error)(message));
      Object.defineProperty(copy, "stack", { value: stack, configurable: true, writable: true });
      if (Object.hasOwn(value, "cause")) {
        Object.defineProperty(copy, "cause", { value: copied(cause, shared), configurable: true, writable: true });
      }
      return copy;
    }
  }
  const View = VIEWS[tag];
  if (View !== undefined) {
    const { buffer, byteOffset, byteLength } = value as ArrayBufferView;
    const length = tag === "DataView" ? byteLength : (value as Uint8Array).length;
    return keep(new View(copied(buffer, shared) as ArrayBuffer, byteOffset, length));
  }
  const prototype = Object.getPrototypeOf(value);
  const isPlain = tag === "Object" && !(value instanceof WeakMap || value instanceof Promise);
  if (!isPlain || isMovable(value)) throw refused(`#<${prototype?.constructor?.name ?? "Object"}>`);
  const copy = keep({});
  copyProperties(value, copy);
  return copy;

  function copyProperties(from: object, to: object): void {
    for (const key of Object.keys(from)) {
      const item = Reflect.get(from, key);
      // A port that moves has no other side before all is copied.
      if (isMovable(item) && known.has(item)) later.push(() => Reflect.set(to, key, known.get(item)));
      else Reflect.set(to, key, copied(item, shared));
    }
  }
}
