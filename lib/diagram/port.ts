/**
 * Declares the type of a port or a state variable: a float64, a vector of float64, or any structured-cloneable value.
 *
 * - A declaration is plain, frozen data. Two declarations match if their kinds and sizes are equal.
 * - `initial` is the value of a state at the start, and of a delegated output before its first reply.
 * - A value given to a port or a state is copied, and a value read from it never changes afterwards. Vectors and plain
 *   data are returned frozen; of anything else, such as a typed array, each read returns a copy.
 *
 * @example
 * ```ts
 * import { describePort, matches, scalar, vector } from "./port.ts";
 *
 * if (!matches(vector(3), vector(3, { initial: [1, 2, 3] }))) throw new Error("sizes are equal");
 * if (matches(scalar(), vector(1))) throw new Error("a scalar is no vector");
 * if (describePort(vector(3)) !== "vector(3)") throw new Error("it reads as it is written");
 * ```
 */

import { describe, draftOf, type Name, ownData, ownVector, shownOutside } from "./own_value.ts";

/** A read-only vector of float64. */
export interface Vector extends Iterable<number> {
  /** The number of components. */
  readonly length: number;
  /** The component at an index. */
  readonly [index: number]: number;
}

/** The type of a port or state that holds one float64. */
export interface ScalarType {
  /** Tells the kinds apart. */
  readonly kind: "scalar";
  /** The value at the start. */
  readonly initial: number;
  /** An optional input may stay unconnected as long as nobody reads it. */
  readonly optional: boolean;
}

/** The type of a port or state that holds a vector of float64. */
export interface VectorType {
  /** Tells the kinds apart. */
  readonly kind: "vector";
  /** The number of components. */
  readonly size: number;
  /** The value at the start. */
  readonly initial: Vector;
  /** An optional input may stay unconnected as long as nobody reads it. */
  readonly optional: boolean;
}

/** The type of a port or state that holds any structured-cloneable value. */
export interface AbstractType<T> {
  /** Tells the kinds apart. */
  readonly kind: "abstract";
  /** The value at the start. */
  readonly initial: T;
  /** An optional input may stay unconnected as long as nobody reads it. */
  readonly optional: boolean;
  /**
   * Whether the handlers of its system, publishes included, may change the state in place; everyone else gets copies.
   */
  readonly inPlace: boolean;
}

/** The type of any port or state. */
export type PortType = ScalarType | VectorType | AbstractType<unknown>;

/** Types of ports or states by name, in declared order. */
export type Ports = Readonly<Record<string, PortType>>;

/** The value that a read of a port or state of this type returns. */
export type ValueOf<P> = P extends ScalarType ? number
  : P extends VectorType ? Vector
  : P extends AbstractType<infer T> ? T
  : never;

/** The value to which a state may be set; for a vector, any array of the right length. */
export type SettableOf<P> = P extends VectorType ? Float64Array | number[] : ValueOf<P>;

/** Declares one float64; `initial` is its value at the start, 0 by default. */
export function scalar(initial = 0, options: { optional?: boolean } = {}): ScalarType {
  if (typeof initial !== "number") {
    throw new TypeError(`Cannot declare a scalar: the initial value is ${typeof initial}, a number is wanted`);
  }
  return Object.freeze({ kind: "scalar", initial, optional: options.optional ?? false });
}

/**
 * Declares a vector of `size` float64; `initial` is its value at the start, all 0 by default.
 *
 * @throws {RangeError} if the size is not an integer of at least 1, or `initial` has another length.
 */
export function vector(size: number, options: { initial?: ArrayLike<number>; optional?: boolean } = {}): VectorType {
  if (!Number.isSafeInteger(size) || size < 1) {
    throw new RangeError(`Cannot declare a vector of size ${size}: an integer of at least 1 is wanted`);
  }
  const given = options.initial ?? new Float64Array(size);
  if (given.length !== size) {
    throw new RangeError(`Cannot declare a vector of size ${size}: its initial value has ${given.length} components`);
  }
  const initial = ownVector(size, given, { what: () => `the initial value of a vector of size ${size}` });
  return Object.freeze({ kind: "vector", size, initial, optional: options.optional ?? false });
}

/**
 * Declares any structured-cloneable value. With `inPlace`, the handlers of its own system may change a state in place,
 * which suits one that grows, such as a log.
 *
 * @throws {TypeError} if the initial value cannot be cloned.
 */
export function abstract<T>(initial: T, options: { optional?: boolean; inPlace?: boolean } = {}): AbstractType<T> {
  const own = ownData(initial, () => "the initial value of an abstract");
  return Object.freeze({
    kind: "abstract",
    get initial() {
      return shownOutside(own) as T;
    },
    optional: options.optional ?? false,
    inPlace: options.inPlace ?? false,
  });
}

/** Whether an output of type `from` may be connected to an input of type `into`. */
export function matches(from: PortType, into: PortType): boolean {
  return from.kind === into.kind && width(from) === width(into);
}

/** The number of float64 in a value of this type; 0 for an abstract type. */
export function width(type: PortType): number {
  switch (type.kind) {
    case "scalar":
      return 1;
    case "vector":
      return type.size;
    case "abstract":
      return 0;
  }
}

/** The type as text, such as `vector(3)`. */
export function describePort(type: PortType): string {
  return type.kind === "vector" ? `vector(${type.size})` : type.kind;
}

/**
 * The value as a cell of that type stores it: a copy, unless nothing can change the value.
 *
 * @throws {TypeError} if a scalar is not a number, a vector is not an array of numbers, or an abstract value cannot be
 * cloned.
 * @throws {RangeError} if a vector has another length.
 */
export function ownValue(type: PortType, value: unknown, what: Name): unknown {
  switch (type.kind) {
    case "scalar":
      if (typeof value === "number") return value;
      throw new TypeError(`Cannot set ${what()}: the value is ${describe(value)}, a number is wanted`);
    case "vector":
      return ownVector(type.size, value, { what });
    case "abstract":
      return type.inPlace ? draftOf(value) : ownData(value, what);
  }
}
