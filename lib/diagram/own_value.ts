/**
 * Values that belong to a cell: a value written is copied, and a value read never changes afterwards.
 *
 * - A vector is stored as a frozen array of numbers, and plain data (objects, arrays, Map, Set, Date and their
 *   contents) as copies that throw when changed; reads return these themselves. Data that is deeply frozen is stored
 *   without a copy.
 * - A stored Map, Set or Date has a class of our own, whose methods throw instead of changing it; code outside the
 *   functions of systems gets a copy of the usual class.
 * - Of anything else (a typed array, an error, a cycle, and data that contains one) a copy is stored, and each read
 *   returns a copy of its own.
 */

import { encode, roundTrip } from "../codec/mod.ts";
import { UncloneableError } from "../errors.ts";

/** Returns the name of something in errors; a function, since errors are rare. */
export type Name = () => string;

/** How deep plain data may be nested before the codec takes over, which finds cycles. */
const MOST_DEPTH = 32;
/** Up to this length, checking an array's keys takes less time than checking its values. */
const SHORT = 8;
/** Stands for anything that is not plain data. */
const OTHER = Symbol("no plain data");

class ReadOnlyMap<K, V> extends Map<K, V> {}
class ReadOnlySet<T> extends Set<T> {}
class ReadOnlyDate extends Date {}

for (const [own, { name, prototype }] of [[ReadOnlyMap, Map], [ReadOnlySet, Set], [ReadOnlyDate, Date]] as const) {
  const value = (): never => {
    throw new TypeError(`Cannot change a ${name} that was handed out: a copy is wanted, new ${name}(...)`);
  };
  for (const key of Object.getOwnPropertyNames(prototype)) {
    if (/^(set|add|delete|clear|getOr)/.test(key)) Object.defineProperty(own.prototype, key, { value });
  }
  // Others see the class that it was made from.
  Object.defineProperty(own.prototype, "constructor", { value: prototype.constructor });
}

const { set } = Map.prototype;
const { add } = Set.prototype;

/** A stored value, as a function of a system reads it. */
export function handedOut(value: unknown): unknown {
  return typeof value !== "object" || value === null || Object.isFrozen(value) ? value : roundTrip(value);
}

/** A stored value, as other code reads it: a copy if it contains an object of a class of ours. */
export function shownOutside(value: unknown): unknown {
  return typeof value !== "object" || value === null || isPlain(value) ? value : roundTrip(value);
}

function isPlain(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return true;
  if (!Object.isFrozen(value)) return false;
  if (Array.isArray(value)) return value.every(isPlain);
  return Object.getPrototypeOf(value) === Object.prototype && Object.values(value).every(isPlain);
}

/** A copy that may be changed. */
export function draftOf(value: unknown): unknown {
  return typeof value !== "object" || value === null ? value : roundTrip(value);
}

/** Whether copies of two values would be equal. */
export function isSame(one: unknown, other: unknown): boolean {
  const [bytes, others] = [encode(one), encode(other)];
  return bytes.length === others.length && bytes.every((byte, index) => byte === others[index]);
}

/**
 * A vector to store: the array itself if nothing can change it, otherwise a copy, in `buffer` if one is given.
 *
 * @throws {TypeError} if it is not an array of numbers.
 * @throws {RangeError} if it has another length.
 */
export function ownVector(
  size: number,
  value: unknown,
  { what, buffer }: { readonly what: Name; readonly buffer?: Float64Array | undefined },
): readonly number[] | Float64Array {
  if (typeof value !== "object" || value === null || !("length" in value)) {
    throw new TypeError(`Cannot set ${what()}: the value is ${describe(value)}, ${size} numbers are wanted`);
  }
  const given = value as ArrayLike<unknown>;
  if (given.length !== size) {
    throw new RangeError(`Cannot set ${what()}: it has ${given.length} components, ${size} are wanted`);
  }
  const isOwn = Array.isArray(value) && Object.isFrozen(value);
  const numbers = buffer ?? new Array<number>(size);
  for (let index = 0; index < size; index++) {
    const number = given[index];
    if (typeof number !== "number") {
      throw new TypeError(`Cannot set ${what()}: component ${index} is ${describe(number)}, a number is wanted`);
    }
    if (!isOwn) numbers[index] = number;
  }
  if (isOwn) return value;
  return buffer ?? Object.freeze(numbers as number[]);
}

