/**
 * A shared memory on which a task performs one operation per grant, as a script says: the stepped driver of thread mode.
 *
 * - A turn word counts the steps of the script that are done. A task performs its own steps only, each when its turn has
 *   come, and then gives the turn on: invariant: one task at a time is between its turn and the next.
 * - Loads, stores and all else that touches words and bytes happen for real, and must answer what the script says. Who is
 *   woken, what time it is and what chance picks comes from the script; nobody really waits for anything but a turn.
 * - A task that is parked at the end of the script waits for real from then on: that it waits for ever shows in the run.
 * - A task that wants another operation than the script says, or gets another answer, ends the run: `ReplayError`.
 *
 * @example
 * ```ts
 * import { add, Layout, runBlocking, SharedMemory } from "../memory/mod.ts";
 * import { SteppedMemory } from "./stepped_memory.ts";
 *
 * const layout = new Layout();
 * const word = layout.word("counter");
 * const host = SharedMemory.create(layout, { guests: 1, clock: () => 0 });
 * const memory = SharedMemory.attach(host.handle, { guest: 0, clock: () => 0 });
 * const operation = { kind: "add", cell: "i32", word, value: 1, order: "atomic" } as const;
 * const stepped = new SteppedMemory(memory, { task: 0, script: [{ kind: "perform", task: 0, operation, answer: 0 }] });
 * if (runBlocking(stepped, add(word, 1)) !== 0) throw new Error("as the script says");
 * ```
 *
 * @module
 */

import { ReplayError } from "../errors.ts";
import {
  type Answer,
  type Layout,
  type Memory,
  type Operation,
  runBlocking,
  type SharedMemory,
  type Steps,
} from "../memory/mod.ts";
import { operationText, sameOperation, type Script, type ScriptStep } from "../program/mod.ts";

/** See the module. */
export class SteppedMemory implements Memory {
  readonly #memory: SharedMemory;
  /** The task's own steps, each with its place in the script. */
  readonly #steps: readonly (readonly [turn: number, step: ScriptStep])[];
  #next = 0;
  /** Whether the task is past the script. */
  #free = false;

  /** A task's view of a memory under a script. */
  constructor(memory: SharedMemory, { task, script }: { readonly task: number; readonly script: Script }) {
    this.#memory = memory;
    this.#steps = [...script.entries()].filter(([, step]) => step.task === task && step.kind !== "end");
  }

  /** That of the memory. */
  get layout(): Layout {
    return this.#memory.layout;
  }

  /** Performs one operation when its turn has come. */
  perform(operation: Operation): Answer {
    if (this.#free) return this.#memory.perform(operation);
    const step = this.#await(operation);
    try {
      switch (operation.kind) {
        case "call":
          return this.#memory.perform(operation);
        case "wait":
        case "sleep":
          if (step.kind === "perform") return step.answer;
          break;
        case "notify":
        case "now":
        case "choose":
          return step.answer;
        default:
          return this.#compare(operation, this.#memory.perform(operation), step);
      }
    } finally {
      this.#memory.control.passTurn();
    }
    // It is parked; its next step is to be woken, if it ever is.
    if (this.#next === this.#steps.length) {
      this.#free = true;
      return this.#memory.perform(operation);
    }
    const woken = this.#await(operation);
    this.#memory.control.passTurn();
    return woken.answer;
  }

  /** Draws the next ticket. */
  ticket(): number {
    return this.#memory.ticket();
  }

  /** Performs the steps at once: each when its turn has come. */
  release(steps: Steps<unknown>): void {
    runBlocking(this, steps);
  }

  /** Waits for the turn of the task's next step, which must be this operation. */
  #await(operation: Operation): ScriptStep {
    const [turn, step] = this.#steps[this.#next++] ?? [];
    if (turn === undefined || step?.operation === undefined || !sameOperation(step.operation, operation)) {
      const wanted = step?.operation === undefined ? "its end" : operationText(step.operation);
      throw new ReplayError(
        `Cannot replay: step ${turn ?? "past the last"} is ${operationText(operation)}, ${wanted} is wanted`,
      );
    }
    this.#memory.control.awaitTurn(turn);
    return step;
  }

  #compare(operation: Operation, answer: Answer, step: ScriptStep): Answer {
    const same = answer instanceof Uint8Array && step.answer instanceof Uint8Array
      ? answer.length === step.answer.length &&
        answer.every((byte, index) => byte === (step.answer as Uint8Array)[index])
      : Object.is(answer, step.answer);
    if (same) return answer;
    throw new ReplayError(
      `Cannot replay: ${operationText(operation)} answers ${String(answer)}, ${String(step.answer)} is wanted`,
    );
  }
}
