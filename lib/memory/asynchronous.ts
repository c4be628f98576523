/**
 * The asynchronous driver of one task: its waits leave the event loop free.
 *
 * - An abort throws the signal's reason into the steps where they wait, so that they undo what they did.
 * - It alone can also wait for a promise: see {@linkcode Awaiting}.
 * - Between two waits it continues without giving the event loop a turn.
 */

import { throwInto } from "./blocking.ts";
import type { Memory } from "./memory.ts";
import type { Answer, Operation } from "./operation.ts";
import { Awaiting, type Steps } from "./steps.ts";

/**
 * Runs steps to their end; resolves with their result, or rejects with what they throw.
 *
 * @throws {TypeError} if the memory can only block.
 */
export async function runAsynchronous<T>(
  memory: Memory,
  steps: Steps<T>,
  { signal }: { readonly signal?: AbortSignal | undefined } = {},
): Promise<T> {
  if (memory.performAsync === undefined) {
    throw new TypeError("Cannot wait without blocking: this memory only blocks, a blocking view is wanted");
  }
  signal?.throwIfAborted();
  const aborted = Promise.withResolvers<never>();
  // Only a wait that races against it listens to it.
  aborted.promise.catch(() => {});
  const abort = () => aborted.reject(signal?.reason);
  signal?.addEventListener("abort", abort);
  const iterator = steps[Symbol.iterator]();
  const go = (answer: Answer) => iterator.next(answer);
  const fail = (error: unknown): IteratorResult<Operation, T> => throwInto(iterator, error);
  try {
    let step = iterator.next();
    let interrupted = false;
    while (!step.done) {
      let answer: Answer;
      try {
        // Once interrupted, the steps undo what they did; no second interruption disturbs that.
        const interrupts = interrupted ? undefined : signal;
        const asked: unknown = step.value;
        const performed = asked instanceof Awaiting
          ? asked.promise as Promise<Answer>
          : memory.performAsync(step.value, interrupts);
        answer = performed instanceof Promise
          ? await (interrupts === undefined ? performed : Promise.race([performed, aborted.promise]))
          : performed;
      } catch (error) {
        interrupted ||= signal?.aborted === true;
        step = fail(error);
        continue;
      }
      step = go(answer);
    }
    return step.value;
  } finally {
    signal?.removeEventListener("abort", abort);
  }
}