/** The same numbers as a frozen vector. */
export function frozenVector(numbers: Float64Array): readonly number[] {
  const { length } = numbers;
  const vector = new Array<number>(length);
  for (let index = 0; index < length; index++) vector[index] = numbers[index] as number;
  return Object.freeze(vector);
}

/**
 * An abstract value to store.
 *
 * @throws {TypeError} if it cannot be cloned.
 */
export function ownData(value: unknown, what: Name): unknown {
  const plain = frozenCopy(value, 0);
  if (plain !== OTHER) return plain;
  try {
    const copy = roundTrip(value);
    const frozen = frozenCopy(copy, 0);
    return frozen === OTHER ? copy : frozen;
  } catch (error) {
    if (!(error instanceof UncloneableError)) throw error;
    throw new UncloneableError(error.message.replace("Cannot encode", `Cannot set ${what()}`));
  }
}

/** A copy of data that nothing can change, or the data itself if nothing can change it. */
function frozenCopy(value: unknown, depth: number): unknown {
  if (typeof value !== "object" || value === null) {
    return typeof value === "function" || typeof value === "symbol" ? OTHER : value;
  }
  // A view has a key for each of its elements.
  if (depth > MOST_DEPTH || ArrayBuffer.isView(value) || Object.getOwnPropertySymbols(value).length > 0) return OTHER;
  if (Array.isArray(value)) return frozenArray(value, depth);
  if (Object.getPrototypeOf(value) === Object.prototype) return frozenObject(value as Record<string, unknown>, depth);
  if (Object.keys(value).length > 0) return OTHER;
  if (value instanceof Map) return value instanceof ReadOnlyMap ? value : frozenMap(value, depth);
  if (value instanceof Set) return value instanceof ReadOnlySet ? value : frozenSet(value, depth);
  if (value instanceof Date) return value instanceof ReadOnlyDate ? value : Object.freeze(new ReadOnlyDate(value));
  return OTHER;
}

function frozenObject(object: Record<string, unknown>, depth: number): unknown {
  let copy: Record<string, unknown> | undefined = Object.isFrozen(object) ? undefined : { ...object };
  for (const key of Object.keys(object)) {
    const item = object[key];
    const own = frozenCopy(item, depth + 1);
    if (own === OTHER) return OTHER;
    if (own !== item || copy !== undefined) (copy ??= { ...object })[key] = own;
  }
  return copy === undefined ? object : Object.freeze(copy);
}

function frozenArray(array: readonly unknown[], depth: number): unknown {
  const { length } = array;
  const keys = length <= SHORT ? Object.keys(array) : Object.values(array);
  if (keys.length !== length) return OTHER;
  let copy: unknown[] | undefined = Object.isFrozen(array) ? undefined : new Array(length);
  for (let index = 0; index < length; index++) {
    const item = array[index];
    const own = frozenCopy(item, depth + 1);
    if (own === OTHER || (own === undefined && !(index in array))) return OTHER;
    if (own !== item || copy !== undefined) (copy ??= [...array])[index] = own;
  }
  return copy === undefined ? array : Object.freeze(copy);
}

function frozenMap(map: ReadonlyMap<unknown, unknown>, depth: number): unknown {
  const copy = new ReadOnlyMap<unknown, unknown>();
  for (const [key, item] of map) {
    const ownKey = frozenCopy(key, depth + 1);
    const own = frozenCopy(item, depth + 1);
    if (ownKey === OTHER || own === OTHER) return OTHER;
    set.call(copy, ownKey, own);
  }
  return Object.freeze(copy);
}

function frozenSet(items: ReadonlySet<unknown>, depth: number): unknown {
  const copy = new ReadOnlySet<unknown>();
  for (const item of items) {
    const own = frozenCopy(item, depth + 1);
    if (own === OTHER) return OTHER;
    add.call(copy, own);
  }
  return Object.freeze(copy);
}

/** A description of a value, for errors. */
export function describe(value: unknown): string {
  return value === null ? "null" : Array.isArray(value) ? "an array" : typeof value;
}
