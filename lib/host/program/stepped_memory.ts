/**
 * A shared memory on which a task performs one operation per turn, as a script prescribes: the stepped driver of thread
 * mode.
 *
 * - A turn word counts the completed steps of the script. A task performs only its own steps, each in its turn, and
 *   then passes the turn on. Invariant: only one task at a time is within a turn.
 * - Loads, stores and everything else that accesses words and bytes really happen, and must be answered as in the
 *   script. Which task wakes, what time it is and what chance picks comes from the script; tasks really wait only for
 *   turns.
 * - A task that is parked at the end of the script really waits once the script is over, which shows that it waits
 *   forever.
 * - If a task performs another operation than the script prescribes, or gets another answer, the script ends for all
 *   tasks: from then on every operation throws a `ReplayError`.
 */

import { ReplayError } from "../../errors.ts";
import type { Answer, Layout, Memory, Operation, SharedMemory, Steps } from "../../memory/mod.ts";
import { runBlocking } from "../../memory/mod.ts";
import { operationText, sameAnswer, sameOperation, type Script, type ScriptStep } from "../../program/mod.ts";

/** A shared memory on which a task follows a script. */
export class SteppedMemory implements Memory {
  readonly #memory: SharedMemory;
  readonly #task: number;
  readonly #script: Script;
  /** The positions of the task's own steps in the script. */
  readonly #turns: readonly number[];
  #next = 0;
  /** Whether the task is past the script. */
  #free = false;
  #left: ReplayError | undefined;

  /** A task's view of a memory, controlled by a script. */
  constructor(memory: SharedMemory, { task, script }: { readonly task: number; readonly script: Script }) {
    this.#memory = memory;
    this.#task = task;
    this.#script = script;
    this.#turns = [...script.keys()].filter((turn) => isOwn(script[turn], task));
  }

  /** The memory's layout. */
  get layout(): Layout {
    return this.#memory.layout;
  }

  /** Performs one operation in its turn. */
  perform(operation: Operation): Answer {
    if (this.#left !== undefined) throw this.#left;
    if (this.#free) return this.#memory.perform(operation);
    const step = this.#await(operation);
    if (step.kind === "stop") this.#pass();
    while (step.kind === "stop") this.#waitForStop();
    if (step.kind !== "park") {
      try {
        return this.#perform(operation, step);
      } finally {
        this.#pass();
      }
    }
    this.#pass();
    if (this.#next < this.#turns.length) {
      const { answer } = this.#await(operation);
      this.#pass();
      return answer;
    }
    // The script never wakes it.
    this.#awaitTurn(this.#script.length);
    this.#free = true;
    return this.#memory.perform(operation);
  }

  /** Draws the next ticket. */
  ticket(): number {
    return this.#memory.ticket();
  }

  /** Performs the steps, each in its turn. After a deviation from the script there is nothing left to release. */
  release(steps: Steps<unknown>): void {
    if (this.#left === undefined) runBlocking(this, steps);
  }

  #perform(operation: Operation, step: ScriptStep): Answer {
    switch (operation.kind) {
      case "call":
        return this.#memory.perform(operation);
      case "wait":
      case "sleep":
      case "notify":
      case "now":
      case "choose":
        return step.answer;
    }
    const answer = this.#memory.perform(operation);
    if (sameAnswer(answer, step.answer)) return answer;
    this.#leave(`${operationText(operation, this.layout)} answers ${String(answer)}, ${String(step.answer)} is wanted`);
  }

  /** Waits for the turn of the task's next step, which must be this operation. */
  #await(operation: Operation): ScriptStep {
    const turn = this.#turns[this.#next];
    const step = turn === undefined ? undefined : this.#script[turn];
    if (turn === undefined || step?.operation === undefined || !sameOperation(step.operation, operation)) {
      const wanted = step?.operation === undefined ? "its end" : operationText(step.operation, this.layout);
      this.#leave(`it wants ${operationText(operation, this.layout)}, ${wanted} is wanted`);
    }
    this.#awaitTurn(turn);
    return step;
  }

  #awaitTurn(turn: number): void {
    if (!this.#memory.control.awaitTurn(turn)) {
      this.#leave("another task leaves the script, all of them in it are wanted");
    }
  }

  /** Passes the turn on. */
  #pass(): void {
    const turn = this.#turns[this.#next++] ?? 0;
    this.#memory.control.passTurn(turn, { wakes: !isOwn(this.#script[turn + 1], this.#task) });
  }

  /** Waits until the task is stopped, which throws. */
  #waitForStop(): void {
    const { turnWord, turn } = this.#memory.control;
    this.#memory.perform({ kind: "wait", word: turnWord, expected: turn });
  }

  #leave(is: string): never {
    this.#memory.control.endTurns();
    const turn = this.#turns[this.#next];
    const place = turn === undefined ? "after its last step" : `at step ${turn}`;
    this.#left = new ReplayError(`Cannot replay: ${place} of task ${this.#task} ${is}`);
    throw this.#left;
  }
}

/** Whether a step is one of the task's own, not one that follows its end. */
function isOwn(step: ScriptStep | undefined, task: number): boolean {
  return step?.task === task && step.ended === undefined;
}
