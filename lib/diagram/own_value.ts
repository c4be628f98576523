/**
 * Values that belong to a cell: what is handed in is copied, and what is handed out never changes afterwards.
 *
 * - A vector is kept as a frozen array of numbers, plain data (objects, arrays, Map, Set, Date and what they hold) as copies
 *   whose change throws: these are handed out as they are. Data that is frozen throughout is kept itself.
 * - Of anything else (a typed array, an error, a cycle, and what holds one) a copy is kept, and each look gets one of its own.
 */

import { crossed, encode } from "../codec/mod.ts";
import { UncloneableError } from "../errors.ts";

/** So deep plain data may be nested before the codec takes over, which finds cycles. */
const MOST_DEPTH = 32;
/** Up to this length an array's keys take less time than its values. */
const SHORT = 8;
/** Stands for what is no plain data. */
const OTHER = Symbol("no plain data");

/** Objects of a class whose methods that change them throw. */
class ReadOnly {
  readonly #refusing: PropertyDescriptorMap;
  readonly #mark: string;

  constructor({ name, prototype }: { readonly name: string; readonly prototype: object }) {
    const changing = Object.getOwnPropertyNames(prototype).filter((key) => /^(set|add|delete|clear|getOr)/.test(key));
    const value = (): never => {
      throw new TypeError(`Cannot change a ${name} that was handed out: a copy is wanted, new ${name}(...)`);
    };
    this.#refusing = Object.fromEntries(changing.map((key) => [key, { value }]));
    this.#mark = changing[0] ?? "";
  }

  isOwn(object: object): boolean {
    return Object.isFrozen(object) && Object.hasOwn(object, this.#mark);
  }

  frozen(object: object): object {
    return Object.freeze(Object.defineProperties(object, this.#refusing));
  }
}

const MAP = new ReadOnly(Map);
const SET = new ReadOnly(Set);
const DATE = new ReadOnly(Date);

/** A value that a cell keeps, for whoever looks at it. */
export function handedOut(value: unknown): unknown {
  return typeof value !== "object" || value === null || Object.isFrozen(value) ? value : crossed(value);
}

/** A copy that may be changed: of a vector a Float64Array. */
export function draftOf(value: unknown, isVector: boolean): unknown {
  if (typeof value !== "object" || value === null) return value;
  return isVector ? new Float64Array(value as ArrayLike<number>) : crossed(value);
}

/** Whether two values are the same to everybody who gets a copy of them. */
export function isSame(one: unknown, other: unknown): boolean {
  const [bytes, others] = [encode(one), encode(other)];
  return bytes.length === others.length && bytes.every((byte, index) => byte === others[index]);
}

/**
 * A vector of a cell's own.
 *
 * @throws {TypeError} where it is no array of numbers.
 * @throws {RangeError} where it has another length.
 */
export function ownVector(size: number, value: unknown, what: string): readonly number[] {
  if (typeof value !== "object" || value === null || !("length" in value)) {
    throw new TypeError(`Cannot set ${what}: the value is ${describe(value)}, ${size} numbers are wanted`);
  }
  const given = value as ArrayLike<unknown>;
  if (given.length !== size) {
    throw new RangeError(`Cannot set ${what}: it has ${given.length} components, ${size} are wanted`);
  }
  const numbers = new Array<number>(size);
  for (let index = 0; index < size; index++) {
    const number = given[index];
    if (typeof number !== "number") {
      throw new TypeError(`Cannot set ${what}: component ${index} is ${describe(number)}, a number is wanted`);
    }
    numbers[index] = number;
  }
  return Array.isArray(value) && Object.isFrozen(value) ? value : Object.freeze(numbers);
}

/**
 * An abstract value of a cell's own.
 *
 * @throws {TypeError} where it is not cloneable.
 */
export function ownData(value: unknown, what: string): unknown {
  const plain = frozenCopy(value, 0);
  if (plain !== OTHER) return plain;
  try {
    const copy = crossed(value);
    const frozen = frozenCopy(copy, 0);
    return frozen === OTHER ? copy : frozen;
  } catch (error) {
    if (!(error instanceof UncloneableError)) throw error;
    throw new UncloneableError(error.message.replace("Cannot encode", `Cannot set ${what}`));
  }
}

/** Data as a copy that nothing changes, or itself where nothing can change it already. */
function frozenCopy(value: unknown, depth: number): unknown {
  if (typeof value !== "object" || value === null) {
    return typeof value === "function" || typeof value === "symbol" ? OTHER : value;
  }
  if (depth > MOST_DEPTH || Object.getOwnPropertySymbols(value).length > 0) return OTHER;
  if (Array.isArray(value)) return frozenArray(value, depth);
  if (Object.getPrototypeOf(value) === Object.prototype) return frozenObject(value as Record<string, unknown>, depth);
  if (Object.keys(value).length > 0) return OTHER;
  if (value instanceof Map) return MAP.isOwn(value) ? value : frozenMap(value, depth);
  if (value instanceof Set) return SET.isOwn(value) ? value : frozenSet(value, depth);
  if (value instanceof Date) return DATE.isOwn(value) ? value : DATE.frozen(new Date(value));
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
  const copy = new Map<unknown, unknown>();
  for (const [key, item] of map) {
    const [ownKey, own] = [frozenCopy(key, depth + 1), frozenCopy(item, depth + 1)];
    if (ownKey === OTHER || own === OTHER) return OTHER;
    copy.set(ownKey, own);
  }
  return MAP.frozen(copy);
}

function frozenSet(set: ReadonlySet<unknown>, depth: number): unknown {
  const copy = new Set<unknown>();
  for (const item of set) {
    const own = frozenCopy(item, depth + 1);
    if (own === OTHER) return OTHER;
    copy.add(own);
  }
  return SET.frozen(copy);
}

/** What a value is, for errors. */
export function describe(value: unknown): string {
  return value === null ? "null" : Array.isArray(value) ? "an array" : typeof value;
}
