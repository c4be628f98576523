/**
 * The shares of a strategy that is known to run all that is in line: depth-first, within bounds, or run by run by lot.
 *
 * - The shares stand in the order of their runs. A share that waits is parted where there are too few: the last one first,
 *   because it holds the greatest part; depth-first the first one, because a budget may end long before what is last.
 * - Invariant: what is in line is what is left, each once.
 */

import type { BoundedPath } from "../strategies/bounded.ts";
import { partsOfPath, WHOLE } from "../strategies/depth_first.ts";
import { FIRST_RUN, PCT_SHARE } from "../strategies/pct.ts";
import type { Position } from "../strategies/strategies.ts";
import type { Share, ShareResult } from "./share.ts";
import { followed, type Placed, waiting, waitingAt } from "./sharing.ts";

/** What is in line, in order. */
export interface Plan {
  /** The first share; undefined where nothing is left. */
  readonly head: Placed | undefined;
  /** All shares, in order, where so many should be waiting; what comes after one that was started may depend on its runs. */
  open(wanted: number): Iterable<Placed>;
  /** The first share has come to that. */
  joined(told: Omit<ShareResult, "part" | "looks">): void;
  /** Where the strategy is after all of that. */
  readonly position: Position;
}

/** The shares of a strategy that is known to run all that is in line. */
export class Line implements Plan {
  #line: Placed[];
  #position: Position;
  #isBounded: boolean;

  /** Puts in line what is left of a strategy. */
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

/** All that is left at a position. */
function shareAt(position: Position): Share {
  return { position, runs: Infinity, schedules: Infinity, stays: true, isSample: true };
}

/** A share of some runs of a position: of those that learn from one another it ends where they learn anew. */
export function shareOf(share: Share, { runs, schedules }: Pick<Share, "runs" | "schedules">): Share {
  const { position } = share;
  if (position.strategy === "random" || position.strategy === "pos") return { ...share, runs };
  if (position.strategy !== "pct") return { ...share, runs, schedules };
  return { ...share, runs: PCT_SHARE * Math.ceil(runs / PCT_SHARE) - position.at.run % PCT_SHARE };
}

/** Where runs go on that are drawn by lot, whatever comes out of those before; undefined where that is not known. */
function nextByLot({ position, runs }: Share): Position | undefined {
  if (position.strategy === "random" || position.strategy === "pos") return { ...position, at: position.at + runs };
  if (position.strategy !== "pct") return undefined;
  return { ...position, at: { ...FIRST_RUN, run: position.at.run + runs } };
}

/** Where a strategy is, which came from one place to another. */
function whole(before: Position, rest: Position | undefined): Position {
  if (rest === undefined) return before;
  if (before.strategy !== "pct" || rest.strategy !== "pct") return rest;
  const most = Math.max(before.at.most, rest.at.most);
  return { ...rest, at: { ...rest.at, most, tasks: Math.max(before.at.tasks, rest.at.tasks) } };
}
