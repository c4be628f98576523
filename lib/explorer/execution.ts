/**
 * Runs of a program under a scheduler, one after the other, on one model memory.
 *
 * - Granularity `operation`: tasks switch before calls, before accesses outside of calls, before what guards release, and
 *   where a task blocks; a call goes on without a switch until it blocks, begins another change than the first (a batch), or
 *   ends. Granularity `word`: before every operation.
 * - A call of which nobody can tell whether it waits or comes later (see `SharedThing.ready`) begins when it can go on.
 * - A task that waits with a deadline may be woken by its time at any point, or, where times come in order, when no other
 *   has an earlier one.
 * - A task in a loop that waits (see `waiting_loop.ts`) goes on when what it reads is another. Where such loops are all that is
 *   left, and are found to last, the run is complete.
 * - Invariant: at a point every task has ended, waits in the memory, or stands before an operation.
 * - A task that fails ends alone; the others go on. What the shared things are told of an end (`recover` of `sync`) is an
 *   action of its own for each thing, in the name of the task.
 * - Daemons keep no run alive: when all other tasks have ended, that the run is over is an action, too, as soon as no daemon
 *   is in the middle of a call. It is one of the first task that is no daemon, and the default. That a daemon has ended is
 *   heard of in an action of its own, or too late; where tasks may die, so it is with all.
 * - A run that repeats the first steps of the last one under the same scheduler goes on from the checkpoint there.
 *
 * Longer than other files because it is one loop over one state, which every part of it changes at each step, and the
 * explorer's speed is that loop's.
 */

import { type Answer, type ModelMemory, type Operation, PARKED, type SavedMemory } from "../memory/mod.ts";
import { addAccesses, begins, clockPlace, conflict, deathsPlace, endPlace, reads, writes } from "./accesses.ts";
import { type AnswerTree, Failure, type TreeEnd, type TreeNode } from "./answer_tree.ts";
import type { ProgramModel } from "./program_model.ts";
import { RaceDetector } from "./race_detector.ts";
import { CUT, DEATH, isDeath, type RunEnd, type Scheduler } from "./scheduler.ts";

/** Where tasks may switch. */
export type Granularity = "operation" | "word";

/** How runs are performed. */
export interface ExecutionOptions {
  /** Where tasks may switch; `operation` by default. */
  readonly granularity?: Granularity | undefined;
  /** Whether races and the invariant are looked at; true by default. */
  readonly checks?: boolean | undefined;
  /** After how many operations a run is too long; 10,000 by default. */
  readonly stepLimit?: number | undefined;
  /** How many tasks may die in a run, at any action; none by default. */
  readonly deaths?: number | undefined;
}

/**
 * Told of each operation that a task performs, or parks in, or goes on from, before {@linkcode Execution.nodes} says so. Where
 * the task has ended, the operation is one of what the shared things are told of that.
 */
export type Observe = (task: number, node: TreeNode, answer: Answer | typeof PARKED | Failure) => void;

/** How far the shared things have been told of the end of a task; null where nobody has heard of it yet. */
interface Recovery {
  readonly tree: AnswerTree | null;
  readonly node: TreeNode;
}

/** The state of a run at a point. */
interface Checkpoint {
  readonly memory: SavedMemory;
  readonly nodes: TreeNode[];
  readonly recoveries: (Recovery | undefined)[];
  isOver: boolean;
  deaths: number;
  readonly until: number[];
  operations: number;
  readonly step: number;
  last: number;
  preemptions: number;
  broken: string | undefined;
  races: number;
}

