/**
 * Promises that say what they stand for, where those who make them are in the realm and those who tell are not.
 */

const NAME: unique symbol = Symbol.for("holdfast:awaited");

/** Has a promise say what it stands for. */
export function named<P extends object>(promise: P, name: string): P {
  return Object.defineProperty(promise, NAME, { value: name });
}

/** What a promise stands for; undefined where it does not say. */
export function nameOf(promise: object): string | undefined {
  const { [NAME]: name } = promise as { readonly [NAME]?: unknown };
  return typeof name === "string" ? name : undefined;
}
