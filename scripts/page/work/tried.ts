/**
 * The runs of an exploration as a tree of who acts, for a picture of what was tried.
 *
 * - A node is a task that acts for some steps in which all its runs agree. Runs branch where different tasks act; equal
 *   runs share a leaf.
 * - The tree contains the first runs, up to a number of leaves and of steps, and the number of runs left out.
 */

import type { ExploredRun } from "../holdfast.ts";

import { outcomeText } from "./outcome_text.ts";

/** A tree of runs with their outcomes. */
export interface Tried {
  /** The outcomes of its runs as text, in order of first appearance; a leaf refers to one by index. */
  readonly outcomes: readonly string[];
  /** The roots, where all runs begin. */
  readonly roots: readonly TriedNode[];
  /** The steps of the longest run in the tree. */
  readonly steps: number;
  /** How many schedules were run. */
  readonly runs: number;
  /** How many of these runs are not in the tree. */
  readonly leftOut: number;
}

/** A task that acts for some steps. */
export interface TriedNode {
  /** The number of the task. */
  readonly task: number;
  /** The first step. */
  readonly from: number;
  /** How many steps. */
  readonly steps: number;
  /** How many leaves it leads to, including itself if it is one. */
  readonly leaves: number;
  /** The nodes that follow. */
  readonly next: readonly TriedNode[];
  /** The result of the run that ends here, if one does. */
  readonly leaf?: TriedLeaf;
}

/** The end of a run. */
export interface TriedLeaf {
  /** The index of the outcome. */
  readonly outcome: number;
  /** The kind of the bug that it shows, if any. */
  readonly kind: string | undefined;
  /** The schedule that replays it. */
  readonly schedule: string;
  /** How many runs were equal. */
  readonly runs: number;
}

/** The most leaves of the picture. */
const MOST_LEAVES = 250;
/** The most steps of a run. */
const MOST_STEPS = 400;

interface Growing {
  readonly next: Map<number, Growing>;
  leaf?: { readonly run: ExploredRun; readonly outcome: number; runs: number };
}

/** Builds the tree from runs as they come. */
export class RunTree {
  readonly #root: Growing = { next: new Map() };
  // Each with its text.
  readonly #outcomes = new Map<string, string>();
  #leaves = 0;
  #runs = 0;
  #leftOut = 0;
  #steps = 0;

  /** Adds a run. */
  add(run: ExploredRun): void {
    this.#runs++;
    const known = this.#leafOf(run.tasks);
    if (known?.leaf !== undefined) known.leaf.runs++;
    else if (this.#leaves >= MOST_LEAVES || run.tasks.length > MOST_STEPS) this.#leftOut++;
    else this.#grow(run);
  }

  /** The tree; only after exploring has ended, since schedules are known only then. */
  told(): Tried {
    return {
      outcomes: [...this.#outcomes.values()],
      roots: nodesOf(this.#root, 0),
      steps: this.#steps,
      runs: this.#runs,
      leftOut: this.#leftOut,
    };
  }

  #leafOf(tasks: readonly number[]): Growing | undefined {
    let at: Growing | undefined = this.#root;
    for (const task of tasks) at = at?.next.get(task);
    return at;
  }

  #grow(run: ExploredRun): void {
    let at = this.#root;
    for (const task of run.tasks) {
      const next = at.next.get(task) ?? { next: new Map() };
      at.next.set(task, next);
      at = next;
    }
    if (!this.#outcomes.has(run.outcome)) this.#outcomes.set(run.outcome, outcomeText(run.value));
    const outcome = [...this.#outcomes.keys()].indexOf(run.outcome);
    at.leaf = { run, outcome, runs: 1 };
    this.#leaves++;
    this.#steps = Math.max(this.#steps, run.tasks.length);
  }
}

function nodesOf({ next }: Growing, from: number): TriedNode[] {
  return [...next].toSorted(([one], [other]) => one - other).map(([task, first]) => {
    let at = first;
    let steps = 1;
    for (let only = onlyNext(at); only !== undefined && only[0] === task; only = onlyNext(at)) {
      at = only[1];
      steps++;
    }
    const nodes = nodesOf(at, from + steps);
    const leaves = nodes.reduce((sum, node) => sum + node.leaves, at.leaf === undefined ? 0 : 1);
    const node = { task, from, steps, leaves, next: nodes };
    if (at.leaf === undefined) return node;
    const { run, outcome, runs } = at.leaf;
    return { ...node, leaf: { outcome, kind: run.kind, schedule: run.schedule(), runs } };
  });
}

/** The only node that follows, if there is exactly one and no run ends here. */
function onlyNext({ next, leaf }: Growing): [task: number, next: Growing] | undefined {
  const [only] = next;
  return next.size === 1 && leaf === undefined ? only : undefined;
}
