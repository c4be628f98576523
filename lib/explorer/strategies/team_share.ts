/**
 * Shares of a team's remaining runs: positions from which others continue independently, and the remaining runs after
 * them.
 *
 * - Random runs are shared by number, depth-first runs by path. No share needs the results of another.
 * - The shares depend only on the position and the request. Invariant: together, the shares are the remaining runs,
 *   each once, in order.
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

/** A share: where a team continues, and the maximum number of schedules to run. */
export interface TeamShare {
  /** Where the team continues. */
  readonly position: TeamPosition;
  /** The maximum number of schedules. */
  readonly schedules: number;
}

/** Creates a team that continues at a position; with `stays`, it ends when the present bound is done. */
export function teamAt(
  position: TeamPosition,
  { seed, stays = false }: { readonly seed: number; readonly stays?: boolean },
): Team & { rest(): TeamPosition } {
  return "paths" in position ? new TreeTeam(position, { stays }) : new DrawingTeam(position, { seed });
}

/** Divides a position into at most `shares` shares, which together have `schedules` schedules. */
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

/** Whether no runs are left. */
export function isDone(position: TeamPosition): boolean {
  return "paths" in position && position.paths.length === 0;
}

/** The remaining runs of a position after its shares, given those of each share. */
export function restOf(position: TeamPosition, lefts: readonly TeamPosition[]): TeamPosition {
  if (!("paths" in position)) return drawnRest(position, lefts);
  const trees = lefts.filter((left): left is TreePosition => "paths" in left);
  const paths = trees.flatMap(({ paths }) => paths);
  const isBounded = position.isBounded || trees.some(({ isBounded }) => isBounded);
  return withinNext({ ...position, paths, isBounded });
}

/**
 * Where random runs continue. Shares are performed in order, so the rest begins with the first share that has runs
 * left.
 */
function drawnRest(position: DrawnPosition, lefts: readonly TeamPosition[]): DrawnPosition {
  const drawn = lefts.filter((left): left is DrawnPosition => !("paths" in left));
  const [first = position] = drawn;
  const { at: { run } } = drawn.find(({ runs }) => runs > 0) ?? drawn.at(-1) ?? position;
  // The first share knows the typical length as well as any other.
  const longest = Math.max(...[first, ...drawn].map(({ at }) => at.longest));
  return { ...position, at: { ...first.at, longest, run } };
}

/** Divides paths into the requested number of parts, if possible. */
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

/** Groups neighbors into at most this many groups of equal size. */
function evenly<T>(all: readonly T[], groups: number): readonly (readonly T[])[] {
  const parts = Math.min(groups, all.length);
  let from = 0;
  return Array.from({ length: parts }, (_, place) => {
    const size = sizeOf(place, { whole: all.length, parts });
    from += size;
    return all.slice(from - size, from);
  });
}

/** The size of a part of something that is divided evenly. */
function sizeOf(place: number, { whole, parts }: { readonly whole: number; readonly parts: number }): number {
  return Math.floor(whole / parts) + (place < whole % parts ? 1 : 0);
}
