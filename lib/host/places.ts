/**
 * The other hosts on which a host's guests began their jobs, for reports.
 */

import type { Realm } from "../mode/mod.ts";
import type { FarPlace } from "../platform/mod.ts";

/** Guests on another host. */
export interface GuestPlace extends FarPlace {
  /** The number of jobs they began: tasks, systems, workers of pools. */
  readonly jobs: number;
}

/** Counts jobs by the host on which they began. */
export class Places {
  readonly #all = new Map<string, GuestPlace>();

  /** Counts a job that has begun. */
  begun({ place }: Realm): void {
    if (place === undefined) return;
    const key = keyOf(place);
    this.#all.set(key, { agent: place.agent, module: place.module, jobs: (this.#all.get(key)?.jobs ?? 0) + 1 });
  }

  /** All places so far, sorted by the names of their agents. */
  all(): readonly GuestPlace[] {
    return [...this.#all].sort(([one], [other]) => one < other ? -1 : 1).map(([, place]) => place);
  }

  /** The jobs begun since an earlier result of `all`. */
  since(before: readonly GuestPlace[]): readonly GuestPlace[] {
    const known = new Map(before.map((place) => [keyOf(place), place.jobs]));
    return this.all().map((place) => ({ ...place, jobs: place.jobs - (known.get(keyOf(place)) ?? 0) }))
      .filter(({ jobs }) => jobs > 0);
  }
}

function keyOf({ agent, module }: FarPlace): string {
  return JSON.stringify([agent, module]);
}
