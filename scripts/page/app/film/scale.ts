/**
 * Where the times of a film lie on its screen: as they are, or so that each event has room.
 *
 * - Invariant: places grow with times, and `timeAt(placeOf(t))` is `t` for each time of the film.
 * - By events, a gap between two of them takes one step, and a long one some more: so a pause of 50 ms among turns of a
 *   microsecond is to be seen, and so are the turns.
 */

import type { FilmEvent } from "./events.ts";

/** How time is shown. */
export const SCALES = ["events", "time"] as const;
/** See {@linkcode SCALES}. */
export type ScaleName = typeof SCALES[number];

/** How many steps a gap takes for each power of ten that it is longer than a microsecond. */
const FOR_TEN = 0.75;

export class Scale {
  /** How long the film is on the screen: in steps, or in milliseconds. */
  readonly length: number;
  readonly #times: readonly number[];
  readonly #places: readonly number[];

  /** Makes it for a film. */
  constructor({ events, length }: { readonly events: readonly FilmEvent[]; readonly length: number }, name: ScaleName) {
    const times = [0];
    const places = [0];
    let place = 0;
    for (const at of [...events.map(({ at }) => at), length]) {
      const gap = at - (times.at(-1) ?? 0);
      if (!(gap > 0)) continue;
      place += name === "time" ? gap : 1 + FOR_TEN * Math.log10(Math.max(1, gap * 1000));
      times.push(at);
      places.push(place);
    }
    this.#times = times;
    this.#places = places;
    this.length = place;
  }

  /** The place of a time. */
  placeOf(time: number): number {
    return between(time, this.#times, this.#places);
  }

  /** The time at a place. */
  timeAt(place: number): number {
    return between(place, this.#places, this.#times);
  }

  /** The time of the next event, or of the one before; the end or the start where there is none. */
  next(time: number, direction: 1 | -1): number {
    const at = lowerBound(this.#times, time);
    const isAt = this.#times[at] === time;
    const index = direction > 0 ? (isAt ? at + 1 : at) : at - 1;
    return this.#times[Math.max(0, Math.min(this.#times.length - 1, index))] ?? 0;
  }
}

/** The first index whose number is at least that. */
export function lowerBound(numbers: ArrayLike<number>, least: number): number {
  let [low, high] = [0, numbers.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((numbers[middle] ?? Infinity) < least) low = middle + 1;
    else high = middle;
  }
  return low;
}

function between(at: number, from: readonly number[], to: readonly number[]): number {
  const index = lowerBound(from, at);
  const [after, place] = [from[index], to[index]];
  if (after === undefined || place === undefined) return to.at(-1) ?? 0;
  if (after === at || index === 0) return place;
  const [before, start] = [from[index - 1] ?? 0, to[index - 1] ?? 0];
  return start + (at - before) / (after - before) * (place - start);
}
