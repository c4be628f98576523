/**
 * Shares of what is left for a team: positions that others go on from, each by itself, and what is left after them.
 *
 * - Runs that are drawn by lot are shared by their numbers, depth-first by paths: no share needs to know what another one shows.
 * - Which shares there are depends on the position and on what is wanted alone. Invariant: the shares are what is left, each run
 *   once, in order.
 */

import { partsOfPath, type Path } from "./depth_first.ts";
import {
  DrawingTeam,
  type DrawnPosition,
  type Team,
  type TeamPosition,
  type TreePosition,
  TreeTeam,
  withinNext,
} from "./team.ts";

/** A share: where a team goes on, and how many schedules it is to run at most. */
export interface TeamShare {
  /** Where. */
  readonly position: TeamPosition;
  /** How many schedules. */
  readonly schedules: number;
}

/** A team that goes on at a position; `stays` has bounds end where the present one does. */
export function teamAt(
  position: TeamPosition,
  { seed, stays = false }: { readonly seed: number; readonly stays?: boolean },
): Team & { rest(): TeamPosition } {
  return "paths" in position ? new TreeTeam(position, { stays }) : new DrawingTeam(position, { seed });
}

/** At most so many shares, of so many schedules together. */
export function sharesOf(
  position: TeamPosition,
  { schedules, shares }: { readonly schedules: number; readonly shares: number },
): readonly TeamShare[] {
  if ("paths" in position) {
    const groups = evenly(partsOf(position.paths, shares), shares);
    return groups.map((paths, place) => {
      return { position: { ...position, paths }, schedules: sizeOf(place, { whole: schedules, parts: groups.length }) };
    });
  }
  const { at } = position;
  let run = at.run;
  return Array.from({ length: shares }, (_, place): TeamShare => {
    const runs = sizeOf(place, { whole: schedules, parts: shares });
    run += runs;
    return { position: { ...position, at: { ...at, run: run - runs }, runs }, schedules: runs };
  });
}

/** Whether nothing is left. */
export function isDone(position: TeamPosition): boolean {
  return "paths" in position && position.paths.length === 0;
}

/** What is left of a position after its shares, given what is left of each. */
export function restOf(position: TeamPosition, lefts: readonly TeamPosition[]): TeamPosition {
  if (!("paths" in position)) return drawnRest(position, lefts);
  const trees = lefts.filter((left): left is TreePosition => "paths" in left);
  const paths = trees.flatMap(({ paths }) => paths);
  const isBounded = position.isBounded || trees.some(({ isBounded }) => isBounded);
  return withinNext({ ...position, paths, isBounded });
}

/** Where drawing goes on. Shares are performed in order, so what is left begins with the first that has something left. */
function drawnRest(position: DrawnPosition, lefts: readonly TeamPosition[]): DrawnPosition {
  const drawn = lefts.filter((left): left is DrawnPosition => !("paths" in left));
  const [first = position] = drawn;
  const { at: { run } } = drawn.find(({ runs }) => runs > 0) ?? drawn.at(-1) ?? position;
  // What is typical the first one knows as well as any.
  const longest = Math.max(...[first, ...drawn].map(({ at }) => at.longest));
  return { ...position, at: { ...first.at, longest, run } };
}

/** Parts of paths, as many as are wanted where there are so many. */
function partsOf(paths: readonly Path[], wanted: number): readonly Path[] {
  const parts = [...paths];
  for (let at = 0; parts.length < wanted && at < parts.length;) {
    const [path] = parts.slice(at);
    const two = path && partsOfPath(path);
    if (two === undefined) at++;
    else parts.splice(at, 1, ...two);
  }
  return parts;
}

/** Neighbors together, in at most so many groups that are as large. */
function evenly<T>(all: readonly T[], groups: number): readonly (readonly T[])[] {
  const parts = Math.min(groups, all.length);
  let from = 0;
  return Array.from({ length: parts }, (_, place) => {
    const size = sizeOf(place, { whole: all.length, parts });
    from += size;
    return all.slice(from - size, from);
  });
}

/** How large a part is of something that is parted evenly. */
function sizeOf(place: number, { whole, parts }: { readonly whole: number; readonly parts: number }): number {
  return Math.floor(whole / parts) + (place < whole % parts ? 1 : 0);
}
