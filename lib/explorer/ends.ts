/**
 * The ends of tasks and of a run: daemons, deaths, and telling the shared things.
 *
 * - Telling each shared thing about an end (`recover` of `sync`) is an action of its own, in the name of the task.
 * - Daemons do not keep a run alive. Once all other tasks have ended, and no daemon is in the middle of a call, the end
 *   of the run is an action too. It belongs to the first task that is not a daemon, and is the default.
 * - Others learn that a daemon has ended in an action of its own, or too late. If tasks may die, this holds for all
 *   tasks.
 */

import { farError } from "../errors.ts";
import type { Answer } from "../memory/mod.ts";
import { addAccesses, clockPlace, deathsPlace, endPlace, reads, writes } from "./accesses.ts";
import type { AnswerTree, TreeNode } from "./answer_tree.ts";
import type { ProgramModel } from "./program_model.ts";
import type { Failure } from "./prompter.ts";
import { noTask, type Recovery, type RunState } from "./run_state.ts";
import { DEATH } from "./scheduler.ts";

/** Options for the ends of tasks. */
export interface EndsOptions {
  /** The number of tasks that may die in a run. */
  readonly deaths: number;
  /** Whether a task may die in the middle of a call that does not wait. */
  readonly tears: boolean;
}

/** The ends of tasks and of a run: daemons, deaths, and telling the shared things. */
export class Ends {
  /** Whether some ends become known in actions of their own: those of daemons, and all if tasks may die. */
  readonly areHeardLate: boolean;
  readonly #state: RunState;
  readonly #model: ProgramModel;
  readonly #mostDeaths: number;
  readonly #tears: boolean;
  // The task in whose name the run ends.
  readonly #first: number;

  /** Handles the ends of runs with the given state. */
  constructor(state: RunState, { deaths, tears }: EndsOptions) {
    this.#state = state;
    this.#model = state.model;
    this.#mostDeaths = deaths;
    this.#tears = tears;
    this.areHeardLate = deaths > 0 || state.model.daemons.size > 0;
    this.#first = state.nodes.findIndex((_, task) => !state.model.daemons.has(task));
  }

  /**
   * Lists the end of the run, if it is possible, before the actions of daemons. Returns false if only daemons are left.
   */
  offerEnd(actions: number[]): boolean {
    if (this.#model.daemons.size === 0 || !this.#isAlone()) return true;
    if (this.#state.isOver) actions.length = 0;
    else if (this.#areStopped()) actions.unshift(this.#first);
    return false;
  }

  /**
   * Lists the deaths of living tasks: with granularity `word` anywhere, otherwise not in the middle of a call that does
   * not wait.
   */
  offerDeaths(actions: number[]): void {
    const { nodes, killed } = this.#state;
    if (this.#state.deaths >= this.#mostDeaths || actions.length === 0) return;
    for (const [task, { call }] of nodes.entries()) {
      if (killed[task] !== undefined || this.#state.endOf(task) !== undefined) continue;
      if (this.#tears || call === undefined || this.#state.waits(task)) actions.push(task + DEATH * nodes.length);
    }
  }

  /** Performs an action that exists only with daemons or deaths; returns false if it is none. */
  act(task: number, choice: number): boolean {
    const state = this.#state;
    if (this.#model.daemons.size > 0 && task === this.#first && this.#isAlone()) {
      state.isOver = true;
      this.#model.granted.stopsDaemons ||= state.nodes.some(({ end }) => end === undefined);
      state.accesses.push(writes(endPlace(state.memory.layout)));
    } else if (choice === DEATH) this.#die(task);
    else if (state.recoveries[task]?.tree === null) this.#heard(task);
    else return false;
    return true;
  }

  /** Notes an action's access to the end of the run. */
  reach(task: number): void {
    const { nodes, isOver, accesses, memory: { layout } } = this.#state;
    const { daemons } = this.#model;
    if (isOver || daemons.size === 0) return;
    // A daemon's actions matter only before the end of the run, which comes after the ends of all others.
    if (daemons.has(task) || nodes[task]?.end !== undefined) accesses.push(reads(endPlace(layout)));
  }

  /** Notes that a task has ended. */
  ended(task: number): void {
    if (this.#mostDeaths > 0 || this.#model.daemons.has(task)) {
      this.#state.recoveries[task] = { tree: null, node: this.#state.nodes[task] ?? noTask() };
    } else this.#heard(task);
  }

  /** Moves on the recovery after a task's end with an answer. */
  told(task: number, { tree, node }: Recovery, answer: Answer | Failure): void {
    if (tree !== null) this.#state.recoveries[task] = this.#untold(task, tree, tree.after(node, answer));
  }

  /** Whether only daemons are left. */
  #isAlone(): boolean {
    return this.#state.nodes.every(({ end }, task) => {
      return this.#model.daemons.has(task) || (end !== undefined && this.#state.recoveries[task] === undefined);
    });
  }

  /** Whether each daemon can be stopped at its place: none is in the middle of a call. */
  #areStopped(): boolean {
    return this.#state.nodes.every(({ call }, task) => {
      const recovery = this.#state.recoveries[task];
      if (recovery !== undefined) return recovery.node.call === undefined;
      return call === undefined || this.#state.waits(task);
    });
  }

