/**
 * The abort signal in the options of a wait: picked up when a promise view makes its steps, rejected elsewhere.
 */

/** Receives the signal while steps are made for a promise view. */
let ear: { signal: AbortSignal | undefined } | undefined;

/** Makes steps for a promise view; returns them, and the signal in the options of their wait. */
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
 * Reports the signal in the options of a wait.
 *
 * @throws {TypeError} if no promise view is making steps, or `signal` is not an abort signal.
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
