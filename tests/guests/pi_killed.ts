/**
 * A counter of points whose guest can be killed in the middle of a chunk: at a part that is marked it waits for that.
 *
 * @module
 */

import {
  cell,
  countInside,
  type CountInsideOptions,
  type Event,
  event,
  type ServiceContext,
  type Shareable,
  type SharedCell,
  type Steps,
} from "../../mod.ts";

/** What it shares with its host. */
export type Things = {
  /** The process that is to be killed; 0 before one waits. */
  readonly victim: Shareable<SharedCell<"i32">>;
  /** Set when it waits. */
  readonly waits: Shareable<Event>;
  /** Never set. */
  readonly never: Shareable<Event>;
};

/** Makes them. */
export function things(): Things {
  return { victim: cell(), waits: event(), never: event() };
}

/** Counts, or waits to be killed where that is marked and nobody was killed yet. */
export function* countUnlessKilled(
  { isMarked, ...part }: CountInsideOptions & { readonly isMarked: boolean },
  { shared: { victim, waits, never } }: ServiceContext<Things>,
): Steps<number> {
  if (isMarked && (yield* victim.compareExchange(0, Deno.pid)) === 0) {
    yield* waits.set();
    yield* never.wait();
  }
  return countInside(part);
}
