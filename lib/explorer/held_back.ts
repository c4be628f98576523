/**
 * What holds tasks back: calls that begin when they can go on, and loops that wait.
 *
 * - At granularity `operation` a call of which nobody can tell whether it waits or comes later (see `SharedThing.ready`) begins
 *   when it can go on.
 * - A task in a loop that waits (see `waiting_loop.ts`) goes on when what it reads is another. Where such loops are all that is
 *   left, and are found to last, the run is complete.
 */

import { reads } from "./accesses.ts";
import type { TreeNode } from "./answer_tree.ts";
import type { RunState } from "./run_state.ts";
import { firstOf } from "./waiting_loop.ts";

/** By how many times a run that shows that something lasts is longer than others. */
export const LASTING = 10;

/** What holds tasks back: calls that begin when they can go on, and loops that wait. */
export class HeldBack {
  readonly #state: RunState;
  readonly #stepLimit: number;

  /** What holds tasks back in runs whose state is given, of at most so many steps. */
  constructor(state: RunState, stepLimit: number) {
    this.#state = state;
    this.#stepLimit = stepLimit;
  }

  /** Whether a task's call would only wait. */
  isShut(node: TreeNode, task: number): boolean {
    const { model } = this.#state;
    if (node.gate === undefined) {
      const { operation } = node;
      node.gate = node.isPoint && operation?.kind === "call" ? model.gate(task, operation) : null;
    }
    if (node.gate === null) return false;
    const { end } = model.evaluate(node.gate);
    return end?.kind === "returned" && end.value === false;
  }

  /** Whether a task would only go round again in a loop that waits. */
  goesRound(node: TreeNode, task: number): boolean {
    const { model, memory } = this.#state;
    if (node.loop === undefined) {
      node.loop = (node.isPoint ? model.tasks[task]?.loopAt(node, this.#stepLimit) : undefined) ?? null;
    }
    const { loop } = node;
    if (loop === null) return false;
    model.granted.waits(task, loop, node);
    return loop.reads.every(({ load, value }) => Object.is(memory.begin(load, task), value));
  }

  /** Whether the tasks that go round, where no other can go on, do so for ten times as long as a run may last. */
  isLasting(): boolean {
    const { nodes, model } = this.#state;
    return nodes.every((node, task) => {
      const { loop } = node;
      if (!loop?.round || model.daemons.has(task) || this.#state.waits(task)) return true;
      const most = LASTING * this.#stepLimit;
      loop.isEndless ??= model.tasks[task]?.lasting(firstOf(node), loop.round, most) === most;
      if (!loop.isEndless) model.granted.ends(task, loop);
      return loop.isEndless;
    });
  }

  /** The words that a task reads before it goes round again in a loop that waits. */
  wordsOf(node: TreeNode | undefined): readonly number[] {
    return node?.loop?.reads.map(({ load: { word } }) => word) ?? [];
  }

  /** What a task would reach that waits before a call or in a loop, given what it reaches in any case. */
  reachOf(node: TreeNode, accesses: number[]): readonly number[] {
    for (const word of this.wordsOf(node)) accesses.push(reads(word));
    const { gate } = node;
    if (gate === null || gate === undefined) return accesses;
    const looks: number[] = [];
    this.#state.model.evaluate(gate, looks);
    // Beginning the call changes what the look only reads.
    for (const access of looks) accesses.push(access | 1);
    return accesses;
  }
}
