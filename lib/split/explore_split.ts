/**
 * Explores a program on several workers, with the same result as on one.
 *
 * - The result is that of `explore`, no matter how many workers there are or which of them is fast: the same verdict,
 *   counts, outcomes and schedule. This is not promised if tasks share state outside their `shared`.
 * - Workers are guests of a pool: threads or processes of this machine, or of the given host. They import the program
 *   by its module and name.
 * - A short search is over before workers would be ready, so they start only once the search has gone on for a while.
 *   Until they are ready, the caller searches alone.
 * - A worker that dies is replaced, and its share is performed again from the start. Nothing is counted twice, because
 *   only the answer of the last worker counts. A worker whose host is silent counts as dead, even if it is still
 *   running there.
 * - The search for a bug is split; making its schedule small is not.
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

/** Options of {@linkcode exploreSplit}. */
export interface ExploreSplitOptions extends ExploreOptions, SplitWorkersOptions {
  /** When it aborts, the search stops and returns what it has found so far. */
  readonly signal?: AbortSignal | undefined;
  /** Called from time to time with the progress of the search. */
  readonly onProgress?: ((progress: SplitProgress) => void) | undefined;
}

/** The progress of a search on several workers. */
export interface SplitProgress {
  /** The number of schedules run to their end. */
  readonly schedules: number;
  /** The kind of the bug found so far, while its shortest schedule is sought; undefined if none was found. */
  readonly kind: BugKind | undefined;
}

/** The longest time that the event loop is blocked, in milliseconds. */
const TURN = 20;

/**
 * Explores a program on several workers, with the same result as `explore`.
 *
 * @throws {RangeError} if the settings, the budget, the strategy or the number of workers is invalid.
 * @throws {TypeError} if the program does not name its module.
 * @throws {GuestError} if a worker cannot import the program.
 * @throws {GuestDiedError} if six workers in a row died while they performed the same share.
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
      // This is the result of `sharesOf`.
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

/** Waits until the promise settles or the signal aborts. */
async function settled(until: Promise<unknown>, signal: AbortSignal | undefined): Promise<void> {
  if (signal?.aborted) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  const stop = () => resolve();
  signal?.addEventListener("abort", stop);
  await Promise.race([until, promise]);
  signal?.removeEventListener("abort", stop);
}
