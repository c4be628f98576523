/**
 * What a result takes for granted, as sentences.
 *
 * - `the loop at FILE:LINE only waits`: it was recognized, and its turns are not told apart (see `waiting_loop.ts`).
 * - `between two looks at the clock no time passes, or more than any deadline`: what a task does with other times is not
 *   known. Where times come in order, `no time passes where no task waits`.
 * - `daemons change nothing while they are stopped`: one that was stopped where it waits may have gone on to release what it
 *   holds, or to do what its `finally` says.
 */

import type { ProgramModel } from "./program_model.ts";
import { sourcesOf } from "./trace/sources.ts";

/** What was taken for granted of a program whose tasks have run in `model`; `fresh` makes others of it. */
export function assumptionsOf(model: ProgramModel, fresh: () => ProgramModel): readonly string[] {
  const loops = model.tasks.flatMap((_, task) => {
    return model.granted.loopsOf(task).map((answers) => {
      const place = sourcesOf(fresh(), model.tasks.map((_, other) => other === task ? answers : []))[task]
        ?.[answers.length];
      const [, line = `which ${model.names[task]} goes round`] = /([^/]+:\d+):\d+$/.exec(place ?? "") ?? [];
      return `the loop ${place === undefined ? line : `at ${line}`} only waits`;
    });
  });
  const clock = !model.looks.clock
    ? []
    : model.clock === "ordered"
    ? ["no time passes where no task waits"]
    : ["between two looks at the clock no time passes, or more than any deadline"];
  const daemons = model.granted.stopsDaemons ? ["daemons change nothing while they are stopped"] : [];
  return [...new Set([...loops, ...clock, ...daemons])].sort();
}
