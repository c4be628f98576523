/**
 * The run of a schedule step by step, for people who go through it: the rows of its trace, and before each step where every task
 * stands, what the shared things hold, and who could go on.
 *
 * @example
 * ```ts
 * import { cell, defineProgram, explore } from "@holdfast/holdfast";
 * import { accountOf } from "./account.ts";
 *
 * const program = defineProgram({
 *   name: "lost",
 *   claim: "Two tasks count to 2, if neither disturbs the other.",
 *   shared: () => ({ count: cell() }),
 *   tasks: (_settings) => ["a", "b"].map((name) => ({
 *     name,
 *     *run({ count }) {
 *       yield* count.store((yield* count.load()) + 1);
 *     },
 *   })),
 *   outcome: ({ count }) => count.load(),
 *   expected: () => [2],
 * });
 * const result = explore(program);
 * if (result.verdict !== "bug") throw new Error("an update is lost");
 * const { moments } = accountOf(program, result.schedule);
 * const values = moments.map(({ things: [count] }) => count?.text).join();
 * if (values !== "0,0,0,1,1") throw new Error("both load 0 and store 1");
 * ```
 */

import type { AnyProgram } from "../../program/mod.ts";
import type { Execution } from "../execution.ts";
import { repetition, type RepetitionOptions } from "../repetition.ts";
import type { Departure } from "../schedule.ts";
import { type Moment, Onlooker } from "./standing.ts";
import { type RunTrace, tracedRun, type Watcher } from "./trace_of.ts";

/** A run step by step. */
export interface Account extends RunTrace {
  /**
   * The run between its steps: `moments[n]` is after n of them. Of a run of more than {@linkcode MOST_MOMENTS} steps the rest
   * is left out.
   */
  readonly moments: readonly AccountMoment[];
  /** Where the run departs from the default. */
  readonly departures: readonly Departure[];
}

/** A run between two steps, and what can happen then. */
export interface AccountMoment extends Moment {
  /** The numbers of the tasks that can go on, the one that does so by default first. */
  readonly can: readonly number[];
  /** The number of the task that goes on; undefined at the end. */
  readonly goes: number | undefined;
}

/** How many moments an account has at most. */
export const MOST_MOMENTS = 2000;

/**
 * The run of a schedule, step by step.
 *
 * @throws {RangeError} where the text is no schedule, or one of another program, variant, version or input.
 */
export function accountOf(program: AnyProgram, schedule: string, options: RepetitionOptions = {}): Account {
  const repeated = repetition(program, schedule, options);
  const moments: AccountMoment[] = [];
  const watcherOf = (execution: Execution): Watcher => {
    const onlooker = new Onlooker(execution);
    return {
      observe: (task, _node, answer) => onlooker.observe(task, answer),
      between(actions, pick) {
        if (moments.length >= MOST_MOMENTS) return;
        const tasks = execution.model.names.length;
        const can = [...new Set(actions.map((action) => action % tasks))];
        const picked = actions[pick];
        const goes = picked === undefined ? undefined : picked % tasks;
        moments.push({ ...onlooker.look(actions), can, goes });
      },
    };
  };
  const trace = tracedRun(repeated, watcherOf);
  return { ...trace, moments, departures: repeated.departures };
}
