/**
 * The abort signal in the options of a wait: picked up when a promise view makes its steps, rejected elsewhere.
 */

/** Collects the signal while steps are made for a promise view. */
let collector: { signal: AbortSignal | undefined } | undefined;

/** Makes steps for a promise view; returns them, and the signal in the options of their wait. */
export function collectSignal<T>(make: () => T): { readonly value: T; readonly signal: AbortSignal | undefined } {
  const outer = collector;
  const own: typeof collector = { signal: undefined };
  collector = own;
  try {
    return { value: make(), signal: own.signal };
  } finally {
    collector = outer;
  }
}

/**
 * Reports the signal in the options of a wait.
 *
 * @throws {TypeError} if no promise view is making steps, or `signal` is not an abort signal.
 */
export function reportSignal(act: string, signal: unknown): void {
  if (collector === undefined) {
    throw new TypeError(
      `Cannot ${act}: a blocked task hears no AbortSignal, a cancel token or a promise view is wanted`,
    );
  }
  if (signal !== undefined && !(signal instanceof AbortSignal)) {
    throw new TypeError(`Cannot ${act}: signal is ${typeof signal}, an AbortSignal is wanted`);
  }
  collector.signal = signal;
}
