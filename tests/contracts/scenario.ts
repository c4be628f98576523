/**
 * A scenario: how tasks use a primitive, and what must hold whatever the order, the faults and the deaths.
 *
 * - Tasks are finite on every schedule where nobody dies. What they note in the `log` is theirs and the laws', per run.
 * - Laws are written against the supervisor's view of the shared things and read only.
 *
 * @module
 */

import type { ModelMemory, Steps } from "../../lib/memory/mod.ts";
import type { TaskOutcome } from "../../lib/program/mod.ts";
import type { Shareables, Shared } from "../../lib/sync/mod.ts";

/** What happens to a run from outside. */
export interface Fault {
  /**
   * `kill`: the task dies before its operation number `at`. `interrupt`: an error is thrown into it at the `at`-th step at
   * which it waits (or is woken and has not gone on). `expire`: its time comes at the `at`-th step at which it waits with a
   * deadline. `cancel`: at step `at` of the run another task begins to cancel the scenario's token. `fail`: the
   * `at`-th operation that it performs inside a monitor throws.
   */
  readonly kind: "kill" | "interrupt" | "expire" | "cancel" | "fail";
  /** Whom it strikes; nobody in particular for `cancel`. */
  readonly task: number;
  /** When, counted from 0. */
  readonly at: number;
}

/** What is known of a run, while it goes on and at its end. */
export interface RunView {
  /** The memory. */
  readonly memory: ModelMemory;
  /** What the tasks noted, in order. */
  readonly log: readonly unknown[];
  /** How the tasks ended; `waiting` before that, and for the dead. */
  readonly outcomes: readonly TaskOutcome<unknown>[];
  /** The fault that has struck, if any. */
  readonly fault: Fault | undefined;
  /** The task that was interrupted, if any. */
  readonly interrupted: number | undefined;
  /** The task that died, if any. */
  readonly dead: number | undefined;
}

/** What a task does; spelled as a method's type, so that a scenario of any things is one type. */
export type ScenarioTask<S extends Shareables> = {
  run(shared: Shared<S>, task: number, log: unknown[]): Steps<unknown>;
}["run"];

/** See the module. */
export interface Scenario<S extends Shareables = Shareables> {
  /** What it is about, for the name of the tests. */
  readonly name: string;
  /** The shared things; made once for all runs. */
  things(): S;
  /** What the tasks do. */
  readonly tasks: readonly ScenarioTask<S>[];
  /** What holds when all have ended and nobody died, whoever was interrupted, timed out or cancelled. */
  atEnd?(shared: Shared<S>, view: RunView): void;
  /** What holds after every operation, whoever died. */
  always?(shared: Shared<S>, view: RunView): void;
  /** What holds when all survivors of a death have ended. */
  atDeath?(shared: Shared<S>, view: RunView): void;
  /**
   * `recovers`: every survivor of a death ends by itself; `may-starve`: one that is left waiting is interrupted with a
   * `DeadlockError`, and must then end.
   */
  readonly afterDeath: "recovers" | "may-starve";
  /** The names of errors with which a task may end, whatever happens. */
  readonly mayThrow?: readonly string[];
  /** The names of errors with which survivors of a death may end besides; `NotRecoverableError` always is one. */
  readonly mayThrowAfterDeath?: readonly string[];
  /** The methods that nobody interrupts while they wait; those whose names begin with "release" never are. */
  readonly spared?: readonly string[];
  /**
   * `recovers` (the default): when a task was interrupted, timed out or cancelled, all others end by themselves;
   * `may-starve`: one that is left waiting is interrupted with a `DeadlockError`.
   */
  readonly afterFault?: "recovers" | "may-starve";
}

/** A scenario, with the types of its tasks from its things. */
export function scenario<S extends Shareables>(spec: Scenario<S>): Scenario {
  return spec;
}