/** See the module. */
export class Execution {
  /** What runs. */
  readonly model: ProgramModel;
  /** Where tasks may switch. */
  readonly granularity: Granularity;
  /** The place of the action that was taken at each point of the last run. */
  readonly picks: number[] = [];
  /** The action that was taken at each point of the last run. */
  readonly taken: number[] = [];
  /** After how many operations a run is too long. */
  readonly stepLimit: number;
  /** Where each task stands. */
  readonly nodes: TreeNode[];
  /** The races of the last run; undefined where none were looked for. */
  races: RaceDetector | undefined;
  /** What the invariant said when it did not hold, in the last run. */
  broken: string | undefined;
  readonly #memory: ModelMemory;
  readonly #tasks: number;
  // The step limit of the present run.
  #most = 0;
  readonly #checks: boolean;
  #observe: Observe | undefined;
  readonly #point: { -readonly [K in keyof RunEnd]: RunEnd[K] };
  readonly #actions: number[] = [];
  readonly #accesses: number[] = [];
  readonly #woken: number[] = [];
  // The deadline of each task that waits in the memory; NaN where it does not wait.
  readonly #until: number[];
  // By task: what is left to tell of its end.
  readonly #recoveries: (Recovery | undefined)[];
  // Whether the run is over though daemons could go on.
  #isOver = false;
  // Whether there are ends that are heard of in actions of their own: those of daemons, and all where tasks may die.
  readonly #isHeardLate: boolean;
  // How many tasks may die, and have died.
  readonly #mostDeaths: number;
  #deaths = 0;
  // Whether times come in order, and the access of an action that changes which of them can come, or what time it is.
  readonly #isOrdered: boolean;
  readonly #anyTime: number;
  // The task in whose name the run ends.
  readonly #first: number;
  // #checkpoints[step] is the state at that point of the last run, which #saver scheduled, where it had several actions.
  readonly #checkpoints: Checkpoint[] = [];
  #saver: Scheduler | undefined;
  #saves = false;
  // Whether races were looked for in the run of the checkpoints.
  #savedRaces = false;
  #operations = 0;
  #watches = false;
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
    this.nodes = model.tasks.map(({ root }) => root);
    this.#until = model.tasks.map(() => NaN);
    this.#recoveries = model.tasks.map(() => undefined);
    this.#mostDeaths = deaths;
    this.#isHeardLate = deaths > 0 || model.daemons.size > 0;
    this.#isOrdered = model.clock === "ordered";
    this.#anyTime = writes(clockPlace(this.#memory.layout));
    this.#first = this.nodes.findIndex((_, task) => !model.daemons.has(task));
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

  /** Which operation of the run is the last so far, from 1. */
  get operations(): number {
    return this.#operations;
  }

  /**
   * Performs one run. What it gives is used again for the next one. Where it is to show whether something `lasts`, it may be
   * ten times as long as others.
   */
  run(scheduler: Scheduler, observe?: Observe, { lasts = false }: { readonly lasts?: boolean } = {}): RunEnd {
    this.#observe = observe;
    this.#most = lasts ? LASTING * this.stepLimit : this.stepLimit;
    const watchRaces = this.#checks && this.model.hasPlain;
    const resumes = scheduler === this.#saver && observe === undefined && watchRaces === this.#savedRaces &&
      !this.model.isFull;
    const checkpoint = resumes ? this.#checkpoints[scheduler.repeats ?? 0] : undefined;
    this.#saves = scheduler.repeats !== undefined && observe === undefined;
    this.#saver = this.#saves ? scheduler : undefined;
    this.#savedRaces = watchRaces;
    const end = this.#perform(scheduler, watchRaces, checkpoint);
    // No race is looked for where no plain access is known.
    if (this.#checks && !watchRaces && this.model.hasPlain) {
      // The first plain access came up in this run: once more, now with an eye on races.
      this.#observe = undefined;
      this.#saver = undefined;
      this.#again(true);
    }
    scheduler.end(end);
    return end;
  }

  /** Performs the last run again, under someone's eyes. */
  retrace(observe: Observe): void {
    this.#observe = observe;
    this.#again(this.races !== undefined);
    this.#observe = undefined;
  }

  /**
   * What would become of the last run if something woke tasks at its end: changes the memory, and goes on by the default.
   * The run is then to be retraced.
   */
  goOn(change: () => void): void {
    change();
    this.#wake(-1);
    for (;;) {
      this.#offer();
      const [action] = this.#actions;
      if (action === undefined || this.#operations > this.#most) return;
      this.#act(action % this.#tasks, Math.floor(action / this.#tasks));
      this.#point.last = action;
    }
  }

  /** Takes the same picks again, from the start; the checkpoints stay. */
  #again(watchRaces: boolean): void {
    const { kind, pending } = this.#point;
    const picks = [...this.picks];
    this.#saves = false;
    this.#perform(
      { ...RETRACING, watches: this.#watches, pick: ({ step }) => picks[step] ?? CUT },
      watchRaces,
      undefined,
    );
    this.#point.kind = kind;
    this.#point.pending = pending;
  }

