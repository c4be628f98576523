/**
 * The faces of one body: blocking, and by promise.
 *
 * - A method's steps are its first face. The Sync face runs them on the memory of the binding and really waits; the Async
 *   face leaves the event loop free and takes an `AbortSignal`.
 */

import { runAsynchronous, runBlocking, type Steps } from "../memory/mod.ts";
import type { Binding } from "./binding.ts";

/** Runs steps, really waiting. */
export function blocking<T>(binding: Binding, steps: Steps<T>): T {
  return runBlocking(binding.memory, steps);
}

/** Runs steps that are made with the options without the signal, which the driver takes. */
export function promised<O extends { readonly signal?: AbortSignal | undefined }, T>(
  binding: Binding,
  options: O | undefined,
  steps: (options: Omit<O, "signal"> | undefined) => Steps<T>,
): Promise<T> {
  // What is no options is for the steps to refuse.
  if (typeof options !== "object" || options === null) return runAsynchronous(binding.memory, steps(options));
  const { signal, ...rest } = options;
  if (signal !== undefined && !(signal instanceof AbortSignal)) {
    throw new TypeError(`Cannot wait: signal is ${typeof signal}, an AbortSignal is wanted`);
  }
  return runAsynchronous(binding.memory, steps(rest), { signal });
}
