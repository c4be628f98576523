/**
 * Performs runs of a program under a scheduler, one after the other, on one model memory.
 *
 * - With granularity `operation`, tasks switch before calls, before accesses outside of calls, before the releases of
 *   guards, and where a task blocks. A call runs without a switch until it blocks, ends, or begins a second change (a
 *   batch). With granularity `word`, tasks switch before every operation.
 * - `offers.ts` determines what can happen at a point; `ends.ts` handles the ends of tasks and of the run.
 * - Invariant: at a point every task has ended, waits in the memory, or stands before an operation.
 * - A task that fails ends alone; the others go on.
 * - Longer than most files because performing, offering and saving share one run; the separable parts are in five other
 *   files.
 * - A run that repeats the first steps of the last one under the same scheduler resumes from the checkpoint there.
 */

import { type Answer, type ModelMemory, type Operation, PARKED } from "../memory/mod.ts";
import { addAccesses, begins, clockPlace, endPlace, reads, writes } from "./accesses.ts";
import type { TreeEnd, TreeNode } from "./answer_tree.ts";
import { Failure } from "./prompter.ts";
import { Ends } from "./ends.ts";
import { HeldBack, LASTING } from "./held_back.ts";
import type { ProgramModel } from "./program_model.ts";
import type { RaceDetector } from "./findings/race_detector.ts";
import { Offers, shorten } from "./offers.ts";
import { noTask, type Observe, RunState } from "./run_state.ts";
import { CUT, LATER, type RunEnd, type Scheduler } from "./scheduler.ts";

export type { Observe } from "./run_state.ts";

/** Where tasks may switch. */
export type Granularity = "operation" | "word";

/** Options of an execution. */
export interface ExecutionOptions {
  /** Where tasks may switch; `operation` by default. */
  readonly granularity?: Granularity | undefined;
  /** Whether to check for races, and the invariant; true by default. */
  readonly checks?: boolean | undefined;
  /** The number of operations after which a run is too long; 10,000 by default. */
  readonly stepLimit?: number | undefined;
  /** How many tasks may die in a run, each at any action; none by default. */
  readonly deaths?: number | undefined;
}

/** Performs runs of a program under a scheduler, one after the other, on one model memory. */
export class Execution {
  /** The model of the program. */
  readonly model: ProgramModel;
  /** Where tasks may switch. */
  readonly granularity: Granularity;
  /** The index, among the possible actions, of the action taken at each point of the last run. */
  readonly picks: number[] = [];
  /** The action taken at each point of the last run. */
  readonly taken: number[] = [];
  /** The number of operations after which a run is too long. */
  readonly stepLimit: number;
  /** The node of each task's tree at which the task stands. */
  readonly nodes: readonly TreeNode[];
  readonly #state: RunState;
  readonly #ends: Ends;
  readonly #offers: Offers;
  readonly #heldBack: HeldBack;
  readonly #memory: ModelMemory;
  readonly #tasks: number;
  // The step limit of the present run.
  #most = 0;
  readonly #checks: boolean;
  readonly #point: { -readonly [K in keyof RunEnd]: RunEnd[K] };
  readonly #actions: readonly number[];
  readonly #accesses: number[];
  readonly #woken: number[] = [];
  // The deadline of each task that waits in the memory; NaN for a task that does not.
  readonly #until: number[];
  // Whether deadlines expire in order, and the access of any action that changes which can expire, or what time it is.
  readonly #isOrdered: boolean;
  readonly #anyTime: number;
  // The scheduler of the checkpoints: there is one checkpoint for each point of the last run that had several actions.
  #saver: Scheduler | undefined;
  #saves = false;
  // Whether races were looked for in the run of the checkpoints.
  #savedRaces = false;
  readonly #objects = new Map<string, number>();

