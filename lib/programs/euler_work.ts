/**
 * The work of the guests of `euler-process` and `euler-pool`: sum 1/k! until told to end.
 *
 * - The order of operations is fixed (add 1/k!, then multiply), so the sum is the same everywhere, bit for bit.
 * - The exit event is checked only after each block, so the number of iterations is a whole number of blocks, at least
 *   one.
 * - In direct mode, others run after each block, since setting the event requires the event loop.
 */

import type { Steps } from "../memory/mod.ts";
import type { ServiceContext } from "../host/mod.ts";
import { type Failed, pause } from "../program/mod.ts";
import { event } from "../sync/mod.ts";
import type { Timed } from "./timed.ts";

/** The URL of this module, for guests. */
export const eulerWork: string = import.meta.url;
/** How many iterations there are between two checks of the exit event. */
export const BLOCK = 1000;
/** The result of adding the terms in this order. */
export const E = 2.7182818284590455;

/** In direct mode, how long others may run after a block, in seconds. */
const TURN = 0.001;

/** A sum. */
export interface Euler {
  /** The sum. */
  readonly e: number;
  /** The number of terms. */
  readonly iterations: number;
}

/** What guests and their host share: the event that tells guests to end. */
export function eulerThings() {
  return { exit: event() };
}

/** See {@linkcode eulerThings}. */
export type EulerThings = ReturnType<typeof eulerThings>;

/** Sums until the exit event is set. */
export function* calculateE(
  _argument: undefined,
  { guest, mode, now, shared: { exit } }: ServiceContext<EulerThings>,
): Steps<Timed<Euler>> {
  const started = now();
  let [e, factorial, iterations] = [0, 1, 0];
  do {
    for (let left = BLOCK; left > 0; left--) {
      e += 1 / factorial;
      iterations++;
      factorial *= iterations;
    }
    if (mode === "direct") yield* pause(TURN);
  } while (!(yield* exit.isSet()));
  return { guest, started, finished: now(), value: { e, iterations } };
}

/** The part of an outcome that does not depend on when the exit event came. */
export function withoutIterations<O extends { readonly iterations: unknown }>(outcome: O | Failed): unknown {
  if ("failed" in outcome) return outcome;
  const { iterations: _, ...rest } = outcome;
  return rest;
}

/** Whether the number of iterations is a whole number of blocks, at least one. */
export function isWholeBlocks(iterations: number): boolean {
  return iterations >= BLOCK && iterations % BLOCK === 0;
}
