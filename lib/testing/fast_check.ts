/**
 * The part of fast-check that the properties use: callers hand in `fc`, so that this module imports nothing by name.
 *
 * - `fc` of fast-check 4 fits {@linkcode FastCheck} as it is, and its arbitraries fit {@linkcode Arbitrary}.
 */

/** What makes random values of a type and shrinks them. */
export interface Arbitrary<T> {
  /** The same with each value mapped. */
  map<U>(mapper: (value: T) => U): Arbitrary<U>;
}

/**
 * An arbitrary as the functions of fast-check take it: `fc.property` learns the type of its values. Who calls its methods
 * assigns it to an `fc.Arbitrary` first.
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

/** What is used here of what `fc.check` is told. */
export interface CheckParameters {
  /** How many random values. */
  readonly numRuns?: number;
  /** Which ones; a failure says it. */
  readonly seed?: number;
  /** Where to start among them; a failure says it. */
  readonly path?: string;
  /** Whether a counterexample is left as it is found. */
  readonly endOnFailure?: boolean;
  /** After how many milliseconds runs are skipped. */
  readonly skipAllAfterTimeLimit?: number;
  /** After how many milliseconds it ends. */
  readonly interruptAfterTimeLimit?: number;
}

/** All that the `check` of a fast-check is told; of some its seed, for one, has to be read. */
export type ParametersOf<F extends FastCheck> = NonNullable<Parameters<F["check"]>[1]>;

/** What `fc.check` tells. */
export interface CheckDetails {
  /** Whether the property failed. */
  readonly failed: boolean;
  /** Whether its time was over. */
  readonly interrupted: boolean;
  /** How many values were tried before it failed. */
  readonly numRuns: number;
  /** How many times the counterexample got simpler. */
  readonly numShrinks: number;
  /** The seed that was used. */
  readonly seed: number;
  /** Where the counterexample stands. */
  readonly counterexamplePath: string | null;
  /** The shrunk values. */
  readonly counterexample: unknown;
  /** What the property threw for them. */
  readonly errorInstance: unknown;
}

/**
 * The part of fast-check that the properties use: callers hand in `fc`, so that this module imports nothing by
 * name.
 */
export interface FastCheck {
  /** One of these values; the first is the simplest. */
  constantFrom<T>(...values: T[]): Arbitrary<T>;
  /** A value of one of these. */
  oneof<T>(...arbitraries: Arbitrary<T>[]): Arbitrary<T>;
  /** Any float64: NaN, infinities and -0 too; or one within bounds. */
  double(constraints?: { min?: number; max?: number; noNaN?: boolean }): Arbitrary<number>;
  /** An integer within bounds. */
  integer(constraints: { min: number; max: number }): Arbitrary<number>;
  /** An array within bounds. */
  array<T>(item: Arbitrary<T>, constraints: { minLength: number; maxLength: number }): Arbitrary<T[]>;
  /** An object with a value for each key. */
  record(model: Record<string, Arbitrary<unknown>>): Arbitrary<Record<string, unknown>>;
  /** A property of one value. */
  asyncProperty(arbitrary: Arbitrary<unknown>, predicate: (value: unknown) => Promise<void>): object;
  /** Looks for a counterexample. */
  check(property: object, parameters?: CheckParameters): Promise<CheckDetails>;
}
