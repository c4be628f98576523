/**
 * Work that yields whatever it has to wait for, so that one text serves a promise face and a synchronous one.
 */

export type Waits<T> = Generator<Promise<unknown>, T, void>;

/** A value that may have to be waited for. */
export type Soon<T> = T | Promise<T>;

/** What becomes of a value, when it is there. */
export function then<T, R>(value: Soon<T>, go: (value: T) => Soon<R>): Soon<R> {
  return value instanceof Promise ? value.then(go) : go(value);
}

/** Work that is done. */
// deno-lint-ignore require-yield -- work as the other acts are, though nothing is waited for
export function* nothing<T>(value: T): Waits<T> {
  return value;
}

/** A value, when it is there. */
export function* settled<T>(value: Soon<T>): Waits<T> {
  if (!(value instanceof Promise)) return value;
  let result: { readonly value: T } | undefined;
  yield value.then((value) => void (result = { value }));
  return (result as { value: T } | undefined)?.value as T;
}

/** Does the work, awaiting what it yields. */
export async function finish<T>(work: Waits<T>): Promise<T> {
  let step = work.next();
  while (step.done !== true) {
    try {
      await step.value;
    } catch (error) {
      step = work.throw(error);
      continue;
    }
    step = work.next();
  }
  return step.value;
}

/** Does work that waits for nothing; throws a `TypeError` where it must. */
export function finishSync<T>(what: string, work: Waits<T>): T {
  const step = work.next();
  if (step.done === true) return step.value;
  throw new TypeError(`Cannot ${what} synchronously: something has to be waited for, the promise face is wanted`);
}
