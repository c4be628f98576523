/**
 * The arrival order of a non-deterministic run, as data that replays it.
 *
 * - There is one entry for each event at which a reply had arrived: the event, and the requests that the far side had
 *   worked on since the previous reply. An event without an entry kept the old value.
 * - Replay posts exactly those requests, in that order, and waits for the last one, so the run is bit for bit the same
 *   in any mode.
 */

/** A reply that had arrived at an event. */
export interface Arrival {
  /** The event that released it. */
  readonly event: number;
  /** The requests that the far side worked on since the previously released reply, the released one last. */
  readonly processed: readonly number[];
}

/** Arrivals by path of the delegated system, as plain data. */
export type Arrivals = Readonly<Record<string, readonly Arrival[]>>;

/** The arrival order of a non-deterministic run, as data that replays it. */
export class ArrivalLog {
  readonly #entries = new Map<string, Map<number, Arrival>>();

  /** Reads a log back. */
  static from(data: Arrivals): ArrivalLog {
    const log = new ArrivalLog();
    for (const [path, arrivals] of Object.entries(data)) {
      let last = -1;
      for (const arrival of arrivals) {
        const ordered = [last, ...arrival.processed].every((k, index, all) => index === 0 || (all[index - 1] ?? k) < k);
        const newest = arrival.processed.at(-1);
        if (newest === undefined || !ordered || newest >= arrival.event) {
          throw new RangeError(
            `Cannot replay the arrivals of ${path}: event ${arrival.event} releases (${
              arrival.processed.join(", ")
            }), ` +
              `requests in ascending order from before that event are wanted`,
          );
        }
        last = newest;
        log.add(path, arrival);
      }
    }
    return log;
  }

  /** Adds the arrival that an event released. */
  add(path: string, arrival: Arrival): void {
    const entries = this.#entries.get(path) ?? new Map<number, Arrival>();
    entries.set(arrival.event, arrival);
    this.#entries.set(path, entries);
  }

  /** The arrival that an event released, if any. */
  at(path: string, event: number): Arrival | undefined {
    return this.#entries.get(path)?.get(event);
  }

  /** The log as plain data. */
  data(): Arrivals {
    return Object.fromEntries([...this.#entries].map(([path, entries]) => [path, [...entries.values()]]));
  }
}
