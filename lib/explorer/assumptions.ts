/**
 * The assumptions of a result, as sentences.
 *
 * - `the loop at FILE:LINE only waits`: it was recognized as a waiting loop, whose rounds are treated as equal (see
 *   `waiting_loop.ts`).
 * - `between two looks at the clock no time passes, or more than any deadline`: what a task does with other times is
 *   unknown. If deadlines expire in order, `no time passes where no task waits`.
 * - `daemons change nothing while they are stopped`: a daemon that was stopped while it waited might have continued to
 *   release what it holds, or to run its `finally`.
 */

import type { ProgramModel } from "./program_model.ts";
import { sourcesOf } from "./trace/sources.ts";

/** The assumptions about a program whose tasks have run in `model`; `fresh` creates other models of it. */
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
