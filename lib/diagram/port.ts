/**
 * What a port or a state variable may hold: one float64, a vector of float64, or any structured-cloneable value.
 *
 * - A declaration is plain, frozen data; two declarations match when their kinds and sizes are equal.
 * - `initial` is what a state holds at the start, and what a delegated output shows before its first reply.
 * - Abstract values are immutable by convention: replace them, never change them in place.
 *
 * @example
 * ```ts
 * import { describePort, matches, scalar, vector } from "./port.ts";
 *
 * if (!matches(vector(3), vector(3, { initial: [1, 2, 3] }))) throw new Error("sizes are equal");
 * if (matches(scalar(), vector(1))) throw new Error("a scalar is no vector");
 * if (describePort(vector(3)) !== "vector(3)") throw new Error("it reads as it is written");
 * ```
 *
 * @module
 */

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
export type SettableOf<P> = P extends VectorType ? Float64Array : ValueOf<P>;

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
  const initial = Float64Array.from(options.initial ?? new Float64Array(size));
  if (initial.length !== size) {
    throw new RangeError(`Cannot declare a vector of size ${size}: its initial value has ${initial.length} components`);
  }
  return Object.freeze({ kind: "vector", size, initial, optional: options.optional ?? false });
}

/** Declares any structured-cloneable value. */
export function abstract<T>(initial: T, options: { optional?: boolean } = {}): AbstractType<T> {
  return Object.freeze({ kind: "abstract", initial, optional: options.optional ?? false });
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
 * The value as a cell of that type keeps it: a number, a `Float64Array` of its own, or the abstract value itself.
 *
 * @throws {TypeError} where a scalar is no number or a vector no array of numbers.
 * @throws {RangeError} where a vector has another length.
 */
export function checkedValue(type: PortType, value: unknown, what: string): unknown {
  switch (type.kind) {
    case "scalar":
      if (typeof value !== "number") {
        throw new TypeError(`Cannot set ${what}: the value is ${describe(value)}, a number is wanted`);
      }
      return value;
    case "vector": {
      if (typeof value !== "object" || value === null || !("length" in value)) {
        throw new TypeError(`Cannot set ${what}: the value is ${describe(value)}, ${type.size} numbers are wanted`);
      }
      const numbers = value instanceof Float64Array ? value : Float64Array.from(value as ArrayLike<number>);
      if (numbers.length !== type.size) {
        throw new RangeError(`Cannot set ${what}: it has ${numbers.length} components, ${type.size} are wanted`);
      }
      return numbers;
    }
    case "abstract":
      return value;
  }
}

function describe(value: unknown): string {
  return value === null ? "null" : Array.isArray(value) ? "an array" : typeof value;
}
