/**
 * What exploring a program must come to: a bug by its name, or all interleavings without one.
 *
 * @module
 */

import { explore, type ExploredBug, type ExploredWell, type ExploreOptions, replay } from "../../lib/explorer/mod.ts";
import { type AnyProgram, dataText } from "../../lib/program/mod.ts";

/** The bug of a program, which its schedule shows again. */
export function bugOf(program: AnyProgram, options: ExploreOptions = {}): ExploredBug {
  const result = explore(program, options);
  if (result.verdict !== "bug") {
    throw new Error(`${program.name} has no bug: ${result.verdict} after ${result.schedules}`);
  }
  const again = replay(program, result.schedule, options).finding;
  if (again?.kind !== result.kind) throw new Error(`${result.schedule} shows ${again?.kind} instead of ${result.kind}`);
  return result;
}

/** How well a program without a bug is known. */
export function wellOf(program: AnyProgram, options: ExploreOptions = {}): ExploredWell {
  const result = explore(program, options);
  if (result.verdict === "bug") throw new Error(`${program.name} has a bug: ${result.message} (${result.schedule})`);
  if (result.verdict === "found") throw new Error(`${program.name} is asked for no outcome`);
  return result;
}

/** The distinct outcomes of an exploration, as texts. */
export function outcomesOf({ outcomes }: ExploredBug | ExploredWell): string[] {
  return outcomes.map(({ outcome }) => dataText(outcome)).toSorted();
}
