/**
 * A generator whose steps are turns of the event loop: in the rest of each, rejections are heard of, and platforms settle.
 *
 * - A step is no microtask: within one V8 drains no others.
 */

import { platform } from "../platform/mod.ts";

/** Takes all steps; what they yield is told, and the next one is sent whether `told` gave true for any. */
export function inTurns<Y, T>(
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
        platform.soon(step);
      } catch (error) {
        reject(error);
      }
    };
    platform.soon(step);
  });
}
