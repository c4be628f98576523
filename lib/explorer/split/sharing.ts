/**
 * The shares in progress, and their results.
 *
 * - At most as many shares are in progress as there are workers. The error of a share is thrown only when the share's
 *   result is needed.
 */

import type { Searched } from "../search.ts";
import type { Position } from "../strategies/strategies.ts";
import type { Share, ShareRequest, ShareResult, Workers } from "./share.ts";

/** A share and its state. */
export interface Placed {
  /** The share. */
  share: Share;
  /** The state of the share; one that is done has a result or an error. */
  state: "waiting" | "running" | "done";
  result: ShareResult | undefined;
  error: unknown;
  /** Whether the runs after it are in line already. */
  isFollowed: boolean;
}

/** A share that waits to be performed. */
export function waiting(share: Share): Placed {
  return { share, state: "waiting", result: undefined, error: undefined, isFollowed: false };
}

/** A share like another one that begins at another position. */
export function waitingAt({ share }: Placed, position: Position): Placed {
  return waiting({ ...share, position });
}

/** The same shares, each finished one followed by its remaining runs. */
export function followed(line: readonly Placed[]): Placed[] {
  return line.flatMap((placed) => {
    const { rest } = placed.result ?? {};
    if (rest === undefined || placed.isFollowed) return [placed];
    placed.isFollowed = true;
    return [placed, waitingAt(placed, rest)];
  });
}

/** The shares in progress. */
export class Sharing {
  readonly #workers: Workers;
  readonly #request: Omit<ShareRequest, "share">;
  #running = 0;
  #bell = Promise.withResolvers<void>();

  /** Begins without shares. */
  constructor(workers: Workers, request: Omit<ShareRequest, "share">) {
    this.#workers = workers;
    this.#request = request;
  }

  /** How many more shares may be in progress. */
  get free(): number {
    return this.#workers.count - this.#running;
  }

  /** The number of workers. */
  get workers(): number {
    return this.#workers.count;
  }

  /** Settles when the next share is done. */
  get until(): Promise<void> {
    return this.#bell.promise;
  }

  /** Starts a share on a worker, given the state of the search. */
  start(placed: Placed, share: Share, after: Searched): void {
    const options = { ...this.#request.options, after };
    placed.state = "running";
    placed.share = share;
    this.#running++;
    this.#workers.perform({ ...this.#request, options, share }).then((result) => {
      placed.result = result;
    }, (error) => {
      placed.error = error ?? new Error("Cannot perform a share: nothing was thrown, an error is wanted");
    }).finally(() => {
      placed.state = "done";
      this.#running--;
      const bell = this.#bell;
      this.#bell = Promise.withResolvers();
      bell.resolve();
    });
  }
}
