/**
 * The possible actions at a point of a run, the default first.
 *
 * - A task with a next operation can perform it. A `choose` has an action for each alternative, and a read of the clock
 *   has one more, in which time passes first.
 * - The deadline of a waiting task may expire at any point or, if deadlines expire in order, when no other is earlier.
 * - `held_back.ts` decides what holds tasks back; `ends.ts` handles the end of the run and deaths.
 */

import type { Ends } from "./ends.ts";
import type { HeldBack } from "./held_back.ts";
import { noTask, type RunState } from "./run_state.ts";
import { isDeath, LATER } from "./scheduler.ts";

/** What determines the possible actions. */
export interface OfferRules {
  readonly ends: Ends;
  readonly heldBack: HeldBack;
  /** Whether a call begins only once it can continue, if nobody can tell whether it waits or comes later. */
  readonly isGated: boolean;
}

/** The possible actions at a point of a run, the default first. */
export class Offers {
  /** The possible actions, as numbers (see `scheduler.ts`). */
  readonly actions: number[] = [];
  /** Whether every action except the first is a preemption, because the current task could continue. */
  preempts = false;
  readonly #state: RunState;
  readonly #rules: OfferRules;
  readonly #isOrdered: boolean;

  /** Lists the actions in runs with the given state. */
  constructor(state: RunState, rules: OfferRules) {
    this.#state = state;
    this.#rules = rules;
    this.#isOrdered = state.model.clock === "ordered";
  }

  /** Lists the possible actions after an action. */
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
        actions[count++] = task; // If there is nothing to choose from, the memory says so.
        for (let choice = 1; choice < operation.n; choice++) actions[count++] = task + choice * tasks;
        // When a choice is made makes no difference to others.
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

  /** Lists the deadlines that may expire, the earliest first; only the earliest if deadlines expire in order. */
  #listTimes(): void {
    const { until } = this.#state;
    const timed: number[] = [];
    for (const [task, time] of until.entries()) if (time < Infinity) timed.push(task);
    timed.sort((one, other) => (until[one] ?? 0) - (until[other] ?? 0));
    const [earliest = 0] = timed.map((task) => until[task]);
    for (const task of timed) if (!this.#isOrdered || until[task] === earliest) this.actions.push(task);
  }

  /** The tasks that can only repeat a waiting loop, given all possible actions. */
  lookingInVain(actions: readonly number[]): readonly number[] {
    const { nodes } = this.#state;
    const living = actions.filter((action) => !isDeath(action, nodes.length));
    const offered = new Set(living.map((action) => action % nodes.length));
    return [...nodes.keys()].filter((task) => nodes[task]?.loop && !offered.has(task));
  }
}

/** Shortens a list to a length; setting its length would cost more. */
export function shorten(list: unknown[], length: number): void {
  while (list.length > length) list.pop();
}
