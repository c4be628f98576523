/**
 * The work of the workers of `pi` and `pi-pool`: count their part of the samples.
 *
 * - It is in a file of its own, so that a worker loads nothing else and starts sooner.
 * - `countPartOrExit` ends its guest at a marked part, but only the first time: `pi-pool` shows what a pool does about
 *   that.
 */

import { GuestDiedError } from "../errors.ts";
import type { Steps } from "../memory/mod.ts";
import { after, type ServiceContext } from "../host/mod.ts";
import { platform } from "../platform/mod.ts";
import { countInside, type CountInsideOptions } from "../random/mod.ts";
import { cells } from "../sync/mod.ts";
import { type Timed, timed, timedAsync } from "./timed.ts";

/** The URL of this module, for guests. */
export const piWork: string = import.meta.url;

/**
 * How to count a part again if its guest died, by itself that many times or killed by others: the count is always the
 * same.
 */
export function countedAgain(deaths: number): { readonly retries: number; retryIf(error: Error): boolean } {
  return { retries: deaths + KILLS, retryIf: (error) => error instanceof GuestDiedError };
}

/** A part of the samples; `death` is the number of the death it causes, if any. */
export interface MortalPart extends CountInsideOptions {
  /** From 0. */
  readonly death?: number;
}

/** How many times a part may be retried because its guest was killed. */
const KILLS = 3;

/** How many samples are counted without a pause; they take about 50 ms. */
const SLICE = 2 ** 26;

/** Counts a part; a long one in slices, between which it can be ended. */
export function countPart(part: CountInsideOptions, context: ServiceContext): Timed<number> | Promise<Timed<number>> {
  if (part.to - part.from <= SLICE) return timed(context, () => countInside(part));
  return timedAsync(context, async () => {
    let inside = 0;
    for (let from = part.from; from < part.to; from += SLICE) {
      inside += countInside({ ...part, from, to: Math.min(from + SLICE, part.to) });
      // With a timer, because a thread learns of its end between timers, not between immediates.
      await new Promise<void>((resolve) => void after(0, resolve));
    }
    return inside;
  });
}

type Deaths = ReturnType<typeof deathsOf>;

/** What the guests of `pi-pool` share: for each of the deaths, whether it has happened. */
export function deathsOf(deaths: number) {
  return { died: cells({ length: Math.max(1, deaths) }) };
}

/** Counts a part, or exits if it is marked with a death that has not happened yet. */
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
