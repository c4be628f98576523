/**
 * What the runs of a search take for granted, noted while they are performed; `assumptions.ts` puts it into sentences.
 *
 * - Of loops that ask for the same, the first that a task stands in is noted, unless a run has ended in it and it was found to
 *   end.
 */

import type { Answer } from "../memory/mod.ts";
import type { TreeNode } from "./answer_tree.ts";
import type { Failure } from "./prompter.ts";
import type { WaitingLoop } from "./waiting_loop.ts";

/** A loop that is taken to wait, with the answers that lead to the place where a run first came to it. */
interface NotedLoop {
  readonly loop: WaitingLoop;
  readonly answers: readonly (Answer | Failure)[];
}

/** What the runs of a search take for granted, noted while they are performed. */
export class Granted {
  /** Whether a run was over before a daemon had ended. */
  stopsDaemons = false;
  // By task, and by what a round asks for.
  readonly #loops: Map<string, NotedLoop>[] = [];
  readonly #ended = new WeakSet<WaitingLoop>();

  /** Notes that a task stands where a round begins of a loop that is taken to wait. */
  waits(task: number, loop: WaitingLoop, node: TreeNode): void {
    const { asks } = loop;
    const loops = this.#loops[task] ??= new Map();
    if (asks === undefined || loops.has(asks) || this.#ended.has(loop)) return;
    const answers: (Answer | Failure)[] = [];
    for (let place = node; place.parent !== undefined; place = place.parent) answers.unshift(place.answer);
    loops.set(asks, { loop, answers });
  }

  /** Notes that a loop in which a run ended was tried out, and ends. */
  ends(task: number, loop: WaitingLoop): void {
    this.#ended.add(loop);
    const { asks = "" } = loop;
    if (this.#loops[task]?.get(asks)?.loop === loop) this.#loops[task].delete(asks);
  }

  /** The loops of a task that are taken to wait, each by the answers that lead there. */
  loopsOf(task: number): readonly (readonly (Answer | Failure)[])[] {
    return [...this.#loops[task]?.values() ?? []].map(({ answers }) => answers);
  }
}
