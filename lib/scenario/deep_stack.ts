/** Stacks with more frames than errors have by default: those behind an `await` come last. */

const FRAMES = 64;

/** The stack of the caller, as text. */
export function deepStack(): string {
  const { stackTraceLimit } = Error;
  Reflect.set(Error, "stackTraceLimit", FRAMES);
  const { stack = "" } = new Error();
  Reflect.set(Error, "stackTraceLimit", stackTraceLimit);
  return stack;
}
