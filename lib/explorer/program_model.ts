/**
 * A program in the form in which the explorer runs it: its memory, and each of its parts as an answer tree.
 *
 * - All runs share the memory and the trees, so a run costs little more than its memory operations.
 * - Tasks share only the memory: a task's steps are created anew whenever they run from the start.
 * - Longer than most files because learning the trees and what the program looks at is one state of all runs.
 */

import { encode, roundTrip } from "../codec/mod.ts";
import { farError, GuestDiedError } from "../errors.ts";
import {
  type Answer,
  type CallOperation,
  InlineCall,
  type Memory,
  ModelMemory,
  type Operation,
  PARKED,
  type Steps,
} from "../memory/mod.ts";
import { type AnyProgram, isForeign, outcomeSteps, ownSteps, type Settings } from "../program/mod.ts";
import { recover, type Shareables, type SharedThing, Space } from "../sync/mod.ts";
import { addAccesses } from "./accesses.ts";
import { unaided } from "./ambient.ts";
import { AnswerTree, type TreeNode } from "./answer_tree.ts";
import { Granted } from "./granted.ts";
import { Failure, type TreeRules } from "./prompter.ts";
import { type Looks, looksWith, NO_LOOKS } from "./looks.ts";

/** Options of a model. */
export interface ModelOptions {
  /** What the tasks are known to look at; nothing by default. */
  readonly looks?: Looks | undefined;
  /** Whether deadlines expire in any order (`free`) or the earliest first (`ordered`); `free` by default. */
  readonly clock?: Clock | undefined;
}

/** The orders in which deadlines may expire. */
export const clocks = ["free", "ordered"] as const;

/** An order in which deadlines may expire. */
export type Clock = typeof clocks[number];

/** The maximum number of trees for outcomes to keep. */
const MOST_TREES = 1000;

/** A program in the form in which the explorer runs it: its memory, and each of its parts as an answer tree. */
export class ProgramModel {
  /** The program. */
  readonly program: AnyProgram;
  /** The settings of the program. */
  readonly settings: Settings;
  /** The names of the tasks. */
  readonly names: readonly string[];
  /** The numbers of the tasks that are daemons; empty if all tasks are. */
  readonly daemons: ReadonlySet<number>;
  /**
   * The assumptions of the present search's runs. Invariant: only this and `seen` depend on which runs were performed;
   * all else that the model has learned is true of every run, so a run has the same result without it.
   *
   * @internal
   */
  granted: Granted = new Granted();
  /** The memory, which one run after another uses. */
  readonly memory: ModelMemory;
  /** The answer tree of each task. */
  readonly tasks: readonly AnswerTree[];
  /** The answer tree of the invariant, if the program has one. */
  readonly invariant: AnswerTree | undefined;
  /** What the tasks are known to look at. */
  readonly looks: Looks;
  /** The order in which deadlines expire. */
  readonly clock: Clock;
  #seen: Looks;
  readonly #rules: TreeRules;
  readonly #space: Space<Shareables>;
  readonly #initialize: AnswerTree;
  readonly #outcomes = new Map<string, AnswerTree>();
  // The tasks, if they were all created together.
  #together: ReturnType<AnyProgram["tasks"]> | undefined;
  readonly #questions = new Map<string, AnswerTree | null>();
  // By task: the recovery after it has returned.
  readonly #returned: (AnswerTree | null | undefined)[] = [];
  readonly #things: ReadonlyMap<string, SharedThing>;
  readonly #leaking: readonly (readonly [name: string, thing: SharedThing])[];

