/**
 * Work as a generator that yields whatever it has to wait for, so that the same code serves promise and synchronous
 * methods.
 */

export type Waits<T> = Generator<Promise<unknown>, T, void>;

/** A value, or a promise of it. */
export type Soon<T> = T | Promise<T>;

/** Continues with a value, at once or when its promise is fulfilled. */
export function then<T, R>(value: Soon<T>, go: (value: T) => Soon<R>): Soon<R> {
  return value instanceof Promise ? value.then(go) : go(value);
}

/** Work that is already done. */
// deno-lint-ignore require-yield -- has the type of work, though it waits for nothing
export function* nothing<T>(value: T): Waits<T> {
  return value;
}

/** Waits for a value, if it is a promise. */
export function* settled<T>(value: Soon<T>): Waits<T> {
  if (!(value instanceof Promise)) return value;
  let result: { readonly value: T } | undefined;
  yield value.then((value) => void (result = { value }));
  return (result as { value: T } | undefined)?.value as T;
}

/** Does the work, awaiting each promise that it yields. */
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

/** Does work that waits for nothing; throws a `TypeError` if it has to wait. */
export function finishSync<T>(what: string, work: Waits<T>): T {
  const step = work.next();
  if (step.done === true) return step.value;
  throw new TypeError(
    `Cannot ${what} synchronously: something has to be waited for, the asynchronous method is wanted`,
  );
}
