/**
 * A pool for a search that is split: it is opened when the search has gone on for a while, or a share is to be performed.
 *
 * - A short search is over before workers would be there, so none are started for it.
 * - A worker that dies is replaced, and what it was performing is performed again from the start.
 *
 * @example
 * ```ts
 * import { SearchPool } from "./search_pool.ts";
 *
 * const module = "data:text/javascript,export const share = (n) => 2 * n";
 * await using pool = new SearchPool({ workers: 1 }, { module, subject: "twice" });
 * if (await pool.perform(21) !== 42) throw new Error("a worker performs the share");
 * ```
 */

import { GuestDiedError } from "../errors.ts";
import { type AnyModeName, type GuestHost, type HostOptions, now } from "../host/mod.ts";
import { cores } from "../platform/mod.ts";
import { Pool, type PoolOptions } from "../pool/mod.ts";

/** The workers of a search. */
export interface SplitWorkersOptions extends Pick<HostOptions, "permissions" | "guests"> {
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
}

/** For how long the caller is alone by default, in milliseconds. */
const ALONE = 200;

/** How many workers there are at most. */
export const MOST_WORKERS = 256;

/**
 * How many deaths of its workers a share survives. While hosts come and go, one share can lose several workers that it has
 * not harmed. A share that itself ends every worker must still fail soon: a worker on a silent host takes the engine's whole
 * `silence`, 5 s by default, until it counts as dead.
 */
const MOST_DEATHS = 5;

/** The workers of a search that is split. */
export class SearchPool implements AsyncDisposable {
  /** How many workers there are at most. */
  readonly workers: number;
  readonly #options: PoolOptions;
  readonly #alone: number;
  readonly #began = now();
  readonly #ended = new AbortController();
  #opened: Promise<Pool> | undefined;
  #areThere: boolean;

  /**
   * Starts none yet. Their module exports `share`, which performs one.
   *
   * @throws {RangeError} where the number of workers or the time makes no sense; `subject` is what is explored.
   */
  constructor(
    { workers = cores(), mode = "thread", alone = ALONE, host, permissions = {}, guests = {} }: SplitWorkersOptions,
    { subject, ...pool }: Pick<PoolOptions, "module" | "initializer"> & { readonly subject: string },
  ) {
    const refuse = (is: string, wanted: string) => {
      throw new RangeError(`Cannot explore ${subject} on workers: ${is}, ${wanted} is wanted`);
    };
    if (!(Number.isSafeInteger(workers) && workers >= 1 && workers <= MOST_WORKERS)) {
      refuse(`${workers} workers`, `a whole number from 1 to ${MOST_WORKERS}`);
    }
    if (!(typeof alone === "number" && alone >= 0)) refuse(`it is alone for ${String(alone)} ms`, "a number from 0");
    this.workers = workers;
    this.#alone = alone;
    this.#areThere = alone === 0;
    this.#options = {
      mode,
      workers,
      name: "explorer",
      ...host === undefined ? { permissions, guests } : { host },
      ...pool,
    };
  }

  /** Whether they are there. They are started where the search has gone on for a while. */
  get areThere(): boolean {
    if (this.#opened === undefined && !this.#areThere && now() - this.#began >= this.#alone) {
      // Why they are not there, whoever asks them hears.
      void this.#open().catch(() => {}).then(() => this.#areThere = true);
    }
    return this.#areThere;
  }

  /** Has a worker perform a share. */
  async perform(share: unknown): Promise<unknown> {
    const pool = await this.#open();
    const retryIf = (error: Error) => error instanceof GuestDiedError;
    return await pool.run("share", share, { retries: MOST_DEATHS, retryIf, signal: this.#ended.signal });
  }

  /** Ends all, what is under way too. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#ended.abort();
    await (await this.#opened?.catch(() => undefined))?.close();
  }

  #open(): Promise<Pool> {
    return this.#opened ??= Pool.open(this.#options);
  }
}