  /**
   * Lays out the memory of a program.
   *
   * @throws {TypeError} if another copy of the library defined the program, or its tasks have no distinct names.
   */
  constructor(program: AnyProgram, settings: Settings, { looks = NO_LOOKS, clock = "free" }: ModelOptions = {}) {
    if (isForeign(program)) {
      throw new TypeError(
        `Cannot explore ${program.name}: another copy of the library defined it, ` +
          "one that is imported from the same URL as what explores it is wanted",
      );
    }
    this.program = program;
    this.settings = settings;
    const tasks = unaided(() => program.tasks(settings));
    this.names = tasks.map(({ name }) => name);
    const daemons = [...tasks.keys()].filter((task) => tasks[task]?.daemon);
    this.daemons = new Set(daemons.length < tasks.length ? daemons : []);
    if (this.names.length === 0 || new Set(this.names).size < this.names.length) {
      const is = this.names.join(", ") || "nothing";
      throw new TypeError(
        `Cannot explore ${program.name}: its tasks are named ${is}, tasks of distinct names are wanted`,
      );
    }
    const space = new Space(unaided(() => program.shared(settings)), { tasks: this.names.length, names: this.names });
    this.#space = space;
    this.looks = this.#seen = looks;
    this.clock = clock;
    this.#rules = {
      looks,
      isMonitor: (word) => space.isMonitor(word),
      isLook: (operation) => this.isLook(operation),
      note: (operation) => this.#seen = looksWith(this.#seen, operation),
    };
    this.memory = new ModelMemory(space.layout, { patient: !this.isTimed });
    this.#things = space.attach(this.memory).things;
    this.#leaking = [...this.#things].filter(([, { leaks }]) => leaks !== undefined);
    this.tasks = this.names.map((name, task) => {
      const make = (memory: Memory) => {
        const steps = (this.#together ?? program.tasks(settings))[task];
        if (steps?.name === name) return steps.run(space.bind(memory, { task }));
        throw new TypeError(`Cannot run ${name}: task ${task} is ${steps?.name}, the same tasks each time are wanted`);
      };
      const { layout } = space;
      const own = (memory: Memory) =>
        begun(() => ownSteps({ name, layout, make }, memory), this.#together !== undefined);
      return new AnswerTree(layout, own, this.#rules);
    });
    this.#initialize = new AnswerTree(space.layout, () => space.initialize());
    const { invariant } = program;
    this.invariant = invariant && new AnswerTree(space.layout, (memory) => invariant(space.bind(memory)), this.#rules);
  }

  /** Whether the time itself matters, and not only which deadlines have expired. */
  get isTimed(): boolean {
    return this.looks.clock || this.clock === "ordered";
  }

  /** Whether time may pass before an operation: it reads the clock, and deadlines expire in any order. */
  isLook({ kind, starts }: Operation & { readonly starts?: boolean }): boolean {
    return kind === "now" && !starts && this.clock === "free" && this.looks.clock;
  }

  /** What the tasks have been found to look at. */
  get seen(): Looks {
    return this.#seen;
  }

  /**
   * Whether a task is known to use plain words. A run that is the first to use one is performed again, to look for
   * races.
   */
  get hasPlain(): boolean {
    for (const { hasPlain } of this.tasks) if (hasPlain) return true;
    return false;
  }

  /** Whether a task's tree is full, and must be dropped by a run from its start. */
  get isFull(): boolean {
    for (const { isFull } of this.tasks) if (isFull) return true;
    return false;
  }

  /**
   * Forgets what the tasks do. They are all created anew together, as when they run in one realm. None does anything
   * before its first action, which is {@linkcode START}.
   */
  forget(): void {
    this.#together = unaided(() => this.program.tasks(this.settings));
    for (const tree of this.tasks) tree.forget();
    this.invariant?.forget();
    this.#outcomes.clear();
  }

  /** Resets the memory to the initial state of the program. */
  reset(): void {
    this.memory.reset();
    this.evaluate(this.#initialize);
  }

  /**
   * Runs a tree's steps at once, unnoticed by the tasks. Returns their end, or the place where they would have to wait
   * for a task that is in a monitor. Adds their accesses to `accesses`.
   */
  evaluate(tree: AnswerTree, accesses?: number[]): TreeNode {
    let node = tree.root;
    while (node.operation !== undefined && !this.#waitsAtDoor(node.operation)) {
      const answer = this.#answer(node.operation);
      if (accesses !== undefined && !(answer instanceof Failure)) {
        addAccesses(accesses, this, { operation: node.operation, answer });
      }
      node = tree.after(node, answer);
    }
    return node;
  }

  /**
   * The end of the steps that read the outcome, given the tasks' results; undefined results mean that every task
   * returned nothing.
   */
  outcome(results: readonly unknown[] | undefined): TreeNode {
    const key = results === undefined ? "" : exactText(results);
    let tree = this.#outcomes.get(key);
    if (tree === undefined) {
      const { program, settings } = this;
      const kept = results ?? this.names.map(() => undefined);
      tree = new AnswerTree(
        this.#space.layout,
        (memory) => {
          // A copy, so that changes to the results affect nobody else.
          const results = roundTrip([...kept]) as readonly unknown[];
          return outcomeSteps(program, this.#space.bind(memory), { results, settings });
        },
        this.#rules,
      );
      if (this.#outcomes.size >= MOST_TREES) this.#outcomes.clear();
      this.#outcomes.set(key, tree);
    }
    return this.evaluate(tree);
  }

  /**
   * The steps that tell the shared things that a task has ended, or null if none needs to know; `failure` is the text
   * of the error it failed with.
   */
  recovery(task: number, failure: string | undefined): AnswerTree | null {
    if (failure !== undefined) return this.#recovery(task, failure);
    // The usual case, in every run.
    let known = this.#returned[task];
    if (known === undefined) {
      known = this.#recovery(task, failure);
      this.#returned[task] = known;
    }
    return known;
  }

  #recovery(task: number, failure: string | undefined): AnswerTree | null {
    return this.#question(`recovery ${task} ${failure}`, () => {
      const isTold = ({ ended, died }: SharedThing) =>
        ended !== undefined || (failure !== undefined && died !== undefined);
      if (![...this.#things.values()].some(isTold)) return null;
      // It has its own views, because those of an operation in progress may have half changed things.
      return new AnswerTree(this.#space.layout, (memory) => {
        return recover(this.#space.attach(memory).things.values(), { task, failure });
      }, this.#rules);
    });
  }

  /** The place of a task that has died. */
  death(task: number): TreeNode | undefined {
    const cause = "it died";
    const error = new GuestDiedError({ guest: this.names[task] ?? "", mode: "direct", cause });
    return this.#question(`death ${task}`, () => {
      return new AnswerTree(this.#space.layout, () => {
        throw error;
      });
    })?.root;
  }

  /** The tree that determines whether a task's call may begin; null if it always may. */
  gate(task: number, { object, method, args }: CallOperation): AnswerTree | null {
    if (args.length > 0 || this.looks.waits) return null;
    return this.#question(`ready ${task} ${object} ${method}`, () => {
      const layout = this.#space.layout;
      const thing = this.#space.attach(this.memory, { task }).things.get(object);
      if (thing?.ready?.(method, args) === undefined) return null;
      return new AnswerTree(layout, (memory) => {
        const { things } = this.#space.attach(memory, { task });
        return things.get(object)?.ready?.(method, args) ?? nothing();
      });
    });
  }

  /** The shared things and their parts, by name. */
  get things(): ReadonlyMap<string, SharedThing> {
    return this.#things;
  }

  /** The tasks that hold a thing. */
  holders(object: string): readonly number[] {
    const thing = this.#things.get(object);
    return this.#tasksBy(`holders ${object}`, thing?.holders?.bind(thing) ?? thing?.owners?.bind(thing));
  }

  /** The tasks ahead of a waiting task in the queue of a thing. */
  ahead(object: string, task: number): readonly number[] {
    const thing = this.#things.get(object);
    return this.#tasksBy(`ahead ${object} ${task}`, thing?.ahead?.bind(thing, task));
  }

  #tasksBy(key: string, ask: (() => Steps<readonly number[]>) | undefined): readonly number[] {
    const tree = this.#question(key, () => ask === undefined ? null : new AnswerTree(this.#space.layout, ask));
    const end = tree === null ? undefined : this.evaluate(tree).end;
    return end?.kind === "returned" ? end.value as readonly number[] : [];
  }