  #perform(scheduler: Scheduler, watchRaces: boolean, checkpoint: Checkpoint | undefined): RunEnd {
    const point = this.#point;
    if (checkpoint !== undefined) this.#resume(checkpoint);
    else this.#begin(scheduler.watches, watchRaces);
    for (;;) {
      this.#offer();
      if (this.#actions.length === 0) {
        point.kind = this.#isLasting() ? "complete" : "too-long";
        break;
      }
      // Where it goes on from a checkpoint the state there is saved already.
      if (this.#saves && point.step !== checkpoint?.step) this.#save();
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
      if (this.#operations > this.#most) {
        point.kind = "too-long";
        break;
      }
    }
    shorten(this.picks, point.step);
    shorten(this.taken, point.step);
    point.pending = this.#watches ? this.#pending() : NONE;
    return point;
  }

  /** Saves the state at a point that the next run may begin at. */
  #save(): void {
    if (this.#actions.length < 2) return;
    const { step, last, preemptions } = this.#point;
    const saved = this.#checkpoints[step];
    const { nodes, broken } = this;
    const recoveries = this.#recoveries;
    const isOver = this.#isOver;
    if (saved === undefined) {
      const memory = this.#memory.save();
      const [operations, until] = [this.#operations, [...this.#until]];
      this.#checkpoints[step] = {
        memory,
        nodes: [...nodes],
        recoveries: [...recoveries],
        isOver,
        deaths: this.#deaths,
        until,
        operations,
        step,
        last,
        preemptions,
        broken,
        races: this.races?.mark() ?? 0,
      };
      return;
    }
    this.#memory.save(saved.memory);
    for (let task = 0; task < this.#tasks; task++) {
      saved.nodes[task] = nodes[task] ?? fail();
      saved.recoveries[task] = recoveries[task];
      saved.until[task] = this.#until[task] ?? NaN;
    }
    saved.isOver = isOver;
    saved.deaths = this.#deaths;
    saved.operations = this.#operations;
    saved.last = last;
    saved.preemptions = preemptions;
    saved.broken = broken;
    saved.races = this.races?.mark() ?? 0;
  }

