/**
 * Shares at work: which are under way, and what they came to.
 *
 * - At most as many are under way as there are workers. What fails is thrown where the share is looked at, and nowhere else.
 */

import type { Searched } from "../search.ts";
import type { Position } from "../strategies/strategies.ts";
import type { Share, ShareRequest, ShareResult, Workers } from "./share.ts";

/** A share with what became of it. */
export interface Placed {
  /** What is to be run. */
  share: Share;
  /** Where it stands: what is done has a result, or an error. */
  state: "waiting" | "running" | "done";
  result: ShareResult | undefined;
  error: unknown;
  /** Whether what comes after it is in line already. */
  isFollowed: boolean;
}

/** A share that waits. */
export function waiting(share: Share): Placed {
  return { share, state: "waiting", result: undefined, error: undefined, isFollowed: false };
}

/** A share of the same kind that begins elsewhere. */
export function waitingAt({ share }: Placed, position: Position): Placed {
  return waiting({ ...share, position });
}

/** The same shares, with what is left of those that are done in line behind them. */
export function followed(line: readonly Placed[]): Placed[] {
  return line.flatMap((placed) => {
    const { rest } = placed.result ?? {};
    if (rest === undefined || placed.isFollowed) return [placed];
    placed.isFollowed = true;
    return [placed, waitingAt(placed, rest)];
  });
}

/** Shares at work. */
export class Sharing {
  readonly #workers: Workers;
  readonly #request: Omit<ShareRequest, "share">;
  #running = 0;
  #bell = Promise.withResolvers<void>();

  /** Begins without any. */
  constructor(workers: Workers, request: Omit<ShareRequest, "share">) {
    this.#workers = workers;
    this.#request = request;
  }

  /** How many more may be under way. */
  get free(): number {
    return this.#workers.count - this.#running;
  }

  /** How many workers there are. */
  get workers(): number {
    return this.#workers.count;
  }

  /** Settles when one more is done. */
  get until(): Promise<void> {
    return this.#bell.promise;
  }

  /** Has a share performed, given what came before. */
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
