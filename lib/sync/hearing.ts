/**
 * The signal among the options of a wait: heard where a promise view makes its steps, refused elsewhere.
 */

/** What is heard while steps are made for a promise view. */
let ear: { signal: AbortSignal | undefined } | undefined;

/** Makes steps for a promise view; gives them, and the signal among the options of their wait. */
export function hearing<T>(make: () => T): { readonly value: T; readonly signal: AbortSignal | undefined } {
  const outer = ear;
  const own: typeof ear = { signal: undefined };
  ear = own;
  try {
    return { value: make(), signal: own.signal };
  } finally {
    ear = outer;
  }
}

/**
 * Says that the options of a wait have a signal.
 *
 * @throws {TypeError} where nobody hears it, or it is none.
 */
export function hear(act: string, signal: unknown): void {
  if (ear === undefined) {
    throw new TypeError(
      `Cannot ${act}: a blocked task hears no AbortSignal, a cancel token or a promise view is wanted`,
    );
  }
  if (signal !== undefined && !(signal instanceof AbortSignal)) {
    throw new TypeError(`Cannot ${act}: signal is ${typeof signal}, an AbortSignal is wanted`);
  }
  ear.signal = signal;
}
