/**
 * A constructor of promises that reports each promise created by `new`, for runs that show what waits. Inside the
 * realm.
 *
 * - It creates the language's own promises, and its methods (`resolve`, `all`) are the language's, so the order of
 *   microtasks stays the same.
 */

/** Called with each promise that is created. */
export type Made = (promise: Promise<unknown>) => void;

type Executor = ConstructorParameters<typeof Promise<unknown>>[0];

/** Creates the constructor. */
export function tellingPromise(made: Made): unknown {
  const Telling = function (executor: Executor): unknown {
    if (new.target === undefined) throw new TypeError("Promise constructor cannot be invoked without 'new'");
    const promise = Reflect.construct(Promise, [executor], new.target === Telling ? Promise : new.target);
    made(promise);
    return promise;
  };
  Object.defineProperty(Telling, "name", { value: "Promise" });
  Object.defineProperty(Telling, "prototype", { value: Promise.prototype });
  Object.setPrototypeOf(Telling, Promise);
  for (const name of ["resolve", "reject", "all", "allSettled", "any", "race"] as const) {
    const method = Promise[name] as (this: unknown, value: unknown) => unknown;
    Reflect.set(Telling, name, function (this: unknown, value: unknown) {
      return method.call(this === Telling ? Promise : this, value);
    });
  }
  return Telling;
}
