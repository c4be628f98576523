/**
 * All outcomes of a program, which must be the same whichever way they are explored.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { explore, type ExploreOptions } from "../../lib/explorer/mod.ts";
import type { Steps } from "../../lib/memory/mod.ts";
import { type AnyProgram, defineProgram } from "../../lib/program/mod.ts";
import type { Shareables, Shared } from "../../lib/sync/mod.ts";

/** The outcomes of all interleavings, which a proof must have run. */
export function outcomesOf(program: AnyProgram, options: ExploreOptions = {}): readonly unknown[] {
  const result = explore(program, { strategy: "dpor", budget: 100_000, keepGoing: true, ...options });
  const what = result.verdict === "bug" ? `${result.kind}: ${result.message}` : result.verdict;
  assertEquals(what, "proved", `${program.name}, ${options.granularity}`);
  return result.outcomes.map(({ outcome }) => outcome);
}

/** The same, equal for all ways. */
export function allOutcomesOf(program: AnyProgram): readonly unknown[] {
  const [first = [], ...others] = (["dpor", "depth-first"] as const).map((strategy) =>
    outcomesOf(program, { strategy })
  );
  for (const other of [...others, outcomesOf(program, { granularity: "word" })]) {
    assertEquals(other, first, program.name);
  }
  return first;
}

/** A program of tasks, whose outcome is what the first one returns. */
export function some<S extends Shareables>(
  name: string,
  shared: () => S,
  ...tasks: readonly ((shared: Shared<S>) => Steps<unknown>)[]
): AnyProgram {
  return defineProgram({
    name,
    claim: "Anything may come out.",
    shared,
    outcome: function* (_shared: Shared<S>, { results }) {
      return results[0];
    },
    tasks: () => tasks.map((run, place) => ({ name: `task ${place}`, run })),
    expected: () => () => true,
  });
}
