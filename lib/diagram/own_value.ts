/**
 * Values that belong to a cell: what is handed in is copied, and what is handed out never changes afterwards.
 *
 * - A vector is kept as a frozen array of numbers, plain data (objects, arrays, Map, Set, Date and what they hold) as copies
 *   whose change throws: these are handed out as they are. Data that is frozen throughout is kept itself.
 * - A Map, a Set or a Date of a cell's own is of a class of its own, whose methods that change it throw; outside of the functions of
 *   systems it is seen as a copy of the usual class.
 * - Of anything else (a typed array, an error, a cycle, and what holds one) a copy is kept, and each look gets one of its own.
 */

import { crossed, encode } from "../codec/mod.ts";
import { UncloneableError } from "../errors.ts";

/** What something is called in errors, which are rare. */
export type Name = () => string;

/** So deep plain data may be nested before the codec takes over, which finds cycles. */
const MOST_DEPTH = 32;
/** Up to this length an array's keys take less time than its values. */
const SHORT = 8;
/** Stands for what is no plain data. */
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
  // To everybody else it is what it was made of.
  Object.defineProperty(own.prototype, "constructor", { value: prototype.constructor });
}

const { set } = Map.prototype;
const { add } = Set.prototype;

/** A value that a cell keeps, for a function of a system that looks at it. */
export function handedOut(value: unknown): unknown {
  return typeof value !== "object" || value === null || Object.isFrozen(value) ? value : crossed(value);
}

/** A value that a cell keeps, for everybody else: a copy where an object of a class of ours is in it. */
export function shownOutside(value: unknown): unknown {
  return typeof value !== "object" || value === null || isPlain(value) ? value : crossed(value);
}

function isPlain(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return true;
  if (!Object.isFrozen(value)) return false;
  if (Array.isArray(value)) return value.every(isPlain);
  return Object.getPrototypeOf(value) === Object.prototype && Object.values(value).every(isPlain);
}

/** A copy that may be changed. */
export function draftOf(value: unknown): unknown {
  return typeof value !== "object" || value === null ? value : crossed(value);
}

/** Whether two values are the same to everybody who gets a copy of them. */
export function isSame(one: unknown, other: unknown): boolean {
  const [bytes, others] = [encode(one), encode(other)];
  return bytes.length === others.length && bytes.every((byte, index) => byte === others[index]);
}

/**
 * A vector of a cell's own: the array itself where nothing can change it, else a copy; in `buffer` where that is given.
 *
 * @throws {TypeError} where it is no array of numbers.
 * @throws {RangeError} where it has another length.
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

/** The same numbers as a vector that is handed out. */
export function frozenVector(numbers: Float64Array): readonly number[] {
  const { length } = numbers;
  const vector = new Array<number>(length);
  for (let index = 0; index < length; index++) vector[index] = numbers[index] as number;
  return Object.freeze(vector);
}

/**
 * An abstract value of a cell's own.
 *
 * @throws {TypeError} where it is not cloneable.
 */
export function ownData(value: unknown, what: Name): unknown {
  const plain = frozenCopy(value, 0);
  if (plain !== OTHER) return plain;
  try {
    const copy = crossed(value);
    const frozen = frozenCopy(copy, 0);
    return frozen === OTHER ? copy : frozen;
  } catch (error) {
    if (!(error instanceof UncloneableError)) throw error;
    throw new UncloneableError(error.message.replace("Cannot encode", `Cannot set ${what()}`));
  }
}

/** Data as a copy that nothing changes, or itself where nothing can change it already. */
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

/** What a value is, for errors. */
export function describe(value: unknown): string {
  return value === null ? "null" : Array.isArray(value) ? "an array" : typeof value;
}
