/**
 * The part of fast-check that the checks use. Callers pass in `fc`, so this module does not import fast-check.
 *
 * - `fc` of fast-check 4 fits {@linkcode FastCheck} as it is, and its arbitraries fit {@linkcode Arbitrary}.
 */

/** Generates random values of a type, and shrinks them. */
export interface Arbitrary<T> {
  /** An arbitrary of the mapped values. */
  map<U>(mapper: (value: T) => U): Arbitrary<U>;
}

/**
 * An arbitrary that the functions of fast-check accept, so that `fc.property` infers the type of its values. To call
 * its methods, assign it to an `fc.Arbitrary` first.
 */
export interface FastCheckArbitrary<T> {
  /** For fast-check alone. */
  generate(random: never, biasFactor: number | undefined): never;
  /** For fast-check alone. */
  canShrinkWithoutContext(value: unknown): value is T;
  /** For fast-check alone. */
  shrink(value: T, context: unknown): never;
  /** For an `fc.Arbitrary`. */
  filter(predicate: (value: T) => boolean): never;
  /** For an `fc.Arbitrary`. */
  map<U>(mapper: (value: T) => U): never;
  /** For an `fc.Arbitrary`. */
  chain(chainer: (value: T) => unknown): never;
}

/** The parameters of `fc.check` that are used here. */
export interface CheckParameters {
  /** How many random values to try. */
  readonly numRuns?: number;
  /** The seed of the values, as a failure prints it. */
  readonly seed?: number;
  /** The path to a counterexample, as a failure prints it. */
  readonly path?: string;
  /** Whether to report a counterexample without shrinking it. */
  readonly endOnFailure?: boolean;
  /** Milliseconds after which further runs are skipped. */
  readonly skipAllAfterTimeLimit?: number;
  /** Milliseconds after which the check ends. */
  readonly interruptAfterTimeLimit?: number;
}

/** All parameters of the `check` of a fast-check module. */
export type ParametersOf<F extends FastCheck> = NonNullable<Parameters<F["check"]>[1]>;

/** The result of `fc.check`. */
export interface CheckDetails {
  /** Whether the property failed. */
  readonly failed: boolean;
  /** Whether it ran out of time. */
  readonly interrupted: boolean;
  /** How many values were tried, up to the one that failed. */
  readonly numRuns: number;
  /** How many times the counterexample was shrunk. */
  readonly numShrinks: number;
  /** The seed that was used. */
  readonly seed: number;
  /** The path to the counterexample. */
  readonly counterexamplePath: string | null;
  /** The shrunk counterexample. */
  readonly counterexample: unknown;
  /** The error that the property threw for it. */
  readonly errorInstance: unknown;
}

/** The part of the fast-check module that the checks use; `fc` of fast-check 4 fits. */
export interface FastCheck {
  /** One of these values; the first is the simplest. */
  constantFrom<T>(...values: T[]): Arbitrary<T>;
  /** A value of one of these arbitraries. */
  oneof<T>(...arbitraries: Arbitrary<T>[]): Arbitrary<T>;
  /** Any float64, NaN, infinities and -0 included, or one within bounds. */
  double(constraints?: { min?: number; max?: number; noNaN?: boolean }): Arbitrary<number>;
  /** An integer within bounds. */
  integer(constraints: { min: number; max: number }): Arbitrary<number>;
  /** An array whose length is within bounds. */
  array<T>(item: Arbitrary<T>, constraints: { minLength: number; maxLength: number }): Arbitrary<T[]>;
  /** An object with a value for each key. */
  record(model: Record<string, Arbitrary<unknown>>): Arbitrary<Record<string, unknown>>;
  /** A property of one value. */
  asyncProperty(arbitrary: Arbitrary<unknown>, predicate: (value: unknown) => Promise<void>): object;
  /** Searches for a counterexample. */
  check(property: object, parameters?: CheckParameters): Promise<CheckDetails>;
}
