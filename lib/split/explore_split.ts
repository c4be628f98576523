/**
 * Explores a program on several workers, with what comes out on one.
 *
 * - The result is that of `explore`, whatever the number of workers, and whoever is fast: the same verdict, counts, outcomes and
 *   schedule. Of a program whose tasks share what is not in their `shared` that is not promised, as elsewhere.
 * - Workers are guests of a pool: threads or processes of this machine, or of whatever host is given. They import the program
 *   by its module and name.
 * - A short search is over before workers would be there: they are started when it has gone on for a while, and until they
 *   are there the caller searches alone.
 * - A worker that dies is replaced, and its share is performed again from the start; nothing is counted twice, because only
 *   the answer of the last worker counts. A worker whose host is silent counts as dead, even if it goes on there.
 * - Finding the bug is split; making its schedule small is not.
 *
 * @example
 * ```ts
 * import { explore } from "../explorer/mod.ts";
 * import { loadProgram } from "../host/mod.ts";
 * import { isProgram } from "../program/mod.ts";
 * import { exploreSplit } from "./explore_split.ts";
 *
 * const program = await loadProgram(import.meta.resolve("../programs/bank.ts"));
 * if (!isProgram(program)) throw new Error("a program of shared memory");
 * const options = { strategy: "depth-first", keepGoing: true } as const;
 * const split = await exploreSplit(program, { ...options, workers: 2 });
 * if (split.schedules !== explore(program, options).schedules) throw new Error("as many schedules as on one");
 * ```
 */

import {
  type BugKind,
  type ExploreOptions,
  type ExploreResult,
  exploreShared,
  type ShareResult,
} from "../explorer/mod.ts";
import { now, turn } from "../host/mod.ts";
import type { AnyProgram } from "../program/mod.ts";
import { SearchPool, type SplitWorkersOptions } from "./search_pool.ts";
import { shareModule } from "./work.ts";

/** How to explore on several workers. */
export interface ExploreSplitOptions extends ExploreOptions, SplitWorkersOptions {
  /** Where it aborts, the search looks no further, and ends with what it has. */
  readonly signal?: AbortSignal | undefined;
  /** Told now and then how far the search is. */
  readonly onProgress?: ((progress: SplitProgress) => void) | undefined;
}

/** How far a search on several workers is. */
export interface SplitProgress {
  /** How many schedules were run to their end. */
  readonly schedules: number;
  /** The kind of the bug whose shortest schedule is looked for, if one was found. */
  readonly kind: BugKind | undefined;
}

/** How long the event loop may wait for its turn, in milliseconds. */
const TURN = 20;

/**
 * Explores a program on several workers; see the module.
 *
 * @throws {RangeError} where the settings, the budget, the strategy or the number of workers make no sense.
 * @throws {TypeError} where the program does not say where it is exported.
 * @throws {GuestError} where a worker cannot import the program.
 * @throws {GuestDiedError} where six workers in a row have died while they performed the same share.
 */
export async function exploreSplit(program: AnyProgram, options: ExploreSplitOptions = {}): Promise<ExploreResult> {
  const { signal, onProgress } = options;
  const { module, name } = program;
  if (module === undefined) {
    throw new TypeError(`Cannot explore ${name} on workers: it has no module, module: import.meta.url is wanted`);
  }
  await using pool = new SearchPool(options, { module: shareModule({ module, name }), subject: name });
  const slices = exploreShared(program, options, {
    workers: {
      count: pool.workers,
      // What `sharesOf` gives.
      perform: async (request) => await pool.perform(request) as ShareResult,
      areThere: () => pool.areThere,
    },
  });
  for (let turned = now();;) {
    const { done, value } = slices.next(signal?.aborted === true);
    if (done) return value;
    onProgress?.({ schedules: value.schedules, kind: value.kind });
    if (value.until !== undefined) await settled(value.until, signal);
    else if (now() - turned < TURN) continue;
    else await turn();
    turned = now();
  }
}

/** Waits until that settles, or the signal aborts. */
async function settled(until: Promise<unknown>, signal: AbortSignal | undefined): Promise<void> {
  if (signal?.aborted) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  const stop = () => resolve();
  signal?.addEventListener("abort", stop);
  await Promise.race([until, promise]);
  signal?.removeEventListener("abort", stop);
}
