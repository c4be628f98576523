/**
 * The contract of schedulers, which pick the task that continues at each point. {@linkcode explore} accepts one of your
 * own as its strategy.
 *
 * - There are three methods: `begin` starts a run or reports that none is left, `pick` chooses at each point, and `end`
 *   is told how the run ended.
 * - An action is a number: the task, plus a multiple of the number of tasks for the alternatives of a `choose`, or for
 *   a read of the clock before which time passes. An action of a task that waits with a deadline makes the deadline
 *   expire.
 * - The first action of a point is the default: the current task continues; if it cannot, the next task that can, in
 *   the order of the tasks; if none can, the one with the earliest deadline.
 *
 * @example Tasks take turns, one step each
 * ```ts
 * import { cell, defineProgram, explore, type SchedulePoint } from "@holdfast/holdfast";
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
 * let left = 1;
 * const turns = {
 *   watches: false,
 *   begin: () => left-- > 0,
 *   pick: ({ actions, last, tasks }: SchedulePoint) => Math.max(0, actions.findIndex((action) => action % tasks !== last % tasks)),
 *   end() {},
 * };
 * const result = explore(program, { strategy: turns });
 * if (result.verdict !== "bug" || result.schedules !== 1) throw new Error("one run by turns loses an update");
 * ```
 */

/** The choice of a task that dies. Actions with it come last at a point, if deaths are explored. */
export const DEATH: number = 999_999;

/** The choice of a task that reads the clock late: before the read, more time passes than anybody waits for. */
export const LATER: number = 999_998;

/**
 * The names of the faults that can befall something a scenario waits for. The choices of faults are numbered after
 * those of deaths, and come last at a point like them.
 */
export const FAULTS = ["fails", "aborts", "late", "jumps", "ends"] as const;

/** The choice of a fault, given its position among them, from 1; 0 is no fault. */
export function faultChoice(kind: number): number {
  return kind === 0 ? 0 : DEATH + kind;
}

/** Whether an action is the death of its task or a fault. */
export function isDeath(action: number, tasks: number): boolean {
  return action >= DEATH * tasks;
}

/** A random strategy allows deaths at one of this many points. */
const DEATH_ODDS = 16;

/** The actions to draw from at random: deaths are only rarely among them. */
export function withSeldomDeaths({ actions, tasks }: Point, chooser: (n: number) => number): readonly number[] {
  if (!isDeath(actions.at(-1) ?? 0, tasks) || chooser(DEATH_ODDS) === 0) return actions;
  return actions.filter((action) => !isDeath(action, tasks));
}

/** A point of a run at which several tasks may continue. The object and its lists are reused for the next point. */
export interface Point {
  /** The possible actions; the first is the default. */
  readonly actions: readonly number[];
  /** The number of tasks. */
  readonly tasks: number;
  /** The number of actions performed so far. */
  readonly step: number;
  /** Whether every action except the first is a preemption, because the current task could continue. */
  readonly preempts: boolean;
  /** The number of preemptions so far. */
  readonly preemptions: number;
  /**
   * The accesses with which a task's next action begins, as far as known before it is performed: for each place, twice
   * its number, plus 1 if it may be changed. Calls of one shared thing access one place.
   */
  readonly begins: (task: number) => readonly number[];
  /** The action that was performed last; -1 at the start. */
  readonly last: number;
  /** The accesses of that action, if the scheduler watches; see `accesses.ts`. */
  readonly accesses: readonly number[];
  /** The tasks that that action woke, if the scheduler watches. */
  readonly woken: readonly number[];
}

/** How a run ended. */
export interface RunEnd extends Point {
  /**
   * `complete`: no task can continue; `cut`: the scheduler ended the run; `too-long`: the run reached the step limit.
   */
  readonly kind: "complete" | "cut" | "too-long";
  /** By task, the accesses of tasks that wait before a call or were stopped, if the scheduler watches. */
  readonly pending: ReadonlyMap<number, readonly number[]>;
}

/** The result of `pick` that ends the run. */
export const CUT: number = -1;

/**
 * The contract of schedulers, which pick the task that continues at each point. {@linkcode explore} accepts one of your
 * own as its strategy.
 */
export interface Scheduler {
  /** Whether it needs the accesses of each action. */
  readonly watches: boolean;
  /** How many steps at the start of the last run this run repeats, if known: these need not be performed again. */
  readonly repeats?: number | undefined;
  /** Whether it draws each run at random, independently of earlier runs; false by default. */
  readonly draws?: boolean;
  /** Begins a run; returns false if none is left. */
  begin(): boolean;
  /** Returns the index of the action to perform, or {@linkcode CUT}. */
  pick(point: Point): number;
  /** Called when the run has ended. */
  end(run: RunEnd): void;
  /** Whether a complete run counts; false if it equals an earlier one. All count by default. */
  counts?(run: RunEnd): boolean;
}
