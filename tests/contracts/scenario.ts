/**
 * A scenario: how tasks use a primitive, and what must hold whatever the order, the faults and the deaths.
 *
 * - Tasks are finite on every schedule without deaths. Their notes in the `log` are for them and the laws, separately
 *   for each run.
 * - Laws use the supervisor's view of the shared things, and only read.
 *
 * @module
 */

import type { ModelMemory, Steps } from "../../lib/memory/mod.ts";
import type { TaskOutcome } from "../../lib/program/mod.ts";
import type { Shareables, Shared } from "../../lib/sync/mod.ts";

/** A fault that strikes a run from outside. */
export interface Fault {
  /**
   * `kill`: the task dies before its operation number `at`. `interrupt`: an error is thrown into it at the `at`-th step
   * at which it waits, or has been woken and not continued. `expire`: it times out at the `at`-th step at which it
   * waits with a deadline. `cancel`: at step `at` of the run, another task begins to cancel the scenario's token.
   * `fail`: the `at`-th operation that it performs inside a monitor throws.
   */
  readonly kind: "kill" | "interrupt" | "expire" | "cancel" | "fail";
  /** The task that it strikes; without meaning for `cancel`. */
  readonly task: number;
  /** When it strikes, counted from 0. */
  readonly at: number;
}

/** What is known about a run, during it and at its end. */
export interface RunView {
  /** The memory. */
  readonly memory: ModelMemory;
  /** The notes of the tasks, in order. */
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

/** The behavior of a task; written as a method type, so that scenarios of any things have one type. */
export type ScenarioTask<S extends Shareables> = {
  run(shared: Shared<S>, task: number, log: unknown[]): Steps<unknown>;
}["run"];

/** How tasks use a primitive, and what must hold. */
export interface Scenario<S extends Shareables = Shareables> {
  /** Its subject, for the names of the tests. */
  readonly name: string;
  /** The shared things; declared once for all runs. */
  things(): S;
  /** The tasks. */
  readonly tasks: readonly ScenarioTask<S>[];
  /** Checks what holds when all tasks have ended without a death, whatever was interrupted, timed out or canceled. */
  atEnd?(shared: Shared<S>, view: RunView): void;
  /** Checks what holds after every operation, whoever has died. */
  always?(shared: Shared<S>, view: RunView): void;
  /** Checks what holds when all survivors of a death have ended. */
  atDeath?(shared: Shared<S>, view: RunView): void;
  /**
   * `recovers`: every survivor of a death ends by itself; `may-starve`: one that is left waiting is interrupted with a
   * `DeadlockError`, and must then end.
   */
  readonly afterDeath: "recovers" | "may-starve";
  /** The names of errors with which a task may end in any case. */
  readonly mayThrow?: readonly string[];
  /** The names of further errors with which survivors of a death may end; `NotRecoverableError` is always allowed. */
  readonly mayThrowAfterDeath?: readonly string[];
  /** The methods that are not interrupted while they wait, besides those whose names begin with "release". */
  readonly spared?: readonly string[];
  /**
   * `recovers` (the default): after a task is interrupted, times out or is canceled, all others end by themselves;
   * `may-starve`: one that is left waiting is interrupted with a `DeadlockError`.
   */
  readonly afterFault?: "recovers" | "may-starve";
}

/** A scenario, whose tasks get their types from its things. */
export function scenario<S extends Shareables>(spec: Scenario<S>): Scenario {
  return spec;
}
