/**
 * What callers of a pool may give: refused at once where it makes no sense.
 */

/**
 * Gives a whole number back.
 *
 * @throws {RangeError} where it is none, or too small.
 */
export function wholeNumber(
  act: string,
  { name, value, least }: { readonly name: string; readonly value: number; readonly least: number },
): number {
  if (Number.isSafeInteger(value) && value >= least) return value;
  throw new RangeError(`Cannot ${act}: ${name} is ${value}, a whole number of at least ${least} is wanted`);
}
