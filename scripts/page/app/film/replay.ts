/**
 * A state at any time of a list of events, without going through all of them: states are kept at some places.
 *
 * - Invariant: the state at a time is what all events up to and at it make of the first one.
 * - A look costs a search and at most as many events as lie between two kept states.
 */

/** What a replay is of. */
export interface ReplayOptions<S, E> {
  /** The state before all events. */
  readonly first: S;
  /** What an event makes of a state, which it leaves as it is. */
  readonly apply: (state: S, event: E) => S;
  /** How many events lie between two kept states; 128 by default. */
  readonly every?: number;
}

export class Replay<S, E extends { readonly at: number }> {
  readonly #events: readonly E[];
  readonly #apply: (state: S, event: E) => S;
  readonly #every: number;
  /** The states before event 0, `every`, twice that, and so on. */
  readonly #kept: S[];

  /** Goes through events, in order. */
  constructor(events: readonly E[], { first, apply, every = 128 }: ReplayOptions<S, E>) {
    this.#events = events;
    this.#apply = apply;
    this.#every = every;
    this.#kept = [first];
    let state = first;
    for (const [index, event] of events.entries()) {
      state = apply(state, event);
      if ((index + 1) % every === 0) this.#kept.push(state);
    }
  }

  /** How many events have come at a time. */
  countAt(time: number): number {
    let [low, high] = [0, this.#events.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#events[middle]?.at ?? Infinity) <= time) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** The state at a time. */
  at(time: number): S {
    return this.after(this.countAt(time));
  }

  /** The state after so many events. */
  after(count: number): S {
    const place = Math.min(Math.floor(count / this.#every), this.#kept.length - 1);
    let state = this.#kept[place] as S;
    for (let index = place * this.#every; index < count; index++) {
      const event = this.#events[index];
      if (event !== undefined) state = this.#apply(state, event);
    }
    return state;
  }
}
