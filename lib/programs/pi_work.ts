/**
 * What the workers of `pi` and `pi-pool` do: count their part of the samples.
 *
 * - It stands in a file of its own, because a worker loads no more than that: it starts sooner.
 * - `countPartOrExit` ends its guest at a part that is marked, the first time only: what a pool does about that is shown by
 *   `pi-pool`.
 */

import { GuestDiedError } from "../errors.ts";
import type { Steps } from "../memory/mod.ts";
import { after, type ServiceContext } from "../host/mod.ts";
import { platform } from "../platform/mod.ts";
import { countInside, type CountInsideOptions } from "../random/mod.ts";
import { cells } from "../sync/mod.ts";
import { type Timed, timed, timedAsync } from "./timed.ts";

/** Where a worker finds what it does. */
export const piWork: string = import.meta.url;

/** How a part is counted again whose guest died, of itself so often or killed by somebody: a count is the same each time. */
export function countedAgain(deaths: number): { readonly retries: number; retryIf(error: Error): boolean } {
  return { retries: deaths + KILLS, retryIf: (error) => error instanceof GuestDiedError };
}

/** A part of the samples; `death` is the number of the death that it is, if it is one. */
export interface MortalPart extends CountInsideOptions {
  /** From 0 on. */
  readonly death?: number;
}

/** How often a part survives that somebody kills its guest. */
const KILLS = 3;

/** How many samples are counted in one go: they take some 50 ms. */
const SLICE = 2 ** 26;

/** Counts a part; a long one in slices, between which it can be ended. */
export function countPart(part: CountInsideOptions, context: ServiceContext): Timed<number> | Promise<Timed<number>> {
  if (part.to - part.from <= SLICE) return timed(context, () => countInside(part));
  return timedAsync(context, async () => {
    let inside = 0;
    for (let from = part.from; from < part.to; from += SLICE) {
      inside += countInside({ ...part, from, to: Math.min(from + SLICE, part.to) });
      // By a timer: a thread hears of its end between timers, not between immediates.
      await new Promise<void>((resolve) => void after(0, resolve));
    }
    return inside;
  });
}

type Deaths = ReturnType<typeof deathsOf>;

/** What the guests of `pi-pool` share, which may die so often: for each death whether it was died. */
export function deathsOf(deaths: number) {
  return { died: cells({ length: Math.max(1, deaths) }) };
}

/** Counts a part, or exits where that is a death which nobody has died yet. */
export function countPartOrExit(
  { death, ...part }: MortalPart,
  context: ServiceContext<Deaths>,
): ReturnType<typeof countPart> | Steps<Timed<number>> {
  if (death === undefined) return countPart(part, context);
  return exitOnce({ death, ...part }, context);
}

function* exitOnce(
  { death, ...part }: MortalPart & { readonly death: number },
  context: ServiceContext<Deaths>,
): Steps<Timed<number>> {
  const before = yield* context.shared.died.at(death).exchange(1);
  if (before === 0) platform.exit(1);
  return timed(context, () => countInside(part));
}
