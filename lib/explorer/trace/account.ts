/**
 * The run of a schedule, step by step, for people: the rows of its trace and, before each step, where every task
 * stands, what the shared things hold, and which tasks could continue.
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

/** A run, step by step. */
export interface Account extends RunTrace {
  /**
   * The moments between steps: `moments[n]` is after n steps. Moments beyond the first {@linkcode MOST_MOMENTS} are
   * left out.
   */
  readonly moments: readonly AccountMoment[];
  /** The departures of the run from the default. */
  readonly departures: readonly Departure[];
}

/** The moment between two steps, and what can happen next. */
export interface AccountMoment extends Moment {
  /** The numbers of the tasks that can continue, the default one first. */
  readonly can: readonly number[];
  /** The number of the task that continues; undefined at the end. */
  readonly goes: number | undefined;
}

/** The maximum number of moments in an account. */
export const MOST_MOMENTS = 2000;

/**
 * Returns the run of a schedule, step by step.
 *
 * @throws {RangeError} if the text is not a schedule, or is one of another program, variant, version or input.
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
