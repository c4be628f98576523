/**
 * Types of the command-line functions that the JavaScript beside this file re-exports.
 *
 * @module
 */

/** Options of {@linkcode parseArgs}; the type parameters are the names of the flags. */
export interface ParseOptions<
  B extends string = string,
  S extends string = string,
  C extends string = string,
  D extends object = object,
  DoubleDash extends boolean = boolean,
> {
  /** Puts what follows `--` into the property `--` instead of `_`. */
  "--"?: DoubleDash;
  /** Other names of a flag. */
  alias?: Readonly<Record<string, string | readonly string[]>>;
  /** Flags without a value. */
  boolean?: readonly B[];
  /** Flags that take a value, kept as text; `_` keeps the positional arguments as text. */
  string?: readonly S[];
  /** Flags that may be repeated. */
  collect?: readonly C[];
  /** Flags that `--no-<flag>` sets to `false`. */
  negatable?: readonly string[];
  /** Values of the flags that are not given. */
  default?: D;
  /** Stops at the first positional argument. */
  stopEarly?: boolean;
  /** Sees each argument that no option declares; `false` leaves it out. */
  unknown?: (arg: string, key?: string, value?: unknown) => unknown;
}

/** The value of one flag: `T` (collected or not), or its default. */
export type FlagValue<K extends string, T, C extends string, D extends object, Absent> = K extends C ? T[]
  : K extends keyof D ? T | D[K]
  : T | Absent;

/** What {@linkcode parseArgs} finds. */
export type ParsedArgs<
  B extends string,
  S extends string,
  C extends string,
  D extends object,
  DoubleDash extends boolean,
> =
  & { [K in B]: FlagValue<K, boolean, C, D, false> }
  & { [K in Exclude<S, "_">]: FlagValue<K, string, C, D, undefined> }
  & { [K in Exclude<keyof D, B | S>]: unknown }
  & { _: ("_" extends S ? string : string | number)[] }
  & (DoubleDash extends true ? { "--": string[] } : unknown)
  & { [key: string]: unknown };

/** Parses command-line arguments; one that looks like a number becomes one unless its flag is declared. */
export function parseArgs<
  const B extends string = never,
  const S extends string = never,
  const C extends string = never,
  D extends object = Record<never, never>,
  DoubleDash extends boolean = false,
>(args: readonly string[], options?: ParseOptions<B, S, C, D, DoubleDash>): ParsedArgs<B, S, C, D, DoubleDash>;

/** Options of {@linkcode promptSecret}. */
export interface PromptSecretOptions {
  /** What each typed character shows as; `*` by default. */
  mask?: string;
  /** Whether the line is cleared afterwards. */
  clear?: boolean;
}

/** Asks for a line on the terminal without showing it; `null` without a terminal. */
export function promptSecret(message?: string, options?: PromptSecretOptions): string | null;