  /** Prepares runs of a program. */
  constructor(
    model: ProgramModel,
    { granularity = "operation", checks = true, stepLimit = 10_000, deaths = 0 }: ExecutionOptions = {},
  ) {
    this.model = model;
    this.granularity = granularity;
    this.#memory = model.memory;
    this.#tasks = model.tasks.length;
    this.stepLimit = stepLimit;
    this.#checks = checks;
    const state = this.#state = new RunState(model);
    this.nodes = state.nodes;
    this.#until = state.until;
    this.#accesses = state.accesses;
    const isByWords = granularity === "word";
    const ends = this.#ends = new Ends(state, { deaths, tears: isByWords });
    const heldBack = this.#heldBack = new HeldBack(state, stepLimit);
    this.#offers = new Offers(state, { ends, heldBack, isGated: !isByWords });
    this.#actions = this.#offers.actions;
    this.#isOrdered = model.clock === "ordered";
    this.#anyTime = writes(clockPlace(this.#memory.layout));
    this.#point = {
      kind: "complete",
      actions: this.#actions,
      tasks: this.#tasks,
      step: 0,
      preempts: false,
      preemptions: 0,
      last: -1,
      begins: (task) => begins(this.nodes[task]?.operation, (object) => this.#placeOf(object)),
      accesses: this.#accesses,
      woken: this.#woken,
      pending: NONE,
    };
  }

  /** The number of operations performed in the run so far. */
  get operations(): number {
    return this.#state.operations;
  }

  /** The race detector of the last run; undefined if it looked for no races. */
  get races(): RaceDetector | undefined {
    return this.#state.races;
  }

  /** The message of the invariant if it did not hold in the last run. */
  get broken(): string | undefined {
    return this.#state.broken;
  }

  /** The number of tasks that died in the last run. */
  get deaths(): number {
    return this.#state.deaths;
  }

  /** The place of a task, or the place where it died. */
  placeOf(task: number): TreeNode | undefined {
    return this.#state.killed[task] ?? this.nodes[task];
  }

  /** How a task ended, if the shared things have been told. */
  endOf(task: number): TreeEnd | undefined {
    return this.#state.endOf(task);
  }

  /**
   * Performs one run. The result object is reused for the next run. With `lasts`, which serves to show that something
   * lasts, the run may be ten times as long as usual.
   */
  run(scheduler: Scheduler, observe?: Observe, { lasts = false }: { readonly lasts?: boolean } = {}): RunEnd {
    this.#state.observe = observe;
    this.#most = lasts ? LASTING * this.stepLimit : this.stepLimit;
    const watchRaces = this.#checks && this.model.hasPlain;
    const { repeats = 0 } = scheduler;
    const resumes = scheduler === this.#saver && observe === undefined && watchRaces === this.#savedRaces &&
      !this.model.isFull && this.#state.isSaved(repeats);
    this.#saves = scheduler.repeats !== undefined && observe === undefined;
    this.#saver = this.#saves ? scheduler : undefined;
    this.#savedRaces = watchRaces;
    const end = this.#perform(scheduler, { watchRaces, from: resumes ? repeats : undefined });
    // Races are looked for only if a plain access is known.
    if (this.#checks && !watchRaces && this.model.hasPlain) {
      // The first plain access occurred in this run, so it is performed again to look for races.
      this.#state.observe = undefined;
      this.#saver = undefined;
      this.#again(true);
    }
    scheduler.end(end);
    return end;
  }

  /** Performs the last run again, observed. */
  retrace(observe: Observe): void {
    this.#state.observe = observe;
    this.#again(this.races !== undefined);
    this.#state.observe = undefined;
  }

  /**
   * Shows how the last run would continue if something woke tasks at its end: changes the memory, then follows the
   * default schedule. The caller must then retrace the run.
   */
  goOn(change: () => void): void {
    change();
    this.#wake(-1);
    for (;;) {
      this.#offer();
      const [action] = this.#actions;
      if (action === undefined || this.#state.operations > this.#most) return;
      this.#act(action % this.#tasks, Math.floor(action / this.#tasks));
      this.#point.last = action;
    }
  }

  /** Repeats the same picks from the start; the checkpoints stay valid. */
  #again(watchRaces: boolean): void {
    const { kind, pending } = this.#point;
    const picks = [...this.picks];
    this.#saves = false;
    const { watches } = this.#state;
    this.#perform({ ...RETRACING, watches, pick: ({ step }) => picks[step] ?? CUT }, { watchRaces, from: undefined });
    this.#point.kind = kind;
    this.#point.pending = pending;
  }

