/**
 * The contract of schedulers: who goes on, run after run. {@linkcode explore} takes one of your own as its strategy.
 *
 * - Three methods: `begin` starts a run or says that none is left, `pick` chooses at each point, `end` hears what became of
 *   the run.
 * - An action is a number: the task, plus a multiple of the number of tasks for the alternatives of a `choose`, or of a look
 *   at the clock, before which time may pass. An action of a task that waits with a deadline lets its time come.
 * - The first action of a point is the default: the current task goes on; else the next one that can, in the order of the
 *   tasks; else the one whose deadline comes first.
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

/** What a task chooses that dies: actions with it come last at a point, where deaths are looked for. */
export const DEATH: number = 999_999;

/** What a task chooses that looks at the clock later: time passes before, more than anybody waits for. */
export const LATER: number = 999_998;

/**
 * What befalls something that a scenario waits for, by name: an action that chooses one has a number behind those of deaths, and
 * comes last at a point like them.
 */
export const FAULTS = ["fails", "aborts", "late", "jumps", "ends"] as const;

/** The choice of a fault by its place among them, from 1; 0 is none. */
export function faultChoice(kind: number): number {
  return kind === 0 ? 0 : DEATH + kind;
}

/** Whether an action is the death of its task, or a fault. */
export function isDeath(action: number, tasks: number): boolean {
  return action >= DEATH * tasks;
}

/** One of how many points at which tasks die where that is drawn by lot. */
const DEATH_ODDS = 16;

/** What is drawn from by lot: deaths are seldom among it. */
export function withSeldomDeaths({ actions, tasks }: Point, chooser: (n: number) => number): readonly number[] {
  if (!isDeath(actions.at(-1) ?? 0, tasks) || chooser(DEATH_ODDS) === 0) return actions;
  return actions.filter((action) => !isDeath(action, tasks));
}

/** A point of a run at which it is open who goes on. The object and its lists are used again for the next point. */
export interface Point {
  /** What can happen; the first is the default. */
  readonly actions: readonly number[];
  /** How many tasks there are. */
  readonly tasks: number;
  /** How many actions have been performed. */
  readonly step: number;
  /** Whether every action but the first is a preemption: the current task could go on. */
  readonly preempts: boolean;
  /** The preemptions so far. */
  readonly preemptions: number;
  /**
   * What a task's next action begins with, as far as that is known before it is performed: of each place twice its number,
   * and 1 more if it may be changed. Calls of one shared thing reach one place.
   */
  readonly begins: (task: number) => readonly number[];
  /** The action that was performed last; -1 at the start. */
  readonly last: number;
  /** What it reached, if the scheduler watches: see `accesses.ts`. */
  readonly accesses: readonly number[];
  /** The tasks that it woke, if the scheduler watches. */
  readonly woken: readonly number[];
}

/** How a run ended. */
export interface RunEnd extends Point {
  /** `complete`: no task can go on; `cut`: the scheduler wanted no more; `too-long`: it came to the step limit. */
  readonly kind: "complete" | "cut" | "too-long";
  /** What tasks would reach that wait before a call or were stopped, by task, if the scheduler watches. */
  readonly pending: ReadonlyMap<number, readonly number[]>;
}

/** What `pick` gives to end the run. */
export const CUT: number = -1;

/**
 * The contract of schedulers: who goes on, run after run. {@linkcode explore} takes one of your own as its
 * strategy.
 */
export interface Scheduler {
  /** Whether it wants to know what each action reaches. */
  readonly watches: boolean;
  /** How many steps of the last run the present one repeats, if the scheduler knows: they need not be performed again. */
  readonly repeats?: number | undefined;
  /** Whether it draws each run by lot, like the one before; false by default. */
  readonly draws?: boolean;
  /** Begins a run; false where none is left. */
  begin(): boolean;
  /** The place of the action that is performed, or {@linkcode CUT}. */
  pick(point: Point): number;
  /** Told how the run ended. */
  end(run: RunEnd): void;
  /** Whether a run that is complete is counted: false where an earlier one was the same; all are by default. */
  counts?(run: RunEnd): boolean;
}