  #die(task: number): void {
    const { nodes, until, memory, watches, accesses } = this.#state;
    const place = nodes[task] ?? noTask();
    const { operation } = place;
    if (watches) {
      accesses.push(writes(deathsPlace(memory.layout)));
      if (operation?.kind === "wait") accesses.push(writes(operation.word));
      const isNext = this.#model.clock === "ordered" && (until[task] ?? Infinity) < Infinity;
      if (isNext) accesses.push(writes(clockPlace(memory.layout)));
    }
    this.#state.killed = nodes.map((_, other) => other === task ? place : this.#state.killed[other]);
    memory.unpark(task);
    until[task] = NaN;
    nodes[task] = this.#model.death(task) ?? noTask();
    this.ended(task);
  }

  #heard(task: number): void {
    const { nodes, recoveries } = this.#state;
    recoveries[task] = undefined;
    const end = nodes[task]?.end;
    const error = end?.kind === "threw" ? end.error : undefined;
    // After a failed assertion the run is a bug already; the recovery must not add to it.
    if (isAssertion(error)) return;
    const tree = this.#model.recovery(task, end?.kind === "threw" ? failureText(error) : undefined);
    if (tree !== null) recoveries[task] = this.#untold(task, tree, tree.root);
  }

  /** Skips things that the end of a task does not affect; what they look at is settled (see `SharedThing.ended`). */
  #untold(task: number, tree: AnswerTree, node: TreeNode): Recovery | undefined {
    const state = this.#state;
    let told: Recovery | undefined = { tree, node };
    const passed: (readonly [node: TreeNode, answer: Answer])[] = [];
    for (let ahead = node; told !== undefined;) {
      const { operation, isPoint } = ahead;
      if (isPoint || operation === undefined) {
        for (const [node, answer] of passed) {
          const { operation } = node;
          if (operation !== undefined && state.watches) {
            addAccesses(state.accesses, this.#model, { operation, answer });
          }
          state.operations++;
          state.observe?.(task, node, answer);
        }
        passed.length = 0;
        told = operation === undefined ? undefined : { tree, node: ahead };
      }
      const isLook = operation?.kind === "load" || (operation?.kind === "call" && operation.method === "ended");
      if (operation === undefined || !isLook || (ahead === node && !isPoint)) break;
      const answer = state.memory.begin(operation, task);
      if (typeof answer === "symbol") break;
      passed.push([ahead, answer]);
      ahead = tree.after(ahead, answer);
    }
    return told;
  }
}

/** Whether an error is a failed assertion, of this library or of another. */
export function isAssertion(error: unknown): boolean {
  return error instanceof Error && error.name === "AssertionError";
}

/** The text of a task's error, for those that are told of its end. */
function failureText(error: unknown): string {
  const { name, message } = error instanceof Error ? error : farError(error);
  return `${name}: ${message}`;
}
