/**
 * What the workers of `pi` and `pi-pool` do: count their part of the samples.
 *
 * - It stands in a file of its own, because a worker loads no more than that: it starts sooner.
 * - `countPartOrExit` ends its guest at a part that is marked, the first time only: what a pool does about that is shown by
 *   `pi-pool`.
 *
 * @example
 * ```ts
 * import { countPart } from "./pi_work.ts";
 *
 * const context = { guest: "worker0", mode: "direct", shared: {}, now: () => 0, report() {} } as const;
 * const count = (from: number, to: number) => countPart({ seed: 1, from, to }, context).value;
 * if (count(0, 1000) !== count(0, 333) + count(333, 1000)) throw new Error("parts add up");
 * ```
 *
 * @module
 */

import type { Steps } from "../memory/mod.ts";
import type { ServiceContext } from "../mode/mod.ts";
import { countInside, type CountInsideOptions } from "../random/mod.ts";
import { cells, type Shareable, type SharedArray } from "../sync/mod.ts";
import { type Timed, timed } from "./timed.ts";

/** Where a worker finds what it does. */
export const piWork: string = import.meta.url;

/** A part of the samples; `death` is the number of the death that it is, if it is one. */
export interface MortalPart extends CountInsideOptions {
  /** From 0 on. */
  readonly death?: number;
}

/** What the guests of `pi-pool` share: for each death whether it was died. */
export type Deaths = { readonly died: Shareable<SharedArray<"i32">> };

/** Counts a part. */
export function countPart(part: CountInsideOptions, context: ServiceContext): Timed<number> {
  return timed(context, () => countInside(part));
}

/** The things that guests share which may die so often. */
export function deathsOf(deaths: number): Deaths {
  return { died: cells({ length: Math.max(1, deaths) }) };
}

/** Counts a part, or exits where that is a death which nobody has died yet. */
export function countPartOrExit(
  { death, ...part }: MortalPart,
  context: ServiceContext<Deaths>,
): Timed<number> | Steps<Timed<number>> {
  if (death === undefined) return timed(context, () => countInside(part));
  return exitOnce({ death, ...part }, context);
}

function* exitOnce(
  { death, ...part }: MortalPart & { readonly death: number },
  context: ServiceContext<Deaths>,
): Steps<Timed<number>> {
  const before = yield* context.shared.died.at(death).exchange(1);
  if (before === 0) Deno.exit(1);
  return timed(context, () => countInside(part));
}
