/**
 * The ends of tasks and of a run: daemons, deaths, and what the shared things are told.
 *
 * - What the shared things are told of an end (`recover` of `sync`) is an action of its own for each thing, in the name of the
 *   task.
 * - Daemons keep no run alive: when all other tasks have ended, that the run is over is an action, too, as soon as no daemon
 *   is in the middle of a call. It is one of the first task that is no daemon, and the default.
 * - That a daemon has ended is heard of in an action of its own, or too late; where tasks may die, so it is with all.
 */

import { farError } from "../errors.ts";
import type { Answer } from "../memory/mod.ts";
import { addAccesses, clockPlace, deathsPlace, endPlace, reads, writes } from "./accesses.ts";
import type { AnswerTree, TreeNode } from "./answer_tree.ts";
import type { ProgramModel } from "./program_model.ts";
import type { Failure } from "./prompter.ts";
import { noTask, type Recovery, type RunState } from "./run_state.ts";
import { DEATH } from "./scheduler.ts";

/** What decides which ends there are. */
export interface EndsOptions {
  /** How many tasks may die in a run. */
  readonly deaths: number;
  /** Whether a task may die in the middle of a call that does not wait. */
  readonly tears: boolean;
}

/** The ends of tasks and of a run: daemons, deaths, and what the shared things are told. */
export class Ends {
  /** Whether there are ends that are heard of in actions of their own: those of daemons, and all where tasks may die. */
  readonly areHeardLate: boolean;
  readonly #state: RunState;
  readonly #model: ProgramModel;
  readonly #mostDeaths: number;
  readonly #tears: boolean;
  // The task in whose name the run ends.
  readonly #first: number;

  /** The ends of runs whose state is given. */
  constructor(state: RunState, { deaths, tears }: EndsOptions) {
    this.#state = state;
    this.#model = state.model;
    this.#mostDeaths = deaths;
    this.#tears = tears;
    this.areHeardLate = deaths > 0 || state.model.daemons.size > 0;
    this.#first = state.nodes.findIndex((_, task) => !state.model.daemons.has(task));
  }

  /** Lists the end of the run, if it can come, before what daemons can do; false where nobody else is left. */
  offerEnd(actions: number[]): boolean {
    if (this.#model.daemons.size === 0 || !this.#isAlone()) return true;
    if (this.#state.isOver) actions.length = 0;
    else if (this.#areStopped()) actions.unshift(this.#first);
    return false;
  }

  /** Lists the deaths of those who live: by words anywhere, else not in the middle of a call that does not wait. */
  offerDeaths(actions: number[]): void {
    const { nodes, killed } = this.#state;
    if (this.#state.deaths >= this.#mostDeaths || actions.length === 0) return;
    for (const [task, { call }] of nodes.entries()) {
      if (killed[task] !== undefined || this.#state.endOf(task) !== undefined) continue;
      if (this.#tears || call === undefined || this.#state.waits(task)) actions.push(task + DEATH * nodes.length);
    }
  }

  /** Performs an action that there is only with daemons or deaths; false where it is none. */
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

  /** Notes what an action of a task reaches of the end of the run. */
  reach(task: number): void {
    const { nodes, isOver, accesses, memory: { layout } } = this.#state;
    const { daemons } = this.#model;
    if (isOver || daemons.size === 0) return;
    // What a daemon does matters only before the end of the run, which comes after that of all others.
    if (daemons.has(task) || nodes[task]?.end !== undefined) accesses.push(reads(endPlace(layout)));
  }

  /** A task has come to its end. */
  ended(task: number): void {
    if (this.#mostDeaths > 0 || this.#model.daemons.has(task)) {
      this.#state.recoveries[task] = { tree: null, node: this.#state.nodes[task] ?? noTask() };
    } else this.#heard(task);
  }

  /** What is told of the end of a task has got an answer. */
  told(task: number, { tree, node }: Recovery, answer: Answer | Failure): void {
    if (tree !== null) this.#state.recoveries[task] = this.#untold(task, tree, tree.after(node, answer));
  }

  /** Whether nobody is left but daemons. */
  #isAlone(): boolean {
    return this.#state.nodes.every(({ end }, task) => {
      return this.#model.daemons.has(task) || (end !== undefined && this.#state.recoveries[task] === undefined);
    });
  }

  /** Whether each daemon is where it can be stopped: nobody is in the middle of a call. */
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
    // After a failed assertion the run is a bug already; what else it shows is not to come from the recovery.
    if (isAssertion(error)) return;
    const tree = this.#model.recovery(task, end?.kind === "threw" ? failureText(error) : undefined);
    if (tree !== null) recoveries[task] = this.#untold(task, tree, tree.root);
  }

  /** Goes past things to which the end of a task is nothing: what they look at is settled (see `SharedThing.ended`). */
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

/** What a task failed with, as those hear it that are told of its end. */
function failureText(error: unknown): string {
  const { name, message } = error instanceof Error ? error : farError(error);
  return `${name}: ${message}`;
}
