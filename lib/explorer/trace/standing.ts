/**
 * The state of the tasks between two steps of a run, and what the shared things hold, for people who step through it.
 *
 * - Looking has no effect: its changes to the memory are undone.
 * - The execution decides whether a task is blocked: it has none of the possible actions.
 */

import { type Answer, PARKED } from "../../memory/mod.ts";
import { dataText } from "../../program/mod.ts";
import type { SharedThing } from "../../sync/mod.ts";
import { AnswerTree, type TreeNode } from "../answer_tree.ts";
import type { Execution } from "../execution.ts";
import type { Failure } from "../prompter.ts";
import { actionText } from "./action_text.ts";

/**
 * The state of a task: it `acts` next if it is picked; it `waits` and cannot act; it is `timed` if it waits and its
 * deadline may expire; or it has ended, failed or died.
 */
export type Stand = "acts" | "waits" | "timed" | "ended" | "failed" | "died";

/** The state of a task between two steps. */
export interface TaskStanding {
  /** The kind of state. */
  readonly stand: Stand;
  /** What it does next or is doing, such as `count.store(1)`, or how it ended. */
  readonly next: string;
  /** The name of the shared thing that it waits for, if that has one. */
  readonly waitsFor: string | undefined;
  /** The numbers of the tasks that hold that thing. */
  readonly heldBy: readonly number[];
  /** The names of the shared things that it holds. */
  readonly holds: readonly string[];
}

/** The state of a shared thing between two steps. */
export interface ThingStanding {
  /** Its name. */
  readonly name: string;
  /** What it contains or reports about itself; undefined if nothing. */
  readonly value: unknown;
  /** The value as text; empty if there is none. */
  readonly text: string;
  /** The numbers of the tasks that hold it. */
  readonly heldBy: readonly number[];
}

/** The state of a run between two steps. */
export interface Moment {
  /** The tasks, in order. */
  readonly tasks: readonly TaskStanding[];
  /** The shared things, in the order in which the program names them. */
  readonly things: readonly ThingStanding[];
}

/** Looks at an execution between the steps of a run; it must be told of each operation. */
export class Onlooker {
  readonly #execution: Execution;
  readonly #parked = new Set<number>();
  // By name: the steps that report the contents of a thing.
  readonly #trees = new Map<string, AnswerTree>();

  /** Looks at an execution. */
  constructor(execution: Execution) {
    this.#execution = execution;
    const { model } = execution;
    for (const [name, thing] of model.things) {
      const tell = tellerOf(thing);
      // Parts, such as the lock of a condition, have a name with a dot.
      if (name.includes(".") || tell === undefined) continue;
      this.#trees.set(name, new AnswerTree(model.memory.layout, tell));
    }
  }

  /** See `Observe`. */
  observe(task: number, answer: Answer | typeof PARKED | Failure): void {
    if (answer === PARKED) this.#parked.add(task);
    else this.#parked.delete(task);
  }

  /** The present state, given the possible actions. */
  look(actions: readonly number[]): Moment {
    const { model } = this.#execution;
    return { tasks: model.names.map((_, task) => this.standing(task, actions)), things: this.#things() };
  }

  /** The state of a task, given the possible actions. */
  standing(task: number, actions: readonly number[]): TaskStanding {
    const { model, nodes } = this.#execution;
    const { memory: { layout }, names } = model;
    const node = nodes[task];
    const holds = model.heldBy(task).filter((name) => !name.includes("."));
    const at = { waitsFor: undefined, heldBy: [], holds };
    if (node === undefined || node.operation === undefined) {
      const died = this.#execution.placeOf(task) !== node;
      if (died) return { ...at, stand: "died", next: "died" };
      const end = node?.end;
      if (end?.kind === "threw") return { ...at, stand: "failed", next: `threw ${end.error}` };
      const value = end?.value;
      return { ...at, stand: "ended", next: value === undefined ? "has ended" : `returned ${dataText(value)}` };
    }
    const { operation, call } = node;
    const next = actionText(call ?? operation, { layout }).trim();
    const isOffered = actions.some((action) => action % names.length === task);
    const isParked = this.#parked.has(task);
    if (isOffered && !isParked) return { ...at, stand: "acts", next };
    const object = objectOf(node, (word) => layout.nameOf(word));
    const holders = object === undefined ? [] : model.holders(object).filter((holder) => holder !== task);
    return { ...at, stand: isOffered ? "timed" : "waits", next, waitsFor: object, heldBy: holders };
  }

  #things(): readonly ThingStanding[] {
    const { model } = this.#execution;
    const { memory } = model;
    const things: ThingStanding[] = [];
    for (const name of model.things.keys()) {
      if (name.includes(".")) continue;
      const tree = this.#trees.get(name);
      let value: unknown;
      if (tree !== undefined) {
        const saved = memory.save();
        const { end } = model.evaluate(tree);
        memory.restore(saved);
        if (end?.kind === "returned") value = end.value;
      }
      const text = value === undefined ? "" : dataText(value);
      things.push({ name, value, text, heldBy: model.holders(name) });
    }
    return things;
  }
}

/** The steps that report the contents of a thing, if it reports any. */
function tellerOf(thing: SharedThing): (() => ReturnType<NonNullable<SharedThing["contents"]>>) | undefined {
  if (thing.contents !== undefined) return () => thing.contents?.() ?? none();
  const { statistics } = thing as { statistics?: NonNullable<SharedThing["contents"]> };
  return statistics === undefined ? undefined : () => statistics.call(thing);
}

function* none() {}

/** The name of the shared thing of an operation, if it has one. */
function objectOf({ operation, call }: TreeNode, nameOf: (word: number) => string): string | undefined {
  if (call !== undefined) return call.object;
  if (operation?.kind === "call") return operation.object;
  return operation !== undefined && "word" in operation ? nameOf(operation.word) : undefined;
}