  #resume(
    { memory, nodes, recoveries, isOver, deaths, until, operations, step, last, preemptions, broken, races }:
      Checkpoint,
  ): void {
    const point = this.#point;
    this.#memory.restore(memory);
    for (let task = 0; task < this.#tasks; task++) {
      this.nodes[task] = nodes[task] ?? fail();
      this.#recoveries[task] = recoveries[task];
      this.#until[task] = until[task] ?? NaN;
    }
    this.#isOver = isOver;
    this.#deaths = deaths;
    this.#operations = operations;
    this.broken = broken;
    this.races?.restore(races);
    point.step = step;
    point.last = last;
    point.preemptions = preemptions;
  }

  #begin(watches: boolean, watchRaces: boolean): void {
    const point = this.#point;
    this.model.reset();
    this.#watches = watches;
    if (watchRaces) this.races ??= new RaceDetector(this.#tasks);
    else this.races = undefined;
    this.races?.reset();
    this.broken = undefined;
    this.picks.length = 0;
    this.taken.length = 0;
    this.#operations = 0;
    point.step = 0;
    point.preemptions = 0;
    point.last = -1;
    for (let task = 0; task < this.#tasks; task++) {
      this.nodes[task] = this.model.tasks[task]?.root ?? fail();
      this.#recoveries[task] = undefined;
      this.#until[task] = NaN;
    }
    this.#isOver = false;
    this.#deaths = 0;
    if (this.#checks) this.#checkInvariant();
    for (let task = 0; task < this.#tasks; task++) {
      const { operation, isPoint, end } = this.nodes[task] ?? fail();
      if (end !== undefined) this.#ended(task);
      // What comes before a task's first point is no action of its own.
      else if (this.granularity === "operation" && !isPoint && operation?.kind !== "choose") this.#advance(task, 0);
    }
    this.#accesses.length = 0;
    this.#woken.length = 0;
  }

  /** A number for a shared thing, beyond those of places in memory. */
  #placeOf(object: string): number {
    const known = this.#objects.get(object);
    if (known !== undefined) return known;
    const place = CALLED + this.#objects.size;
    this.#objects.set(object, place);
    return place;
  }

  /** Lists what can happen, the default first. */
  #offer(): void {
    const tasks = this.#tasks;
    const actions = this.#actions;
    const { last } = this.#point;
    const current = last < 0 ? 0 : last % tasks;
    let count = 0;
    const isGated = this.granularity === "operation";
    let timed = false;
    this.#point.preempts = false;
    for (let step = 0; step < tasks; step++) {
      const task = (current + step) % tasks;
      const until = this.#until[task] ?? NaN;
      if (!Number.isNaN(until)) {
        timed ||= until !== Infinity;
        continue;
      }
      const node = this.nodes[task] ?? fail();
      const { operation } = node;
      if (operation === undefined) {
        if (this.#recoveries[task] === undefined) continue;
        if (step === 0) this.#point.preempts = last >= 0;
        actions[count++] = task;
        continue;
      }
      if (operation.kind === "choose") {
        for (let choice = 0; choice < operation.n; choice++) actions[count++] = task + choice * tasks;
        // Nobody else can tell when a choice is made.
        if (step > 0) continue;
        shorten(actions, count);
        return this.#offerDeaths();
      }
      if (isGated && operation.kind === "call" && node.gate !== null && this.#isShut(node, task)) continue;
      if (node.loop !== null && this.#goesRound(node, task)) continue;
      if (step === 0) this.#point.preempts = last >= 0;
      actions[count++] = task;
    }
    shorten(actions, count);
    if (timed) this.#offerTimes();
    if (!this.#isHeardLate) return;
    if (this.model.daemons.size > 0 && this.#isAlone()) this.#offerEnd();
    this.#offerDeaths();
  }

  /** Lists the deaths of those who live: by words anywhere, else not in the middle of a call that does not wait. */
  #offerDeaths(): void {
    if (this.#deaths >= this.#mostDeaths || this.#actions.length === 0) return;
    for (const [task, { call }] of this.nodes.entries()) {
      if (this.endOf(task) !== undefined) continue;
      const isWhole = call === undefined || !Number.isNaN(this.#until[task] ?? NaN);
      if (isWhole || this.granularity === "word") this.#actions.push(task + DEATH * this.#tasks);
    }
  }

  /** Whether nobody is left but daemons. */
  #isAlone(): boolean {
    return this.nodes.every(({ end }, task) => {
      return this.model.daemons.has(task) || (end !== undefined && this.#recoveries[task] === undefined);
    });
  }

  /** Puts the end of the run before what daemons can do. */
  #offerEnd(): void {
    this.#point.preempts = false;
    if (this.#isOver) this.#actions.length = 0;
    else if (this.#areStopped()) this.#actions.unshift(this.#first);
  }

  /** Whether each daemon is where it can be stopped: nobody is in the middle of a call. */
  #areStopped(): boolean {
    return this.nodes.every(({ call }, task) => {
      const recovery = this.#recoveries[task];
      if (recovery !== undefined) return recovery.node.call === undefined;
      return call === undefined || !Number.isNaN(this.#until[task] ?? NaN);
    });
  }

  /** Lists those who wait with a deadline, the earliest first; only these where times come in order. */
  #offerTimes(): void {
    const timed: number[] = [];
    for (const [task, until] of this.#until.entries()) if (until < Infinity) timed.push(task);
    timed.sort((one, other) => (this.#until[one] ?? 0) - (this.#until[other] ?? 0));
    const [earliest = 0] = timed.map((task) => this.#until[task]);
    for (const task of timed) if (!this.#isOrdered || this.#until[task] === earliest) this.#actions.push(task);
  }

  #isShut(node: TreeNode, task: number): boolean {
    if (node.gate === undefined) {
      const { operation } = node;
      node.gate = node.isPoint && operation?.kind === "call" ? this.model.gate(task, operation) : null;
    }
    if (node.gate === null) return false;
    const { end } = this.model.evaluate(node.gate);
    return end?.kind === "returned" && end.value === false;
  }

  /** Whether a task would only go round again in a loop that waits. */
  #goesRound(node: TreeNode, task: number): boolean {
    if (node.loop === undefined) {
      node.loop = (node.isPoint ? this.model.tasks[task]?.loopAt(node, this.stepLimit) : undefined) ?? null;
    }
    return node.loop?.reads.every(({ load, value }) => Object.is(this.#memory.begin(load, task), value)) ?? false;
  }

  /** The tasks that can do no more than to go round again in a loop that waits, given all actions that can happen. */
  lookingInVain(actions: readonly number[]): readonly number[] {
    const living = actions.filter((action) => !isDeath(action, this.#tasks));
    const offered = new Set(living.map((action) => action % this.#tasks));
    return [...this.nodes.keys()].filter((task) => this.nodes[task]?.loop && !offered.has(task));
  }

  /** Whether the tasks that go round, where no other can go on, do so for ten times as long as a run may last. */
  #isLasting(): boolean {
    return this.nodes.every((node, task) => {
      const { loop } = node;
      if (!loop?.round || this.model.daemons.has(task) || !Number.isNaN(this.#until[task] ?? NaN)) return true;
      const most = LASTING * this.stepLimit;
      return loop.isEndless ??= this.model.tasks[task]?.lasting(node, loop.round, most) === most;
    });
  }

  #act(task: number, choice: number): void {
    shorten(this.#accesses, 0);
    shorten(this.#woken, 0);
    // Whether it may go on depends on all that its loop reads.
    if (this.#watches) { for (const place of this.#held(this.nodes[task])) this.#accesses.push(reads(place)); }
    if (!this.#isHeardLate || !this.#actsOnEnds(task, choice)) {
      if (Number.isNaN(this.#until[task] ?? NaN)) this.#advance(task, choice);
      else {
        this.#expire(task);
        // Its time has come: within a call, or before its first point, it goes on with that.
        const { isPoint, operation } = this.#nodeOf(task);
        const goesOn = operation !== undefined && operation.kind !== "choose" && !isPoint;
        if (this.granularity === "operation" && goesOn) this.#advance(task, 0);
      }
    }
    if (this.#checks) this.#checkInvariant();
    if (!this.#isHeardLate || !this.#watches || this.#isOver) return;
    const { daemons } = this.model;
    // What a daemon does matters only before the end of the run, which comes after that of all others.
    if (daemons.size > 0 && (daemons.has(task) || this.nodes[task]?.end !== undefined)) {
      this.#accesses.push(reads(endPlace(this.#memory.layout)));
    }
  }

  /** Performs an action that there is only with daemons or deaths; false where it is none. */
  #actsOnEnds(task: number, choice: number): boolean {
    if (this.model.daemons.size > 0 && task === this.#first && this.#isAlone()) {
      this.#isOver = true;
      this.model.stopsDaemons ||= this.nodes.some(({ end }) => end === undefined);
      this.#accesses.push(writes(endPlace(this.#memory.layout)));
    } else if (choice === DEATH) this.#die(task);
    else if (this.#recoveries[task]?.tree === null) this.#heard(task);
    else return false;
    return true;
  }

  /** Where a task stands, or what is told of its end. */
  #nodeOf(task: number): TreeNode {
    return this.#recoveries[task]?.node ?? this.nodes[task] ?? fail();
  }

  /** Performs operations of a task up to the next point. */
  #advance(task: number, choice: number): void {
    for (let first = true;; first = false) {
      const node = this.#nodeOf(task);
      const { operation } = node;
      if (operation === undefined) return;
      if (!first && (node.isPoint || operation.kind === "choose")) return;
      if (++this.#operations > this.#most) return;
      const answer = this.#answer(operation, task, choice);
      this.#observe?.(task, node, answer);
      if (answer === PARKED) {
        this.#until[task] = deadlineOf(operation);
        return;
      }
      this.#follow(task, node, answer);
      if (operation.kind === "notify") this.#wake(task);
      if (this.granularity === "word") return;
    }
  }

  /** Takes a task, or what is told of its end, to where an answer leads. */
  #follow(task: number, node: TreeNode, answer: Answer | Failure): void {
    const recovery = this.#recoveries[task];
    if (recovery === undefined) {
      const next = this.model.tasks[task]?.after(node, answer) ?? fail();
      this.nodes[task] = next;
      if (next.end !== undefined) this.#ended(task);
    } else {
      const { tree } = recovery;
      if (tree !== null) this.#recoveries[task] = this.#untold(task, tree, tree.after(node, answer));
    }
  }

  #answer(operation: Operation, task: number, choice: number): Answer | typeof PARKED | Failure {
    if (operation.kind === "choose" && choice > 0) return choice;
    let answer: Answer | typeof PARKED;
    try {
      answer = this.#memory.begin(operation, task);
    } catch (error) {
      return new Failure(error);
    }
    if (this.#watches) {
      const reached = answer === PARKED ? undefined : answer;
      addAccesses(this.#accesses, this.model, { operation, answer: reached });
      if (this.#isOrdered && answer === PARKED && deadlineOf(operation) < Infinity) this.#accesses.push(this.#anyTime);
    }
    if (this.races !== undefined && answer !== PARKED) {
      if ("order" in operation) this.races.access(task, operation, answer, this.#operations);
      else if (operation.kind === "read") this.races.touch(task, operation, this.#operations);
      else if (operation.kind === "write") {
        const { kind, offset, bytes: { length } } = operation;
        this.races.touch(task, { kind, offset, length }, this.#operations);
      }
    }
    return answer;
  }

  /** Lets those go on whom a task has woken. */
  #wake(waker: number): void {
    for (const { task, answer } of this.#memory.takeReady()) {
      const node = this.#nodeOf(task);
      // Where times come in order, the next one can come when this one does not.
      if (this.#isOrdered && (this.#until[task] ?? Infinity) < Infinity) this.#accesses.push(this.#anyTime);
      this.#until[task] = NaN;
      this.#observe?.(task, node, answer);
      this.#follow(task, node, answer);
      if (task === waker) continue;
      this.#woken.push(task);
      if (waker >= 0) this.races?.wakes(waker, task);
    }
  }

  #expire(task: number): void {
    if (this.#watches) {
      const { operation } = this.#nodeOf(task);
      if (this.model.isTimed) this.#accesses.push(this.#anyTime);
      if (operation?.kind === "wait") this.#accesses.push(writes(operation.word));
    }
    this.#memory.expire(task);
    this.#wake(task);
  }

  #die(task: number): void {
    const { operation } = this.nodes[task] ?? fail();
    if (this.#watches) {
      this.#accesses.push(writes(deathsPlace(this.#memory.layout)));
      if (operation?.kind === "wait") this.#accesses.push(writes(operation.word));
      if (this.#isOrdered && (this.#until[task] ?? Infinity) < Infinity) this.#accesses.push(this.#anyTime);
    }
    this.#deaths++;
    this.#memory.unpark(task);
    this.#until[task] = NaN;
    this.nodes[task] = this.model.death(task) ?? fail();
    this.#ended(task);
  }

  /** How many tasks have died in the last run. */
  get deaths(): number {
    return this.#deaths;
  }

  /** How a task ended, as far as anybody has heard. */
  endOf(task: number): TreeEnd | undefined {
    return this.#recoveries[task]?.tree === null ? undefined : this.nodes[task]?.end;
  }

  #ended(task: number): void {
    if (this.#mostDeaths > 0 || this.model.daemons.has(task)) {
      this.#recoveries[task] = { tree: null, node: this.nodes[task] ?? fail() };
    } else this.#heard(task);
  }

  #heard(task: number): void {
    this.#recoveries[task] = undefined;
    const end = this.nodes[task]?.end;
    const error = end?.kind === "threw" ? end.error : undefined;
    // After a failed assertion the run is a bug already; what else it shows is not to come from the recovery.
    if (isAssertion(error)) return;
    const tree = this.model.recovery(task, end?.kind === "threw" ? String(error) : undefined);
    if (tree !== null) this.#recoveries[task] = this.#untold(task, tree, tree.root);
  }

  /** Goes past things to which the end of a task is nothing: what they look at is settled (see `SharedThing.ended`). */
  #untold(task: number, tree: AnswerTree, node: TreeNode): Recovery | undefined {
    let told: Recovery | undefined = { tree, node };
    const passed: (readonly [node: TreeNode, answer: Answer])[] = [];
    for (let ahead = node; told !== undefined;) {
      const { operation, isPoint } = ahead;
      if (isPoint || operation === undefined) {
        for (const [node, answer] of passed) {
          const { operation } = node;
          if (operation !== undefined && this.#watches) {
            addAccesses(this.#accesses, this.model, { operation, answer });
          }
          this.#operations++;
          this.#observe?.(task, node, answer);
        }
        passed.length = 0;
        told = operation === undefined ? undefined : { tree, node: ahead };
      }
      const isLook = operation?.kind === "load" || (operation?.kind === "call" && operation.method === "ended");
      if (operation === undefined || !isLook || (ahead === node && !isPoint)) break;
      const answer = this.#memory.begin(operation, task);
      if (answer === PARKED) break;
      passed.push([ahead, answer]);
      ahead = tree.after(ahead, answer);
    }
    return told;
  }

  #checkInvariant(): void {
    const { invariant } = this.model;
    if (invariant === undefined) return;
    if (this.#watches) {
      const seen: number[] = [];
      this.model.evaluate(invariant, seen);
      // The order of any two changes of what the invariant reads matters to it.
      if (conflict(seen, this.#accesses)) this.#accesses.push(writes(clockPlace(this.#memory.layout)));
    }
    if (this.broken !== undefined) return;
    const { end } = this.model.evaluate(invariant);
    if (end?.kind === "threw") this.broken = String(end.error);
    else if (end?.value === false) this.broken = "the invariant does not hold";
  }

  /** The words that a task reads before it goes round again in a loop that waits. */
  #held(node: TreeNode | undefined): readonly number[] {
    return node?.loop?.reads.map(({ load: { word } }) => word) ?? [];
  }

  /** What tasks would reach that wait before a call or in a loop, or that the end of the run has stopped. */
  #pending(): ReadonlyMap<number, readonly number[]> {
    const pending = new Map<number, readonly number[]>();
    for (const [task, node] of this.nodes.entries()) {
      const { gate } = node;
      if (this.endOf(task) !== undefined) continue;
      const accesses = this.#held(node).map(reads);
      if (this.#isOver) accesses.push(reads(endPlace(this.#memory.layout)));
      if (gate !== null && gate !== undefined) {
        const looks: number[] = [];
        this.model.evaluate(gate, looks);
        // Beginning the call changes what the look only reads.
        for (const access of looks) accesses.push(access | 1);
      }
      if (accesses.length > 0) pending.set(task, accesses);
    }
    return pending;
  }
}

/** The first number of a shared thing. */
const CALLED = 2 ** 28;

/** Whether an error is a failed assertion, of this library or of another. */
export function isAssertion(error: unknown): boolean {
  return error instanceof Error && error.name === "AssertionError";
}

/** By how many times a run that shows that something lasts is longer than others. */
const LASTING = 10;

const NONE: ReadonlyMap<number, readonly number[]> = new Map();

const RETRACING = { begin: () => true, end: () => {} };

/** Cuts a list, where it is longer: setting a length costs more than looking at it. */
function shorten(list: unknown[], length: number): void {
  if (list.length > length) list.length = length;
}

function deadlineOf(operation: Operation): number {
  if (operation.kind === "sleep") return operation.until;
  return operation.kind === "wait" ? operation.deadline ?? Infinity : Infinity;
}

function fail(): never {
  throw new TypeError("Cannot go on: no such task, a task of the program is wanted");
}
