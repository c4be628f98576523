/**
 * The state of a run, which all parts of an execution read and change, and the states of the last run that the next one may
 * go on from.
 */

import type { Answer, ModelMemory, PARKED, SavedMemory } from "../memory/mod.ts";
import { clockPlace, conflict, writes } from "./accesses.ts";
import type { AnswerTree, TreeEnd, TreeNode } from "./answer_tree.ts";
import type { Failure } from "./prompter.ts";
import type { ProgramModel } from "./program_model.ts";
import { RaceDetector } from "./findings/race_detector.ts";

/**
 * Told of each operation that a task performs, or parks in, or goes on from, before {@linkcode Execution.nodes} says so. Where
 * the task has ended, the operation is one of what the shared things are told of that.
 */
export type Observe = (task: number, node: TreeNode, answer: Answer | typeof PARKED | Failure) => void;

/** How far the shared things have been told of the end of a task; null where nobody has heard of it yet. */
export interface Recovery {
  /** What is told. */
  readonly tree: AnswerTree | null;
  /** How far that is. */
  readonly node: TreeNode;
}

/** How far a run is. */
export interface Progress {
  /** How many actions have been performed. */
  step: number;
  /** The last one; -1 at the start. */
  last: number;
  /** The preemptions so far. */
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
 * The state of a run, which all parts of an execution read and change, and the states of the last run that the
 * next one may go on from.
 */
export class RunState {
  /** What runs. */
  readonly model: ProgramModel;
  /** The memory, which other executions of the model use, too, each in its turn. */
  readonly memory: ModelMemory;
  /** Where each task stands. */
  readonly nodes: TreeNode[];
  /** The deadline of each task that waits in the memory; NaN where it does not wait. */
  readonly until: number[];
  /** By task: what is left to tell of its end. */
  readonly recoveries: (Recovery | undefined)[];
  /** Whether the run is over though daemons could go on. */
  isOver = false;
  /** By task: where it stood when it died. */
  killed: readonly (TreeNode | undefined)[] = NOBODY;
  /** How many operations have been performed. */
  operations = 0;
  /** What the invariant said when it did not hold. */
  broken: string | undefined;
  /** The races; undefined where none are looked for. */
  races: RaceDetector | undefined;
  /** Whether the scheduler wants to know what actions reach. */
  watches = false;
  /** What the present action has reached, as far as the scheduler watches. */
  readonly accesses: number[] = [];
  /** Who is told of operations. */
  observe: Observe | undefined;
  // #checkpoints[step] is the state at that point of the last run that was saved.
  readonly #checkpoints: Checkpoint[] = [];

  /** The state of runs of a program. */
  constructor(model: ProgramModel) {
    this.model = model;
    this.memory = model.memory;
    this.nodes = model.tasks.map(({ root }) => root);
    this.until = model.tasks.map(() => NaN);
    this.recoveries = model.tasks.map(() => undefined);
  }

  /** Sets all to the start of a run. */
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

  /** Whether the point of that number was saved. */
  isSaved(step: number): boolean {
    return this.#checkpoints[step] !== undefined;
  }

  /** Saves the state at a point that the next run may go on from. */
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

  /** Goes back to the state that was saved at a point. */
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

  /** Looks whether the invariant holds after an action. */
  checkInvariant(): void {
    const { model, accesses } = this;
    const { invariant } = model;
    if (invariant === undefined) return;
    if (this.watches) {
      const seen: number[] = [];
      model.evaluate(invariant, seen);
      // The order of any two changes of what the invariant reads matters to it.
      if (conflict(seen, accesses)) accesses.push(writes(clockPlace(this.memory.layout)));
    }
    if (this.broken !== undefined) return;
    const { end } = model.evaluate(invariant);
    if (end?.kind === "threw") this.broken = String(end.error);
    else if (end?.value === false) this.broken = "the invariant does not hold";
  }

  /** How many tasks have died. */
  get deaths(): number {
    return this.killed.reduce((sum, place) => place === undefined ? sum : sum + 1, 0);
  }

  /** Whether a task waits in the memory. */
  waits(task: number): boolean {
    return !Number.isNaN(this.until[task] ?? NaN);
  }

  /** Where a task stands, or what is told of its end. */
  nodeOf(task: number): TreeNode {
    return this.recoveries[task]?.node ?? this.nodes[task] ?? noTask();
  }

  /** How a task ended, as far as anybody has heard. */
  endOf(task: number): TreeEnd | undefined {
    return this.recoveries[task]?.tree === null ? undefined : this.nodes[task]?.end;
  }
}

const NOBODY: readonly (TreeNode | undefined)[] = [];

/** Refuses the number of a task that is none. */
export function noTask(): never {
  throw new TypeError("Cannot go on: no such task, a task of the program is wanted");
}
