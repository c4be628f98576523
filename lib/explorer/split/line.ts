/**
 * The shares of a strategy that runs everything in line: depth-first, within bounds, or random runs by number.
 *
 * - The shares are in the order of their runs. If too few are waiting, a waiting share is divided: usually the last,
 *   because it holds the most; for depth-first the first, because the budget may end long before the last.
 * - Invariant: the shares in line are exactly the remaining runs, each once.
 */

import type { BoundedPath } from "../strategies/bounded.ts";
import { partsOfPath, WHOLE } from "../strategies/depth_first.ts";
import { FIRST_RUN, PCT_SHARE } from "../strategies/pct.ts";
import type { Position } from "../strategies/strategies.ts";
import type { Share, ShareResult } from "./share.ts";
import { followed, type Placed, waiting, waitingAt } from "./sharing.ts";

/** The shares in line, in order. */
export interface Plan {
  /** The first share; undefined if none is left. */
  readonly head: Placed | undefined;
  /**
   * All shares, in order, after trying to have `wanted` shares waiting. The shares after one that was started may
   * depend on its runs.
   */
  open(wanted: number): Iterable<Placed>;
  /** Records the result of the first share. */
  joined(told: Omit<ShareResult, "part" | "looks">): void;
  /** The position of the strategy after all results. */
  readonly position: Position;
}

/** The shares of a strategy that runs everything in line. */
export class Line implements Plan {
  #line: Placed[];
  #position: Position;
  #isBounded: boolean;

  /** Lines up the remaining runs of a strategy. */
  constructor(position: Position) {
    this.#position = position;
    this.#isBounded = position.strategy === "bounded" && position.at.isBounded;
    this.#line = [waiting(shareAt(position))];
  }

  /** See {@linkcode Plan}. */
  get head(): Placed | undefined {
    return this.#line[0];
  }

  /** See {@linkcode Plan}. */
  get position(): Position {
    return this.#position;
  }

  /** See {@linkcode Plan}. */
  *open(wanted: number): Iterable<Placed> {
    this.#line = followed(this.#line);
    const isFirst = this.#position.strategy === "depth-first";
    const step = isFirst ? 1 : -1;
    for (let at = isFirst ? 0 : this.#line.length - 1; at in this.#line && this.#waiting < wanted;) {
      const parts = this.#line[at]?.state === "waiting" ? this.#partsOf(at) : undefined;
      if (parts === undefined) at += step;
      else this.#line.splice(at, 1, ...parts), at += isFirst ? 0 : 1;
    }
    for (let at = 0; at < this.#line.length; at++) {
      const placed = this.#line[at];
      if (placed === undefined) return;
      yield placed;
      const next = placed.state === "running" && !placed.isFollowed ? nextByLot(placed.share) : undefined;
      if (next === undefined) continue;
      placed.isFollowed = true;
      this.#line.splice(at + 1, 0, waiting(shareAt(next)));
    }
  }

  /** See {@linkcode Plan}. */
  joined({ rest, isBounded }: Omit<ShareResult, "part" | "looks">): void {
    const head = this.#line.shift();
    if (head === undefined) return;
    this.#isBounded ||= isBounded;
    if (!head.isFollowed && rest !== undefined) this.#line.unshift(waitingAt(head, rest));
    this.#position = whole(this.#position, rest);
    if (this.#line.length > 0 || this.#position.strategy !== "bounded") return;
    const { at: { bound } } = this.#position;
    const at: BoundedPath = { ...WHOLE, bound: bound + 1, isBounded: false };
    this.#position = { strategy: "bounded", at };
    if (this.#isBounded) this.#line.push(waiting(shareAt(this.#position)));
    this.#isBounded = false;
  }

  get #waiting(): number {
    return this.#line.filter(({ state }) => state === "waiting").length;
  }

  #partsOf(at: number): readonly Placed[] | undefined {
    const placed = this.#line[at];
    if (placed === undefined) return undefined;
    const { position } = placed.share;
    if (position.strategy === "depth-first") {
      return partsOfPath(position.at)?.map((at) => waitingAt(placed, { ...position, at }));
    }
    if (position.strategy !== "bounded") return undefined;
    return partsOfPath(position.at)?.map((at) => waitingAt(placed, { ...position, at: { ...position.at, ...at } }));
  }
}

/** A share of all remaining runs at a position. */
function shareAt(position: Position): Share {
  return { position, runs: Infinity, schedules: Infinity, stays: true, isSample: true };
}

/** A share of some runs of a position. Runs that learn from one another end where they learn anew. */
export function shareOf(share: Share, { runs, schedules }: Pick<Share, "runs" | "schedules">): Share {
  const { position } = share;
  if (position.strategy === "random" || position.strategy === "pos") return { ...share, runs };
  if (position.strategy !== "pct") return { ...share, runs, schedules };
  return { ...share, runs: PCT_SHARE * Math.ceil(runs / PCT_SHARE) - position.at.run % PCT_SHARE };
}

/** Where random runs continue, whatever the results of earlier ones; undefined if that is unknown. */
function nextByLot({ position, runs }: Share): Position | undefined {
  if (position.strategy === "random" || position.strategy === "pos") return { ...position, at: position.at + runs };
  if (position.strategy !== "pct") return undefined;
  return { ...position, at: { ...FIRST_RUN, run: position.at.run + runs } };
}

/** The position of a strategy after it moved from one position to another. */
function whole(before: Position, rest: Position | undefined): Position {
  if (rest === undefined) return before;
  if (before.strategy !== "pct" || rest.strategy !== "pct") return rest;
  const most = Math.max(before.at.most, rest.at.most);
  return { ...rest, at: { ...rest.at, most, tasks: Math.max(before.at.tasks, rest.at.tasks) } };
}
