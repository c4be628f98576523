/**
 * What callers of a pool may give: refused at once where it makes no sense.
 */

/** What a caller is called back by. */
export interface Callbacks {
  /** The signal that it listens to. */
  readonly signal?: AbortSignal | undefined;
  /** Functions, by name. */
  readonly [name: string]: unknown;
}

/**
 * Checks what is called back later, where an error would be nobody's.
 *
 * @throws {TypeError} if one is no function, or the signal is none.
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
 * Gives a whole number back.
 *
 * @throws {RangeError} if it is none, or too small.
 */
export function wholeNumber(
  act: string,
  { name, value, least }: { readonly name: string; readonly value: number; readonly least: number },
): number {
  if (Number.isSafeInteger(value) && value >= least) return value;
  throw new RangeError(`Cannot ${act}: ${name} is ${value}, a whole number of at least ${least} is wanted`);
}