  /** The names of the things that a task holds. */
  heldBy(task: number): readonly string[] {
    return [...this.#things.keys()].filter((name) => this.holders(name).includes(task));
  }

  /** Whether a task in the queue of a thing sleeps on that word. */
  isLane(word: number): boolean {
    return this.#space.isLane(word);
  }

  /** The methods of a thing that wake waiters and have no effect on those who come later. */
  signalsOf(object: string): readonly string[] {
    return this.#things.get(object)?.signals ?? [];
  }

  /** Wakes all that wait for a thing, as its signal would. */
  rouse(object: string): void {
    const tree = this.#question(`rouse ${object}`, () => {
      return new AnswerTree(this.#space.layout, () => this.#things.get(object)?.rouse?.() ?? nothing());
    });
    if (tree !== null) this.evaluate(tree);
  }

  /** Whether anything can be left held or unfinished at the end. */
  get canLeak(): boolean {
    return this.#leaking.length > 0;
  }

  /** What is left held or unfinished at the end, by thing. */
  leaks(): readonly { readonly thing: string; readonly clause: string }[] {
    const leaks: { thing: string; clause: string }[] = [];
    for (const [name, thing] of this.#leaking) {
      const tree = this.#question(`leaks ${name}`, () => {
        return new AnswerTree(this.#space.layout, () => thing.leaks?.() ?? nothing());
      });
      const end = tree === null ? undefined : this.evaluate(tree).end;
      if (end?.kind !== "returned") continue;
      for (const clause of end.value as readonly string[]) leaks.push({ thing: name, clause });
    }
    return leaks;
  }

  #question(key: string, make: () => AnswerTree | null): AnswerTree | null {
    let tree = this.#questions.get(key);
    if (tree === undefined) {
      tree = make();
      this.#questions.set(key, tree);
    }
    return tree;
  }

  /** Whether an operation is part of waiting to enter a monitor, when nothing has changed yet. */
  #waitsAtDoor(operation: Operation): boolean {
    const waits = operation.kind === "wait" || (operation.kind === "compareExchange" && operation.expected !== 0);
    return waits && this.#rules.isMonitor(operation.word);
  }

  #answer(operation: Operation): Answer | Failure {
    const lone = -1;
    let answer: ReturnType<ModelMemory["begin"]>;
    try {
      answer = this.memory.begin(operation, lone);
    } catch (error) {
      return new Failure(error);
    }
    if (answer !== PARKED) return answer;
    this.memory.unpark(lone);
    return new Failure(new TypeError("Cannot wait: what is read between the tasks must not wait, a look is wanted"));
  }
}

