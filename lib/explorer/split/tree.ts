/**
 * The shares of dynamic partial-order reduction: subtrees of the tree of its points.
 *
 * - What is tried at a point depends on the runs below it. So a share below a point starts before it is known whether
 *   it is needed: what it runs depends only on the path to it and the actions asleep there. It counts only if the
 *   search reaches that path with those actions asleep; otherwise it is dropped.
 * - A share does not change the points above it. It reports what it wants tried there, and that is granted in its turn.
 * - Invariant: `#spine` is the path to the first share in line, with everything to be tried at its points so far. The
 *   shares are in the order in which the search reaches them, so deeper ones come first.
 */

import { isDeath } from "../scheduler.ts";
import { ALL_BRANCHES, type Branch, type Branches, granted, nextBranch, type Tried } from "../strategies/dpor.ts";
import type { Position } from "../strategies/strategies.ts";
import type { Plan } from "./line.ts";
import type { ShareResult } from "./share.ts";
import { followed, type Placed, waiting, waitingAt } from "./sharing.ts";

/** A point on the way to the first share. */
interface Point extends Pick<Branch, "actions" | "sleep"> {
  readonly backtrack: Set<number>;
  readonly tried: Tried[];
  action: number;
  /** The accesses of the action, once known. */
  accesses: readonly number[] | undefined;
}

/** The shares of dynamic partial-order reduction: subtrees of the tree of its points. */
export class Tree implements Plan {
  /** See {@linkcode Plan}. */
  readonly position: Position = { strategy: "dpor", at: ALL_BRANCHES };
  readonly #tasks: number;
  readonly #spine: Point[] = [];
  #line: Placed[];

  /** Lines up all remaining runs of a program with this many tasks. */
  constructor(at: Branches, tasks: number) {
    this.#tasks = tasks;
    this.#line = [waiting({ position: { strategy: "dpor", at }, ...ALL })];
  }

  /** See {@linkcode Plan}. */
  get head(): Placed | undefined {
    return this.#line[0];
  }

  /** See {@linkcode Plan}. */
  open(wanted: number): Iterable<Placed> {
    this.#line = followed(this.#line);
    const isFew = () => this.#line.filter(({ state }) => state === "waiting").length < wanted;
    // Actions that are certain to be tried come first.
    for (const isCertain of [true, false]) while (isFew() && this.#grow(isCertain)) continue;
    return this.#line;
  }

  /** See {@linkcode Plan}. */
  joined({ rest, wishes, above }: Omit<ShareResult, "part" | "looks">): void {
    const head = this.#line.shift();
    if (head === undefined) return;
    for (const wish of wishes) {
      const backtrack = this.#spine[wish.step]?.backtrack;
      if (backtrack !== undefined) { for (const task of granted(wish, backtrack)) backtrack.add(task); }
    }
    for (const [step, { accesses }] of above.entries()) {
      const point = this.#spine[step];
      if (point !== undefined) point.accesses = accesses;
    }
    if (rest === undefined) this.#next();
    else if (!head.isFollowed) this.#line.unshift(waitingAt(head, rest));
  }

  /** Moves on to the next path. */
  #next(): void {
    for (let point = this.#spine.at(-1);; point = this.#spine.at(-1)) {
      if (point === undefined) {
        this.#line = [];
        return;
      }
      point.tried.push({ action: point.action, accesses: point.accesses ?? [] });
      const next = nextBranch(point, this.#tasks);
      if (next !== undefined) {
        point.action = next;
        point.accesses = undefined;
        break;
      }
      this.#spine.pop();
    }
    const depth = this.#spine.length;
    const path = keyOf(this.#spine);
    this.#line = this.#line.filter((placed) => {
      const { floor, frames } = branchesOf(placed);
      return floor < depth || (floor === depth && keyOf(frames.slice(0, floor)) === path);
    });
    const [first] = this.#line;
    const floor = first === undefined ? 0 : branchesOf(first).floor;
    if (floor === depth) return;
    // Everything down to the next share is one share.
    const frames = this.#spine.map(branchOf);
    this.#spine.length = floor;
    this.#line.unshift(waiting({ position: { strategy: "dpor", at: { frames, floor } }, ...ALL }));
  }

  /** Adds one more share to the line, with what comes after a point; returns false if there is none. */
  #grow(isCertain: boolean): boolean {
    for (const [step, point] of this.#spine.entries()) {
      const path = keyOf(this.#spine.slice(0, step + 1));
      const isThere = this.#line.some((placed) => {
        const { floor, frames } = branchesOf(placed);
        return floor === step + 1 && keyOf(frames.slice(0, floor)) !== path;
      });
      const action = isThere ? undefined : this.#guess(point, isCertain);
      if (action === undefined || point.accesses === undefined) continue;
      const tried = [...point.tried, { action: point.action, accesses: point.accesses }];
      const last = { ...branchOf(point), tried, action, accesses: [] };
      const at: Branches = { frames: [...this.#spine.slice(0, step).map(branchOf), last], floor: step + 1 };
      const place = this.#line.findIndex((placed) => branchesOf(placed).floor <= step);
      this.#line.splice(
        place < 0 ? this.#line.length : place,
        0,
        waiting({ position: { strategy: "dpor", at }, ...ALL }),
      );
      return true;
    }
    const [head] = this.#line;
    if (head === undefined || head.state !== "waiting") return false;
    const { frames, floor } = branchesOf(head);
    // The accesses of the last action are unknown.
    const step = frames.slice(0, -1).findIndex((frame, step) => {
      return step >= floor && this.#guess({ ...frame, backtrack: new Set(frame.backtrack) }, isCertain) !== undefined;
    });
    if (step < 0) return false;
    for (const frame of frames.slice(floor, step + 1)) {
      this.#spine.push({ ...frame, backtrack: new Set(frame.backtrack), tried: [...frame.tried] });
    }
    head.share = { ...head.share, position: { strategy: "dpor", at: { frames, floor: step + 1 } } };
    return true;
  }

  /** An action that may be tried next at a point. */
  #guess(
    { actions, action, backtrack, tried, sleep }: Pick<Branch, "actions" | "action" | "tried" | "sleep"> & {
      readonly backtrack: ReadonlySet<number>;
    },
    isCertain: boolean,
  ): number | undefined {
    const known = [...tried, ...sleep].map((one) => one.action);
    return actions.find((one) => {
      const isWanted = backtrack.has(one % this.#tasks) || isDeath(one, this.#tasks) || !isCertain;
      return isWanted && one !== action && !known.includes(one);
    });
  }
}

/** A share without limits. */
const ALL = { runs: Infinity, schedules: Infinity, stays: true, isSample: true } as const;

function branchesOf({ share: { position } }: Placed): Branches {
  return position.strategy === "dpor" ? position.at : ALL_BRANCHES;
}

function branchOf({ actions, backtrack, tried, sleep, action, accesses = [] }: Point): Branch {
  return { actions, backtrack: [...backtrack], tried: [...tried], sleep, action, accesses };
}

/** A key of everything that determines the runs below a path. */
function keyOf(path: readonly (Pick<Branch, "action" | "tried" | "sleep">)[]): string {
  return JSON.stringify(path.map(({ action, tried, sleep }) => [action, tried, sleep]));
}