  /** Performs a run, from the start or from a saved point. */
  #perform(scheduler: Scheduler, { watchRaces, from }: { watchRaces: boolean; from: number | undefined }): RunEnd {
    const point = this.#point;
    if (from !== undefined) this.#state.resume(from, point);
    else this.#begin(scheduler.watches, watchRaces);
    for (;;) {
      this.#offer();
      if (this.#actions.length === 0) {
        point.kind = this.#heldBack.isLasting() ? "complete" : "too-long";
        break;
      }
      // The state at the checkpoint that it resumes from is already saved.
      if (this.#saves && point.step !== from && this.#actions.length > 1) this.#state.save(point);
      const pick = scheduler.pick(point);
      const action = this.#actions[pick];
      if (action === undefined) {
        point.kind = "cut";
        break;
      }
      this.picks[point.step] = pick;
      this.taken[point.step] = action;
      if (point.preempts && pick > 0) point.preemptions++;
      this.#act(action % this.#tasks, Math.floor(action / this.#tasks));
      point.last = action;
      point.step++;
      if (this.#state.operations > this.#most) {
        point.kind = "too-long";
        break;
      }
    }
    shorten(this.picks, point.step);
    shorten(this.taken, point.step);
    point.pending = this.#state.watches ? this.#pending() : NONE;
    return point;
  }

  #begin(watches: boolean, watchRaces: boolean): void {
    const point = this.#point;
    this.#state.watches = watches;
    this.#state.begin(watchRaces);
    this.picks.length = 0;
    this.taken.length = 0;
    point.step = 0;
    point.preemptions = 0;
    point.last = -1;
    if (this.#checks) this.#state.checkInvariant();
    for (let task = 0; task < this.#tasks; task++) {
      const node = this.nodes[task] ?? noTask();
      if (node.end !== undefined) this.#ends.ended(task);
      // The operations before a task's first point are not an action of their own.
      else if (this.granularity === "operation" && !this.#isOpen(node)) this.#advance(task, 0);
    }
    this.#accesses.length = 0;
    this.#woken.length = 0;
  }

  /** A number for a shared thing, beyond the numbers of places in memory. */
  #placeOf(object: string): number {
    const known = this.#objects.get(object);
    if (known !== undefined) return known;
    const place = CALLED + this.#objects.size;
    this.#objects.set(object, place);
    return place;
  }