/** The operation of a task that has not started, if starting is an action of its own. */
export const START: CallOperation = { kind: "call", object: "", method: "start", args: [] };

/**
 * The steps of a task, created when they begin, or after an initial action that only starts them. Their result crosses
 * as bytes, as in every mode.
 */
function* begun(make: () => Steps<unknown>, isLate: boolean): Steps<unknown> {
  if (isLate) {
    const started = yield START;
    if (started instanceof InlineCall) started.ended = true;
  }
  try {
    const value = yield* make();
    if (isPrimitive(value)) return value;
    // The result keeps its type, and errors name the same path as in every mode.
    return (roundTrip({ value }) as { readonly value: unknown }).value;
  } catch (error) {
    throw tellable(error);
  }
}

/** The thrown value, or, if it cannot be converted to a string, an error that says so. */
function tellable(thrown: unknown): unknown {
  try {
    String(thrown);
    return thrown;
  } catch {
    const { name, message } = farError(thrown);
    return Object.defineProperty(new Error(message), "name", { value: name });
  }
}

/** A text that differs whenever the tasks' results differ. */
function exactText(values: readonly unknown[]): string {
  return values.map((value) => {
    if (typeof value === "string") return JSON.stringify(value);
    return isPrimitive(value) ? `${typeof value} ${Object.is(value, -0) ? "-0" : String(value)}` : `[${encode(value)}]`;
  }).join();
}

function isPrimitive(value: unknown): boolean {
  return value === null || !["object", "function", "symbol"].includes(typeof value);
}

function* nothing() {}
