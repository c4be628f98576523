/**
 * Runs a generator whose steps are turns of the event loop, so that rejections are reported and platforms settle in
 * between.
 *
 * - A step is not a microtask, because V8 drains no other microtasks within one.
 */

import { after, platform } from "../platform/mod.ts";

/** How long to wait for what a step needs before the next step, in milliseconds. */
const WHILE = 100;

/**
 * Runs all steps. Each yielded value is passed to `told`; once it has returned true, the steps are sent true. If a step
 * yields a promise as `until`, the next step waits for it, for a while.
 */
export function inTurns<Y extends { readonly until?: Promise<unknown> } | void, T>(
  steps: Generator<Y, T, boolean | void>,
  told: (value: Y) => boolean = () => false,
): Promise<T> {
  return new Promise((resolve, reject) => {
    let isStopped = false;
    const step = () => {
      try {
        const { done, value } = steps.next(isStopped);
        if (done) return resolve(value);
        if (told(value)) isStopped = true;
        if (value?.until === undefined) return platform.soon(step);
        soon(value.until, () => platform.soon(step));
      } catch (error) {
        reject(error);
      }
    };
    platform.soon(step);
  });
}

/** Calls a function once the promise has settled, or after a while. */
function soon(until: Promise<unknown>, act: () => void): void {
  const { promise, resolve } = Promise.withResolvers<void>();
  const stop = after(WHILE, resolve);
  void Promise.race([until, promise]).then(() => {
    stop();
    act();
  });
}