  /** Lists the possible actions, the default first. */
  #offer(): void {
    this.#offers.list(this.#point.last);
    this.#point.preempts = this.#offers.preempts;
  }

  /** The tasks that can only go around again in a waiting loop, given all possible actions. */
  lookingInVain(actions: readonly number[]): readonly number[] {
    return this.#offers.lookingInVain(actions);
  }

  #act(task: number, choice: number): void {
    shorten(this.#accesses, 0);
    shorten(this.#woken, 0);
    // Whether a held-back task may continue depends on all that its loop reads.
    const { watches } = this.#state;
    if (watches) { for (const word of this.#heldBack.wordsOf(this.nodes[task])) this.#accesses.push(reads(word)); }
    if (!this.#ends.areHeardLate || !this.#ends.act(task, choice)) {
      if (Number.isNaN(this.#until[task] ?? NaN)) this.#advance(task, choice);
      else {
        this.#expire(task);
        // Its deadline has expired. Within a call, or before its first point, it continues immediately.
        const node = this.#state.nodeOf(task);
        const goesOn = node.operation !== undefined && !this.#isOpen(node);
        if (this.granularity === "operation" && goesOn) this.#advance(task, 0);
      }
    }
    if (this.#checks) this.#state.checkInvariant();
    if (watches && this.#ends.areHeardLate) this.#ends.reach(task);
  }

  /** Whether what happens next at a node is open, because others may act or chance decides. */
  #isOpen({ isPoint, operation }: TreeNode): boolean {
    return isPoint || operation?.kind === "choose";
  }

  /** Performs operations of a task up to the next point. */
  #advance(task: number, choice: number): void {
    for (let first = true;; first = false) {
      const node = this.#state.nodeOf(task);
      const { operation } = node;
      if (operation === undefined) return;
      if (!first && this.#isOpen(node)) return;
      if (++this.#state.operations > this.#most) return;
      const answer = this.#answer(operation, task, choice);
      this.#state.observe?.(task, node, answer);
      if (answer === PARKED) {
        this.#until[task] = deadlineOf(operation);
        return;
      }
      this.#follow(task, node, answer);
      if (operation.kind === "notify") this.#wake(task);
      if (this.granularity === "word") return;
    }
  }

  /** Moves a task, or the recovery after its end, to the node that an answer leads to. */
  #follow(task: number, node: TreeNode, answer: Answer | Failure): void {
    const recovery = this.#state.recoveries[task];
    if (recovery === undefined) {
      const next = this.model.tasks[task]?.after(node, answer) ?? noTask();
      this.#state.nodes[task] = next;
      if (next.end !== undefined) this.#ends.ended(task);
    } else this.#ends.told(task, recovery, answer);
  }

  #answer(operation: Operation, task: number, choice: number): Answer | typeof PARKED | Failure {
    if (operation.kind === "choose" && choice > 0) return choice;
    if (choice === LATER) {
      this.#memory.pass(this.#memory.clock + LONG);
      if (this.#state.watches) this.#accesses.push(this.#anyTime);
    }
    let answer: Answer | typeof PARKED;
    try {
      answer = this.#memory.begin(operation, task);
    } catch (error) {
      return new Failure(error);
    }
    if (this.#state.watches) {
      const reached = answer === PARKED ? undefined : answer;
      addAccesses(this.#accesses, this.model, { operation, answer: reached });
      if (this.#isOrdered && answer === PARKED && deadlineOf(operation) < Infinity) this.#accesses.push(this.#anyTime);
    }
    if (this.races !== undefined && answer !== PARKED) {
      if ("order" in operation) this.races.access(task, operation, answer, this.#state.operations);
      else if (operation.kind === "read") this.races.touch(task, operation, this.#state.operations);
      else if (operation.kind === "write") {
        const { kind, offset, bytes: { length } } = operation;
        this.races.touch(task, { kind, offset, length }, this.#state.operations);
      }
    }
    return answer;
  }

  /** Resumes the tasks that a task has woken. */
  #wake(waker: number): void {
    for (const { task, answer } of this.#memory.takeReady()) {
      const node = this.#state.nodeOf(task);
      // If deadlines expire in order, the next one can expire once this one does not.
      if (this.#isOrdered && (this.#until[task] ?? Infinity) < Infinity) this.#accesses.push(this.#anyTime);
      this.#until[task] = NaN;
      this.#state.observe?.(task, node, answer);
      this.#follow(task, node, answer);
      if (task === waker) continue;
      this.#woken.push(task);
      if (waker >= 0) this.races?.wakes(waker, task);
    }
  }

  #expire(task: number): void {
    if (this.#state.watches) {
      const { operation } = this.#state.nodeOf(task);
      if (this.model.isTimed) this.#accesses.push(this.#anyTime);
      if (operation?.kind === "wait") this.#accesses.push(writes(operation.word));
    }
    this.#memory.expire(task);
    this.#wake(task);
  }

  /** The accesses of tasks that wait before a call or in a loop, or that the end of the run stopped. */
  #pending(): ReadonlyMap<number, readonly number[]> {
    const pending = new Map<number, readonly number[]>();
    for (const [task, node] of this.nodes.entries()) {
      if (this.endOf(task) !== undefined) continue;
      const accesses = this.#heldBack.reachOf(node, this.#state.isOver ? [reads(endPlace(this.#memory.layout))] : []);
      if (accesses.length > 0) pending.set(task, accesses);
    }
    return pending;
  }
}

/** The number of the first shared thing. */
const CALLED = 2 ** 28;

/** How much time passes before a read of the clock, if any does, in milliseconds: longer than any time in a program. */
const LONG = 1e12;

const NONE: ReadonlyMap<number, readonly number[]> = new Map();

const RETRACING = { begin: () => true, end: () => {} };

function deadlineOf(operation: Operation): number {
  if (operation.kind === "sleep") return operation.until;
  return operation.kind === "wait" ? operation.deadline ?? Infinity : Infinity;
}
