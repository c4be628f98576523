/**
 * What a port or a state variable may hold: one float64, a vector of float64, or any structured-cloneable value.
 *
 * - A declaration is plain, frozen data; two declarations match when their kinds and sizes are equal.
 * - `initial` is what a state holds at the start, and what a delegated output shows before its first reply.
 * - Values are values: what a port or a state is given is copied, and what it hands out never changes afterwards. Vectors and
 *   plain data are handed out frozen; of anything else, such as a typed array, each look gets a copy.
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
  /** How many components it has. */
  readonly length: number;
  /** One component. */
  readonly [index: number]: number;
}

/** A port or state of one float64. */
export interface ScalarType {
  /** Tells the kinds apart. */
  readonly kind: "scalar";
  /** The value at the start. */
  readonly initial: number;
  /** An optional input may stay unconnected as long as nobody reads it. */
  readonly optional: boolean;
}

/** A port or state of several float64. */
export interface VectorType {
  /** Tells the kinds apart. */
  readonly kind: "vector";
  /** How many components. */
  readonly size: number;
  /** The value at the start. */
  readonly initial: Vector;
  /** An optional input may stay unconnected as long as nobody reads it. */
  readonly optional: boolean;
}

/** A port or state of any structured-cloneable value. */
export interface AbstractType<T> {
  /** Tells the kinds apart. */
  readonly kind: "abstract";
  /** The value at the start. */
  readonly initial: T;
  /** An optional input may stay unconnected as long as nobody reads it. */
  readonly optional: boolean;
  /** Whether the handlers of its system change a state of it in place, publishes too; everybody else gets copies. */
  readonly inPlace: boolean;
}

/** Any declaration. */
export type PortType = ScalarType | VectorType | AbstractType<unknown>;

/** Declarations by name, in declared order. */
export type Ports = Readonly<Record<string, PortType>>;

/** What reading a declared port or state gives. */
export type ValueOf<P> = P extends ScalarType ? number
  : P extends VectorType ? Vector
  : P extends AbstractType<infer T> ? T
  : never;

/** What a state may be set to: any array of the right length for a vector. */
export type SettableOf<P> = P extends VectorType ? Float64Array | number[] : ValueOf<P>;

/** Declares one float64. */
export function scalar(initial = 0, options: { optional?: boolean } = {}): ScalarType {
  if (typeof initial !== "number") {
    throw new TypeError(`Cannot declare a scalar: the initial value is ${typeof initial}, a number is wanted`);
  }
  return Object.freeze({ kind: "scalar", initial, optional: options.optional ?? false });
}

/** Declares a vector of `size` float64, all 0 unless `initial` says otherwise. */
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
 * Declares any structured-cloneable value. A state that is to grow, such as a log, may be changed `inPlace`: by its own
 * system's handlers alone.
 *
 * @throws {TypeError} where the initial value is not cloneable.
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

/** Whether a value of one declaration may flow into the other. */
export function matches(from: PortType, into: PortType): boolean {
  return from.kind === into.kind && width(from) === width(into);
}

/** How many float64 a declared value takes; 0 for an abstract one. */
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

/** The declaration as its author writes it. */
export function describePort(type: PortType): string {
  return type.kind === "vector" ? `vector(${type.size})` : type.kind;
}

/**
 * The value as a cell of that type keeps it: a copy, unless nothing can change it.
 *
 * @throws {TypeError} where a scalar is no number, a vector no array of numbers, or an abstract value is not cloneable.
 * @throws {RangeError} where a vector has another length.
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
