/**
 * The assumptions of a search's runs, noted while they are performed; `assumptions.ts` turns them into sentences.
 *
 * - Of the loops with the same operations, the first that a task enters is noted, unless a run ended in it and the loop
 *   was found to end.
 */

import type { Answer } from "../memory/mod.ts";
import type { TreeNode } from "./answer_tree.ts";
import type { Failure } from "./prompter.ts";
import type { WaitingLoop } from "./waiting_loop.ts";

/** A loop assumed to wait, and the answers that lead to the place where a run first reached it. */
interface NotedLoop {
  readonly loop: WaitingLoop;
  readonly answers: readonly (Answer | Failure)[];
}

/** The assumptions of a search's runs, noted while they are performed; `assumptions.ts` turns them into sentences. */
export class Granted {
  /** Whether a run ended before a daemon did. */
  stopsDaemons = false;
  // By task, and by the operations of a round.
  readonly #loops: Map<string, NotedLoop>[] = [];
  readonly #ended = new WeakSet<WaitingLoop>();

  /** Notes that a task is at the beginning of a round of a loop assumed to wait. */
  waits(task: number, loop: WaitingLoop, node: TreeNode): void {
    const { asks } = loop;
    const loops = this.#loops[task] ??= new Map();
    if (asks === undefined || loops.has(asks) || this.#ended.has(loop)) return;
    const answers: (Answer | Failure)[] = [];
    for (let place = node; place.parent !== undefined; place = place.parent) answers.unshift(place.answer);
    loops.set(asks, { loop, answers });
  }

  /** Notes that a loop in which a run ended was tried, and ends. */
  ends(task: number, loop: WaitingLoop): void {
    this.#ended.add(loop);
    const { asks = "" } = loop;
    if (this.#loops[task]?.get(asks)?.loop === loop) this.#loops[task].delete(asks);
  }

  /** The loops of a task assumed to wait, each as the answers that lead there. */
  loopsOf(task: number): readonly (readonly (Answer | Failure)[])[] {
    return [...this.#loops[task]?.values() ?? []].map(({ answers }) => answers);
  }
}
