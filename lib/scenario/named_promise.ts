/** Promises with a name for reports, which code in the realm sets and code outside reads. */

const NAME: unique symbol = Symbol.for("holdfast:awaited");

/** Names a promise. */
export function named<P extends object>(promise: P, name: string): P {
  return Object.defineProperty(promise, NAME, { value: name });
}

/** The name of a promise; undefined if it has none. */
export function nameOf(promise: object): string | undefined {
  const { [NAME]: name } = promise as { readonly [NAME]?: unknown };
  return typeof name === "string" ? name : undefined;
}
