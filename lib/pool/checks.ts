/**
 * Validates the arguments of a pool's callers, at once.
 */

/** The callbacks of a caller. */
export interface Callbacks {
  /** The signal to listen to. */
  readonly signal?: AbortSignal | undefined;
  /** Functions, by name. */
  readonly [name: string]: unknown;
}

/**
 * Checks callbacks in advance, because an error in calling them later would have no owner.
 *
 * @throws {TypeError} if a callback is not a function, or `signal` is not an abort signal.
 */
export function checkCallbacks(act: string, { signal, ...functions }: Callbacks): void {
  if (signal !== undefined && !(signal instanceof AbortSignal)) {
    throw new TypeError(`Cannot ${act}: signal is of type ${typeof signal}, an AbortSignal is wanted`);
  }
  for (const [name, value] of Object.entries(functions)) {
    if (value === undefined || typeof value === "function") continue;
    throw new TypeError(`Cannot ${act}: ${name} is of type ${typeof value}, a function is wanted`);
  }
}

/**
 * Returns a number if it is a large enough integer.
 *
 * @throws {RangeError} if it is not an integer, or too small.
 */
export function wholeNumber(
  act: string,
  { name, value, least }: { readonly name: string; readonly value: number; readonly least: number },
): number {
  if (Number.isSafeInteger(value) && value >= least) return value;
  throw new RangeError(`Cannot ${act}: ${name} is ${value}, a whole number of at least ${least} is wanted`);
}
