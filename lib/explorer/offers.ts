/**
 * What can happen at a point of a run, the default first.
 *
 * - A task that stands before an operation can perform it; a `choose` has an action for each alternative, and a look at the
 *   clock one more: time passes before it.
 * - A task that waits with a deadline may be woken by its time at any point, or, where times come in order, when no other
 *   has an earlier one.
 * - What holds tasks back is in `held_back.ts`; the end of the run and deaths are in `ends.ts`.
 */

import type { Ends } from "./ends.ts";
import type { HeldBack } from "./held_back.ts";
import { noTask, type RunState } from "./run_state.ts";
import { isDeath, LATER } from "./scheduler.ts";

/** What decides what can happen. */
export interface OfferRules {
  readonly ends: Ends;
  readonly heldBack: HeldBack;
  /** Whether calls of which nobody can tell whether they wait or come later begin when they can go on. */
  readonly isGated: boolean;
}

/** What can happen at a point of a run, the default first. */
export class Offers {
  /** What can happen, as numbers (see `scheduler.ts`). */
  readonly actions: number[] = [];
  /** Whether every action but the first is a preemption: the current task could go on. */
  preempts = false;
  readonly #state: RunState;
  readonly #rules: OfferRules;
  readonly #isOrdered: boolean;

  /** What can happen in runs whose state is given. */
  constructor(state: RunState, rules: OfferRules) {
    this.#state = state;
    this.#rules = rules;
    this.#isOrdered = state.model.clock === "ordered";
  }

  /** Lists what can happen after an action. */
  list(last: number): void {
    const { ends, heldBack, isGated } = this.#rules;
    const { nodes, until, recoveries } = this.#state;
    const { actions } = this;
    const tasks = nodes.length;
    const current = last < 0 ? 0 : last % tasks;
    let count = 0;
    let timed = false;
    this.preempts = false;
    for (let step = 0; step < tasks; step++) {
      const task = (current + step) % tasks;
      const time = until[task] ?? NaN;
      if (!Number.isNaN(time)) {
        timed ||= time !== Infinity;
        continue;
      }
      const node = nodes[task] ?? noTask();
      const { operation } = node;
      if (operation === undefined) {
        if (recoveries[task] === undefined) continue;
        if (step === 0) this.preempts = last >= 0;
        actions[count++] = task;
        continue;
      }
      const isLook = this.#state.model.isLook(operation);
      if (operation.kind === "choose") {
        actions[count++] = task; // Where there is nothing to choose the memory says so.
        for (let choice = 1; choice < operation.n; choice++) actions[count++] = task + choice * tasks;
        // Nobody else can tell when a choice is made.
        if (step > 0) continue;
        shorten(actions, count);
        return ends.offerDeaths(actions);
      }
      if (node.loop !== null && heldBack.goesRound(node, task)) continue;
      if (isGated && operation.kind === "call" && node.gate !== null && heldBack.isShut(node, task)) continue;
      if (step === 0) this.preempts = last >= 0;
      actions[count++] = task;
      if (isLook) actions[count++] = task + LATER * tasks;
    }
    shorten(actions, count);
    if (timed) this.#listTimes();
    if (!ends.areHeardLate) return;
    if (!ends.offerEnd(actions)) this.preempts = false;
    ends.offerDeaths(actions);
  }

  /** Lists those who wait with a deadline, the earliest first; only these where times come in order. */
  #listTimes(): void {
    const { until } = this.#state;
    const timed: number[] = [];
    for (const [task, time] of until.entries()) if (time < Infinity) timed.push(task);
    timed.sort((one, other) => (until[one] ?? 0) - (until[other] ?? 0));
    const [earliest = 0] = timed.map((task) => until[task]);
    for (const task of timed) if (!this.#isOrdered || until[task] === earliest) this.actions.push(task);
  }

  /** The tasks that can do no more than to go round again in a loop that waits, given all actions that can happen. */
  lookingInVain(actions: readonly number[]): readonly number[] {
    const { nodes } = this.#state;
    const living = actions.filter((action) => !isDeath(action, nodes.length));
    const offered = new Set(living.map((action) => action % nodes.length));
    return [...nodes.keys()].filter((task) => nodes[task]?.loop && !offered.has(task));
  }
}

/** Cuts a list, where it is longer: to set its length would cost more. */
export function shorten(list: unknown[], length: number): void {
  while (list.length > length) list.pop();
}
