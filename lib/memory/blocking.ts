/**
 * The blocking driver: performs each operation at once, and really waits.
 *
 * - What an operation throws (a stop, a bad word) is thrown into the program at that operation, so that the program's
 *   `finally` blocks run and undo what it did.
 * - It allocates nothing beyond the program's own generators.
 *
 * @example
 * ```ts
 * import { runBlocking } from "./blocking.ts";
 * import { Layout } from "./layout.ts";
 * import { ModelMemory } from "./model_memory.ts";
 * import { add, load, type Steps } from "./steps.ts";
 *
 * function* increment(word: number): Steps<number> {
 *   yield* add(word, 1);
 *   return yield* load(word);
 * }
 * const layout = new Layout();
 * const word = layout.word("counter");
 * if (runBlocking(new ModelMemory(layout), increment(word)) !== 1) throw new Error("expected 1");
 * ```
 */

import type { Memory } from "./memory.ts";
import { type Answer, type CallAnswer, INLINE, type InlineCall, isInlineCall, type Operation } from "./operation.ts";
import { Awaiting, CallSteps, MappedSteps, markBegun, type Steps } from "./steps.ts";

/** Runs steps to their end on a memory that blocks where they wait; returns their result, or throws what they throw. */
export function runBlocking<T>(memory: Memory, steps: Steps<T>): T {
  if (steps instanceof CallSteps) {
    markBegun(steps);
    const answer = memory.perform(steps.operation);
    if (answer === INLINE) return runBlocking(memory, steps.body as Steps<T>);
    if (isInlineCall(answer)) return runCalled(memory, { body: steps.body as Steps<T>, call: answer });
    // The owner ran the same method, so its value has the type of the body's result.
    return (answer as CallAnswer).value as T;
  }
  if (steps instanceof MappedSteps) return steps.give(runBlocking(memory, steps.steps));
  const iterator = steps[Symbol.iterator]();
  let step = iterator.next();
  while (!step.done) {
    let answer: Answer;
    try {
      answer = memory.perform(step.value);
    } catch (error) {
      const awaiting: unknown = step.value;
      step = throwInto(iterator, awaiting instanceof Awaiting ? awaiting.refusal() : error);
      continue;
    }
    step = iterator.next(answer);
  }
  return step.value;
}

/** Runs a call's body and reports its result and end to the call. */
function runCalled<T>(memory: Memory, { body, call }: { readonly body: Steps<T>; readonly call: InlineCall }): T {
  try {
    const value = runBlocking(memory, body);
    call.give(value);
    return value;
  } finally {
    call.end();
  }
}

/** Continues after a failed operation: throws the error where the program yielded the operation. */
export function throwInto<T>(iterator: Iterator<Operation, T, unknown>, error: unknown): IteratorResult<Operation, T> {
  if (iterator.throw === undefined) throw error;
  return iterator.throw(error);
}
