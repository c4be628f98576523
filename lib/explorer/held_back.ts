/**
 * What holds tasks back: calls that begin once they can continue, and waiting loops.
 *
 * - With granularity `operation`, if nobody can tell whether a call waits or comes later (see `SharedThing.ready`), it
 *   begins only once it can continue.
 * - A task in a waiting loop (see `waiting_loop.ts`) continues once what it reads has changed. If only such loops are
 *   left, and they are found to last, the run is complete.
 */

import { reads } from "./accesses.ts";
import type { TreeNode } from "./answer_tree.ts";
import type { RunState } from "./run_state.ts";
import { firstOf } from "./waiting_loop.ts";

/** How many times longer a run may be that shows that something lasts. */
export const LASTING = 10;

/** What holds tasks back: calls that begin once they can continue, and waiting loops. */
export class HeldBack {
  readonly #state: RunState;
  readonly #stepLimit: number;

  /** Decides what holds tasks back in runs with the given state and step limit. */
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

  /** Whether a task would only repeat a waiting loop. */
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

  /** Whether the looping tasks, when no other can continue, keep looping for ten times as long as a run may last. */
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

  /** The words that a task reads in its waiting loop. */
  wordsOf(node: TreeNode | undefined): readonly number[] {
    return node?.loop?.reads.map(({ load: { word } }) => word) ?? [];
  }

  /** The accesses of a task that waits before a call or in a loop, added to those that it has in any case. */
  reachOf(node: TreeNode, accesses: number[]): readonly number[] {
    for (const word of this.wordsOf(node)) accesses.push(reads(word));
    const { gate } = node;
    if (gate === null || gate === undefined) return accesses;
    const looks: number[] = [];
    this.#state.model.evaluate(gate, looks);
    // Beginning the call changes what the check only reads.
    for (const access of looks) accesses.push(access | 1);
    return accesses;
  }
}
