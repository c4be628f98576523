/**
 * The state of a run, which all parts of an execution read and change, and the saved states of the last run from which
 * the next one may continue.
 */

import type { Answer, ModelMemory, PARKED, SavedMemory } from "../memory/mod.ts";
import { clockPlace, conflict, writes } from "./accesses.ts";
import type { AnswerTree, TreeEnd, TreeNode } from "./answer_tree.ts";
import type { Failure } from "./prompter.ts";
import type { ProgramModel } from "./program_model.ts";
import { RaceDetector } from "./findings/race_detector.ts";

/**
 * Called for each operation that a task performs, parks in, or continues from, before {@linkcode Execution.nodes} is
 * updated. If the task has ended, the operation is part of telling the shared things about that.
 */
export type Observe = (task: number, node: TreeNode, answer: Answer | typeof PARKED | Failure) => void;

/** How far the shared things have been told about the end of a task; the tree is null if none has been told yet. */
export interface Recovery {
  /** The steps that tell them. */
  readonly tree: AnswerTree | null;
  /** The present place in those steps. */
  readonly node: TreeNode;
}

/** The progress of a run. */
export interface Progress {
  /** The number of actions performed. */
  step: number;
  /** The last action; -1 at the start. */
  last: number;
  /** The number of preemptions so far. */
  preemptions: number;
}

/** The state of a run at a point. */
interface Checkpoint extends Progress {
  readonly memory: SavedMemory;
  readonly nodes: TreeNode[];
  readonly recoveries: (Recovery | undefined)[];
  readonly until: number[];
  isOver: boolean;
  killed: readonly (TreeNode | undefined)[];
  operations: number;
  broken: string | undefined;
  races: number;
}

/**
 * The state of a run, which all parts of an execution read and change, and the saved states of the last run from which
 * the next one may continue.
 */
export class RunState {
  /** The model of the program. */
  readonly model: ProgramModel;
  /** The memory, which other executions of the model also use, each in its turn. */
  readonly memory: ModelMemory;
  /** The place of each task. */
  readonly nodes: TreeNode[];
  /** The deadline of each task that waits in the memory; NaN for a task that does not. */
  readonly until: number[];
  /** By task: the remaining steps to tell of its end. */
  readonly recoveries: (Recovery | undefined)[];
  /** Whether the run is over though daemons could go on. */
  isOver = false;
  /** By task: the place where it died. */
  killed: readonly (TreeNode | undefined)[] = NOBODY;
  /** The number of operations performed. */
  operations = 0;
  /** The message of the invariant if it did not hold. */
  broken: string | undefined;
  /** The race detector; undefined if races are not looked for. */
  races: RaceDetector | undefined;
  /** Whether the scheduler needs the accesses of actions. */
  watches = false;
  /** The accesses of the present action, if the scheduler watches. */
  readonly accesses: number[] = [];
  /** The observer of operations. */
  observe: Observe | undefined;
  // #checkpoints[step] is the saved state at that point of the last run.
  readonly #checkpoints: Checkpoint[] = [];

  /** Creates the state of runs of a program. */
  constructor(model: ProgramModel) {
    this.model = model;
    this.memory = model.memory;
    this.nodes = model.tasks.map(({ root }) => root);
    this.until = model.tasks.map(() => NaN);
    this.recoveries = model.tasks.map(() => undefined);
  }

  /** Resets the state to the start of a run. */
  begin(watchRaces: boolean): void {
    const { model } = this;
    model.reset();
    if (watchRaces) this.races ??= new RaceDetector(this.nodes.length);
    else this.races = undefined;
    this.races?.reset();
    this.broken = undefined;
    this.operations = 0;
    this.isOver = false;
    this.killed = NOBODY;
    for (let task = 0; task < this.nodes.length; task++) {
      this.nodes[task] = model.tasks[task]?.root ?? noTask();
      this.recoveries[task] = undefined;
      this.until[task] = NaN;
    }
  }

  /** Whether the state at this point was saved. */
  isSaved(step: number): boolean {
    return this.#checkpoints[step] !== undefined;
  }

  /** Saves the state at a point from which the next run may continue. */
  save({ step, last, preemptions }: Progress): void {
    const saved = this.#checkpoints[step];
    const { nodes, recoveries, until, isOver, killed, operations, broken } = this;
    const races = this.races?.mark() ?? 0;
    if (saved === undefined) {
      const lists = { nodes: [...nodes], recoveries: [...recoveries], until: [...until] };
      const memory = this.memory.save();
      this.#checkpoints[step] = {
        memory,
        ...lists,
        isOver,
        killed,
        operations,
        step,
        last,
        preemptions,
        broken,
        races,
      };
      return;
    }
    this.memory.save(saved.memory);
    for (let task = 0; task < nodes.length; task++) {
      saved.nodes[task] = nodes[task] ?? noTask();
      saved.recoveries[task] = recoveries[task];
      saved.until[task] = until[task] ?? NaN;
    }
    saved.isOver = isOver;
    saved.killed = killed;
    saved.operations = operations;
    saved.last = last;
    saved.preemptions = preemptions;
    saved.broken = broken;
    saved.races = races;
  }

  /** Returns to the state saved at a point. */
  resume(at: number, progress: Progress): void {
    const saved = this.#checkpoints[at];
    if (saved === undefined) {
      throw new RangeError(`Cannot go on from point ${at}: it was not saved, one that was is wanted`);
    }
    const { memory, nodes, recoveries, until, isOver, killed, operations, step, last, preemptions, broken, races } =
      saved;
    this.memory.restore(memory);
    for (let task = 0; task < nodes.length; task++) {
      this.nodes[task] = nodes[task] ?? noTask();
      this.recoveries[task] = recoveries[task];
      this.until[task] = until[task] ?? NaN;
    }
    this.isOver = isOver;
    this.killed = killed;
    this.operations = operations;
    this.broken = broken;
    this.races?.restore(races);
    progress.step = step;
    progress.last = last;
    progress.preemptions = preemptions;
  }

  /** Checks the invariant after an action. */
  checkInvariant(): void {
    const { model, accesses } = this;
    const { invariant } = model;
    if (invariant === undefined) return;
    if (this.watches) {
      const seen: number[] = [];
      model.evaluate(invariant, seen);
      // The invariant depends on the order of any two changes of what it reads.
      if (conflict(seen, accesses)) accesses.push(writes(clockPlace(this.memory.layout)));
    }
    if (this.broken !== undefined) return;
    const { end } = model.evaluate(invariant);
    if (end?.kind === "threw") this.broken = String(end.error);
    else if (end?.value === false) this.broken = "the invariant does not hold";
  }

  /** The number of tasks that died. */
  get deaths(): number {
    return this.killed.reduce((sum, place) => place === undefined ? sum : sum + 1, 0);
  }

  /** Whether a task waits in the memory. */
  waits(task: number): boolean {
    return !Number.isNaN(this.until[task] ?? NaN);
  }

  /** The place of a task, or of the steps that tell of its end. */
  nodeOf(task: number): TreeNode {
    return this.recoveries[task]?.node ?? this.nodes[task] ?? noTask();
  }

  /** How a task ended, if the shared things have been told. */
  endOf(task: number): TreeEnd | undefined {
    return this.recoveries[task]?.tree === null ? undefined : this.nodes[task]?.end;
  }
}

const NOBODY: readonly (TreeNode | undefined)[] = [];

/** Throws because there is no task with that number. */
export function noTask(): never {
  throw new TypeError("Cannot go on: no such task, a task of the program is wanted");
}
