/**
 * A generator whose steps are turns of the event loop: in the rest of each, rejections are heard of, and platforms settle.
 *
 * - A step is no microtask: within one V8 drains no others.
 */

import { after, platform } from "../platform/mod.ts";

/** For how many milliseconds a step waits for others before it tells how far it is. */
const WHILE = 100;

/**
 * Takes all steps; what they yield is told, and the next one is sent whether `told` gave true for any. It waits for what a step
 * says that it needs, for a while.
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

/** Once that has settled, or a while is over. */
function soon(until: Promise<unknown>, act: () => void): void {
  const { promise, resolve } = Promise.withResolvers<void>();
  const stop = after(WHILE, resolve);
  void Promise.race([until, promise]).then(() => {
    stop();
    act();
  });
}
