/**
 * The outcomes of a program whose tasks run one after the other, so that nobody disturbs anybody.
 *
 * - Up to four tasks run in each order; more tasks run in as many orders as there are tasks. A task continues until it
 *   ends, its deadlines expire at once, and it takes the first of its choices. If it waits for another, the next one in
 *   the order continues.
 */

import type { Execution } from "./execution.ts";
import { Judge } from "./judge.ts";
import { isDeath, type Point, type Scheduler } from "./scheduler.ts";

/** The maximum number of tasks to run in each order. */
const MOST_TASKS = 4;

/** The outcomes, as texts. */
export function serialOutcomes(execution: Execution): ReadonlySet<string> {
  const judge = new Judge(execution, { checks: false });
  const tasks = [...execution.nodes.keys()];
  const orders = tasks.length <= MOST_TASKS ? permutations(tasks) : tasks.map((first) => {
    return [...tasks.slice(first), ...tasks.slice(0, first)];
  });
  const texts = new Set<string>();
  for (const order of orders) {
    if (execution.run(new Serial(order)).kind === "complete") texts.add(judge.judge().text);
  }
  return texts;
}

/** Runs tasks one after the other. */
class Serial implements Scheduler {
  readonly watches = false;
  readonly #order: readonly number[];

  constructor(order: readonly number[]) {
    this.#order = order;
  }

  begin(): boolean {
    return true;
  }

  pick({ actions, last, tasks }: Point): number {
    const order = last < 0 ? this.#order : [last % tasks, ...this.#order];
    for (const task of order) {
      const pick = actions.findIndex((action) => action % tasks === task && !isDeath(action, tasks));
      if (pick >= 0) return pick;
    }
    return 0;
  }

  end(): void {}
}

function permutations(items: readonly number[]): readonly (readonly number[])[] {
  if (items.length === 0) return [[]];
  return items.flatMap((first) => permutations(items.filter((item) => item !== first)).map((rest) => [first, ...rest]));
}
