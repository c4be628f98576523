/**
 * What is due at each instant, ready to run.
 *
 * - The same timings coincide again and again, so their agenda is made once and remembered.
 */

import type { DelegatedContext, Values } from "../diagram/mod.ts";
import { type Action, Actions } from "./actions.ts";
import type { ChosenEvents } from "./chosen_events.ts";
import type { NearSide } from "./near_side.ts";
import type { Plan } from "./plan.ts";
import type { Profiler } from "./profile/profile.ts";

/** Everything that is due at an instant. */
export interface Agenda {
  readonly sides: readonly NearSide[];
  readonly updates: Actions;
  readonly publishes: Actions;
  /** Whether an update with a time of its own is due, so that the instant has a row. */
  readonly hasRow: boolean;
  /** The chosen events that are asked for their next times after this. */
  readonly asked: readonly number[];
}

/** What agendas are made from, besides the plan. */
export interface AgendasOptions {
  /** The near sides of delegated systems. */
  readonly sidesOf: (parts: readonly DelegatedContext[]) => readonly NearSide[];
  /** The events whose times the state or an input chooses, if there are any. */
  readonly chosen: ChosenEvents | undefined;
  /** Measures where real time goes, if the run is profiled. */
  readonly profiler: Profiler | undefined;
  readonly values: Values;
}

/** How many agendas are remembered. */
const MOST = 1000;

export class Agendas {
  readonly #plan: Plan;
  readonly #options: AgendasOptions;
  /** What is due when one timing is alone, and when several coincide. */
  readonly #alone: (Agenda | undefined)[] = [];
  readonly #together = new Map<string, Agenda>();

  constructor(plan: Plan, options: AgendasOptions) {
    this.#plan = plan;
    this.#options = options;
  }

  /** Everything due at an instant, from the indices of the plan. */
  of(due: readonly number[]): Agenda {
    const [index] = due;
    if (due.length === 1 && index !== undefined) return this.#alone[index] ??= this.#make(due);
    const key = due.join();
    const known = this.#together.get(key);
    if (known !== undefined) return known;
    const agenda = this.#make(due);
    if (this.#together.size < MOST) this.#together.set(key, agenda);
    return agenda;
  }

  /** Actions of a run, wrapped by its profiler if it has one. */
  actions(actions: readonly Action[]): Actions {
    const { profiler, values } = this.#options;
    const told = profiler === undefined
      ? actions
      : actions.map(({ part, run }) => ({ part, run: profiler.watched(part.path, run) }));
    return new Actions(told, values);
  }

  #make(due: readonly number[]): Agenda {
    const { updates, publishes, delegated, hasRow } = this.#plan.due(due);
    const { sidesOf, chosen } = this.#options;
    return {
      sides: sidesOf(delegated),
      updates: this.actions(updates),
      publishes: this.actions(publishes),
      hasRow,
      asked: chosen?.askedOf(updates.map(({ part }) => part)) ?? [],
    };
  }
}
