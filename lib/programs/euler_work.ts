/**
 * What the guests of `euler-process` and `euler-pool` do: sum 1/k! until they are told to end.
 *
 * - The order of operations is fixed, so the sum is the same number everywhere, bit for bit: add 1/k!, then multiply.
 * - The exit event is looked at after each block, and not within one: the iterations are whole blocks, at least one.
 * - In direct mode others go first after each block, since whoever sets the event needs the event loop.
 */

import type { Steps } from "../memory/mod.ts";
import type { ServiceContext } from "../host/mod.ts";
import { type Failed, pause } from "../program/mod.ts";
import { event } from "../sync/mod.ts";
import type { Timed } from "./timed.ts";

/** Where guests find it. */
export const eulerWork: string = import.meta.url;
/** How many iterations there are between two looks at the exit event. */
export const BLOCK = 1000;
/** What comes out, by the additions in their order. */
export const E = 2.7182818284590455;

/** In direct mode, how long others go first after a block, in seconds. */
const TURN = 0.001;

/** A sum. */
export interface Euler {
  /** The sum. */
  readonly e: number;
  /** How many terms it has. */
  readonly iterations: number;
}

/** What guests and their host share: what tells guests to end. */
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

/** What of an outcome does not depend on when the exit event came. */
export function withoutIterations<O extends { readonly iterations: unknown }>(outcome: O | Failed): unknown {
  if ("failed" in outcome) return outcome;
  const { iterations: _, ...rest } = outcome;
  return rest;
}

/** Whether so many iterations are whole blocks, at least one. */
export function isWholeBlocks(iterations: number): boolean {
  return iterations >= BLOCK && iterations % BLOCK === 0;
}
