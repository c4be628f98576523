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

import { GuestDiedError } from "../errors.ts";
import {
  type BugKind,
  type ExploreOptions,
  type ExploreResult,
  exploreShared,
  type ShareRequest,
  type ShareResult,
} from "../explorer/mod.ts";
import type { AnyModeName, GuestHost, HostOptions } from "../host/mod.ts";
import { now, turn } from "../host/mod.ts";
import { Pool } from "../pool/mod.ts";
import { cores } from "../platform/mod.ts";
import type { AnyProgram } from "../program/mod.ts";
import { shareModule } from "./work.ts";

/** How to explore on several workers. */
export interface ExploreSplitOptions extends ExploreOptions, Pick<HostOptions, "permissions" | "guests"> {
  /** How many workers; as many as there are cores by default. */
  readonly workers?: number | undefined;
  /**
   * For how many milliseconds the caller searches before it starts them: 200 by default. Where it is 0 the caller does not go
   * on until they are there, either: it waits for them.
   */
  readonly alone?: number | undefined;
  /** Where they run; `thread` by default. */
  readonly mode?: AnyModeName | undefined;
  /** Starts the workers; one of its own, with `permissions` and `guests`, by default. */
  readonly host?: GuestHost | undefined;
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

/** For how long the caller is alone by default, in milliseconds. */
const ALONE = 200;
/** How long the event loop may wait for its turn, in milliseconds. */
const TURN = 20;

/** How many workers there are at most. */
export const MOST_WORKERS = 256;

/**
 * How many deaths of its workers a share survives. While hosts come and go, one share can lose several workers that it has
 * not harmed. A share that itself ends every worker must still fail soon: a worker on a silent host takes the engine's whole
 * `silence`, 5 s by default, until it counts as dead.
 */
const MOST_DEATHS = 5;

/**
 * Explores a program on several workers; see the module.
 *
 * @throws {RangeError} where the settings, the budget, the strategy or the number of workers make no sense.
 * @throws {TypeError} where the program does not say where it is exported.
 * @throws {GuestError} where a worker cannot import the program.
 * @throws {GuestDiedError} where six workers in a row have died while they performed the same share.
 */
export async function exploreSplit(program: AnyProgram, options: ExploreSplitOptions = {}): Promise<ExploreResult> {
  const { workers = cores(), mode = "thread", alone = ALONE, host, permissions, guests, signal, onProgress, ...rest } =
    options;
  const refused = `Cannot explore ${program.name} on workers`;
  if (!(Number.isSafeInteger(workers) && workers >= 1 && workers <= MOST_WORKERS)) {
    throw new RangeError(`${refused}: ${workers} workers, a whole number from 1 to ${MOST_WORKERS} is wanted`);
  }
  if (!(typeof alone === "number" && alone >= 0)) {
    throw new RangeError(`${refused}: it is alone for ${String(alone)} ms, a number from 0 is wanted`);
  }
  const { module, name } = program;
  if (module === undefined) throw new TypeError(`${refused}: it has no module, module: import.meta.url is wanted`);
  const ended = new AbortController();
  let opened: Promise<Pool> | undefined;
  const open = () => {
    const given = host === undefined ? { permissions: permissions ?? {}, guests: guests ?? {} } : { host };
    return Pool.open({ mode, workers, module: shareModule({ module, name }), name: "explorer", ...given });
  };
  const perform = async (request: ShareRequest): Promise<ShareResult> => {
    const pool = await (opened ??= open());
    const retryIf = (error: Error) => error instanceof GuestDiedError;
    // What `sharesOf` gives.
    return await pool.run("share", request, { retries: MOST_DEATHS, retryIf, signal: ended.signal }) as ShareResult;
  };
  const began = now();
  let areThere = alone === 0;
  const look = (): boolean => {
    if (opened === undefined && !areThere && now() - began >= alone) {
      opened = open();
      // Why they are not there, whoever asks them hears.
      void opened.catch(() => {}).then(() => areThere = true);
    }
    return areThere;
  };
  try {
    const slices = exploreShared(program, rest, { workers: { count: workers, perform, areThere: look } });
    for (let turned = now();;) {
      const { done, value } = slices.next(signal?.aborted === true);
      if (done) return value;
      onProgress?.({ schedules: value.schedules, kind: value.kind });
      if (value.until !== undefined) await settled(value.until, signal);
      else if (now() - turned < TURN) continue;
      else await turn();
      turned = now();
    }
  } finally {
    // What is under way is not wanted any longer.
    ended.abort();
    await (await opened?.catch(() => undefined))?.close();
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
