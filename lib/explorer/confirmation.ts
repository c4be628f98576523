/**
 * Checks that runs give the same result when the tasks really run: from the start, side by side, with nothing
 * remembered.
 *
 * - The explorer assumes that tasks depend on their answers alone (`answer_tree.ts`). Tasks that share a variable do
 *   not; that shows when such a run is repeated and a task does something else.
 * - The first runs are repeated while that is cheap, and then a sample: one operation is repeated for every 1,000.
 */

import type { AnyProgram, Settings } from "../program/mod.ts";
import { NondeterminismError } from "./ambient.ts";
import type { TreeNode } from "./answer_tree.ts";
import { Execution, type ExecutionOptions } from "./execution.ts";
import { Judge } from "./judge.ts";
import { type ModelOptions, ProgramModel, START } from "./program_model.ts";
import type { Point, Scheduler } from "./scheduler.ts";
import { wholeText } from "./whole_text.ts";

/** The number of operations that are always repeated. */
const FIRST_OPERATIONS = 2000;
/** After those, one operation in this many is repeated. */
const PER_REPEATED = 1000;

/** The assumption of a result unless all runs were repeated. */
export const ANSWERS_ALONE = "tasks depend on their answers alone";

/** How much of some runs was repeated, as plain data. */
export interface Confirmed {
  /** The number of operations in the runs. */
  readonly operations: number;
  /** The number of those operations that were repeated. */
  readonly repeated: number;
  /** The number of operations in the last run. */
  readonly last: number;
  /** Whether every run was repeated. */
  readonly isWhole: boolean;
}

/**
 * Checks that runs give the same result when the tasks really run: from the start, side by side, with nothing
 * remembered.
 */
export class Confirmation {
  readonly #make: () => Execution;
  #twin: { readonly execution: Execution; readonly judge: Judge } | undefined;
  #operations = 0;
  #repeated = 0;
  #last = 0;
  readonly #before: number;
  #isWhole = true;

  /** Prepares runs of a program. */
  constructor(
    program: AnyProgram,
    settings: Settings,
    { repeated = 0, ...options }: ExecutionOptions & ModelOptions & {
      /** The number of operations repeated before, elsewhere; 0 by default. */
      readonly repeated?: number;
    },
  ) {
    this.#before = this.#repeated = repeated;
    this.#operations = repeated * PER_REPEATED;
    this.#make = () => new Execution(new ProgramModel(program, settings, options), { ...options, checks: false });
  }

  /** Whether every run so far was repeated. */
  get isWhole(): boolean {
    return this.#isWhole;
  }

  /** How much was repeated here so far. */
  get told(): Confirmed {
    const [operations, repeated] = [this.#operations - this.#before * PER_REPEATED, this.#repeated - this.#before];
    return { operations, repeated, last: this.#last, isWhole: this.#isWhole };
  }

  /** The number of repeated operations that a share needs to know: no more than makes a difference. */
  get before(): number {
    return Math.min(this.#repeated, FIRST_OPERATIONS + 1);
  }

  /**
   * Adds the repetitions of runs performed elsewhere. Here, those runs would have been repeated only while that is
   * cheap.
   */
  join({ operations, repeated, last, isWhole }: Confirmed): void {
    if (operations === 0) return;
    this.#isWhole = this.#isWhole && isWhole && this.#repeated + operations - last <= FIRST_OPERATIONS;
    this.#operations += operations;
    this.#repeated += repeated;
    this.#last = last;
  }

  /**
   * Repeats the run that was just completed, whose outcome has this text; a sampled run only if its turn has come.
   * Returns a message if the run cannot be trusted.
   */
  faultOf(run: Execution, text: string, { isSample }: { readonly isSample: boolean }): string | undefined {
    this.#operations += run.operations;
    this.#last = run.operations;
    const isLeftOut = isSample && this.#repeated > FIRST_OPERATIONS &&
      this.#repeated * PER_REPEATED > this.#operations;
    // The repetition has one more operation for each task's start. A task in a waiting loop would keep looping.
    if (
      isLeftOut || run.operations + run.nodes.length > run.stepLimit ||
      run.nodes.some(({ end, loop }) => end === undefined && loop)
    ) {
      this.#isWhole = false;
      return undefined;
    }
    this.#repeated += run.operations;
    const execution = this.#twin?.execution ?? this.#make();
    const { judge } = this.#twin ??= { execution, judge: new Judge(execution, { checks: false }) };
    try {
      execution.model.forget();
      const { kind } = execution.run(new Again(run, execution));
      for (const [task, name] of run.model.names.entries()) {
        const parting = partingOf(run.placeOf(task), execution.placeOf(task));
        if (parting === undefined) continue;
        const [was, is] = parting.map(wholeText);
        return faultText(`${name} goes on with ${is} instead of ${was}`);
      }
      const came = kind === "complete" ? judge.judge().text : "nothing";
      return came === text ? undefined : faultText(`${came} comes out instead of ${text}`);
    } catch (error) {
      if (error instanceof NondeterminismError) return error.message;
      throw error;
    }
  }
}

/**
 * Repeats the actions of a run. A task starts just before its first action, or first of all if its first operations are
 * not an action of their own.
 */
class Again implements Scheduler {
  readonly watches = false;
  readonly #execution: Execution;
  readonly #taken: readonly number[];
  readonly #early: readonly number[];
  #next = 0;

  constructor(run: Execution, execution: Execution) {
    const { taken, nodes, granularity } = run;
    this.#execution = execution;
    this.#taken = taken;
    this.#early = [...nodes.keys()].filter((task) => {
      const { operation, isPoint } = wayTo(run.placeOf(task))[0] ?? {};
      if (operation === undefined) return true;
      return granularity === "operation" && !isPoint && operation.kind !== "choose";
    });
  }

  begin(): boolean {
    return true;
  }

  pick({ actions, tasks }: Point): number {
    const isWaiting = (task: number) => this.#execution.nodes[task]?.operation === START;
    const early = this.#early.find(isWaiting);
    if (early !== undefined) return actions.indexOf(early);
    const action = this.#taken[this.#next];
    if (action === undefined) return actions.findIndex(isWaiting);
    if (isWaiting(action % tasks)) return actions.indexOf(action % tasks);
    this.#next++;
    return actions.indexOf(action);
  }

  end(): void {}
}

function faultText(differs: string): string {
  return `the same schedule, run again from the start, comes out otherwise: ${differs}; the tasks share what is not in their ` +
    "`shared` (a variable of the module, say), or use chance or a clock";
}

/**
 * The first operations at which two paths of one task differ; the second path begins with an extra action, the task's
 * start.
 */
function partingOf(one: TreeNode | undefined, other: TreeNode | undefined) {
  // A task that has not started may be a daemon that never gets to.
  if (other?.operation === START) return one?.parent === undefined ? undefined : [one?.operation, START] as const;
  const [ones, others] = [wayTo(one), wayTo(other).slice(1)];
  for (let step = 0; step < Math.max(ones.length, others.length); step++) {
    const [left, right] = [ones[step]?.operation, others[step]?.operation];
    if (wholeText(left) !== wholeText(right)) return [left, right] as const;
  }
  return undefined;
}

function wayTo(node: TreeNode | undefined): readonly TreeNode[] {
  const way: TreeNode[] = [];
  for (let place = node; place !== undefined; place = place.parent) way.push(place);
  return way.reverse();
}
