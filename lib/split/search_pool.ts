/**
 * The pool of a split search. It opens once the search has gone on for a while, or when the first share is to be
 * performed.
 *
 * - A short search is over before workers would be ready, so none are started for it.
 * - A worker that dies is replaced, and its share is performed again from the start.
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

/** Options for the workers of a split search. */
export interface SplitWorkersOptions extends Pick<HostOptions, "permissions" | "guests"> {
  /** The number of workers, from 1 to {@linkcode MOST_WORKERS}; by default, as many as there are cores. */
  readonly workers?: number | undefined;
  /**
   * How long the caller searches alone before it starts the workers, in milliseconds; 200 by default. With 0, the
   * caller waits until the workers are ready.
   */
  readonly alone?: number | undefined;
  /** The mode in which the workers run; `thread` by default. */
  readonly mode?: AnyModeName | undefined;
  /** The host that starts the workers; by default one of the search's own, with `permissions` and `guests`. */
  readonly host?: GuestHost | undefined;
}

/** How long the caller searches alone by default, in milliseconds. */
const ALONE = 200;

/** The maximum number of workers. */
export const MOST_WORKERS = 256;

/**
 * How many deaths of its workers a share survives. As hosts come and go, a share may lose several workers through no
 * fault of its own. A share that itself ends every worker must still fail soon: a worker on a silent host counts as
 * dead only after the engine's whole `silence`, 5 s by default.
 */
const MOST_DEATHS = 5;

/** The workers of a split search. */
export class SearchPool implements AsyncDisposable {
  /** The maximum number of workers. */
  readonly workers: number;
  readonly #options: PoolOptions;
  readonly #alone: number;
  readonly #began = now();
  readonly #ended = new AbortController();
  #opened: Promise<Pool> | undefined;
  #areThere: boolean;

  /**
   * Starts no worker yet. The module must export `share`, which performs a share; `subject` names what is explored.
   *
   * @throws {RangeError} if the number of workers or the time alone is invalid.
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

  /** Whether the workers are ready. Asking starts them, once the search has gone on for a while. */
  get areThere(): boolean {
    if (this.#opened === undefined && !this.#areThere && now() - this.#began >= this.#alone) {
      // If the pool fails to open, `perform` reports why.
      void this.#open().catch(() => {}).then(() => this.#areThere = true);
    }
    return this.#areThere;
  }

  /** Performs a share on a worker. */
  async perform(share: unknown): Promise<unknown> {
    const pool = await this.#open();
    const retryIf = (error: Error) => error instanceof GuestDiedError;
    return await pool.run("share", share, { retries: MOST_DEATHS, retryIf, signal: this.#ended.signal });
  }

  /** Ends all workers, and the shares they are performing. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#ended.abort();
    await (await this.#opened?.catch(() => undefined))?.close();
  }

  #open(): Promise<Pool> {
    return this.#opened ??= Pool.open(this.#options);
  }
}
