/**
 * A task of a program in a subprocess: its memory is the host's, asked by frames.
 *
 * - Invariant: at most one thing is asked that is not answered; who asks blocks until the answer comes.
 * - The end of the job while the task waits stops it: whatever it asks from then on throws `StoppedError`.
 *
 * @example
 * ```ts
 * import { defineProgram } from "../../program/mod.ts";
 * import { Space } from "../../sync/mod.ts";
 * import { ProcessTaskRun } from "./process_task.ts";
 *
 * const none = defineProgram({
 *   name: "none",
 *   claim: "Nothing is shared.",
 *   shared: () => ({}),
 *   tasks: () => [{ name: "only", *run() {} }],
 *   outcome: function* () {},
 *   expected: () => [],
 * });
 * const layout = new Space({}, { tasks: 1 }).layout.toTable();
 * const settings = { variant: "plain", seed: 0, parameters: {} };
 * const message = { module: "file:///none.ts", program: "none", settings, task: 0, layout, observed: false, stepped: false };
 * const sent: string[] = [];
 * const pipe = { send: (kind: string) => void sent.push(kind), next: () => never(), putBack: () => {} };
 * const never = (): never => {
 *   throw new Error("nothing is read");
 * };
 * new ProcessTaskRun({ none }, message, pipe).run();
 * if (sent.join() !== "reply") throw new Error("its end");
 * ```
 *
 * @module
 */

import { StoppedError } from "../../errors.ts";
import { encode } from "../../codec/mod.ts";
import { type Answer, type Operation, RemoteMemory, seededChooser } from "../../memory/mod.ts";
import { type Asked, decodeAnswer, encodeAsked } from "../shared/asked.ts";
import { now } from "../clock.ts";
import { ObservedMemory } from "./observed_memory.ts";
import type { ProcessTask } from "./process_program.ts";
import type { Frame, FrameKind } from "../frame.ts";
import type { Exports } from "../system/reference.ts";
import { type GuestTask, makeTask, runTask } from "./task_guest.ts";

/** How a task reaches its host. */
export interface TaskPipe {
  /** Sends a frame. */
  readonly send: (kind: FrameKind, payload: Uint8Array) => void;
  /** Waits for the next frame. */
  readonly next: () => Frame;
  /** Leaves a frame to whoever reads next. */
  readonly putBack: (frame: Frame) => void;
}

/** See the module. */
export class ProcessTaskRun {
  readonly #task: GuestTask;
  readonly #pipe: TaskPipe;
  readonly #memory: RemoteMemory;
  readonly #observed: boolean;
  #stopped = false;

  /** Makes the task from its module's exports. */
  constructor(exports: Exports, message: ProcessTask, pipe: TaskPipe) {
    this.#task = makeTask(exports, message);
    this.#pipe = pipe;
    this.#observed = message.observed;
    this.#memory = new RemoteMemory(this.#task.layout, {
      perform: (operation) => this.#perform(operation),
      ticket: () => this.#ask({ kind: "ticket" }) as number,
      clock: now,
      asksAll: message.stepped,
      chooser: seededChooser(message.settings.seed + message.task + 1),
    });
  }

  /** Runs the task to its end, and sends that. */
  run(): void {
    const view = this.#observed ? new ObservedMemory(this.#memory, now) : undefined;
    const started = now();
    const bytes = runTask(view ?? this.#memory, this.#task);
    // How a task ends that is stopped is of no interest.
    if (this.#stopped) return;
    this.#pipe.send("reply", encode({ bytes, waits: view?.waits ?? [], started, finished: now() }));
  }

  #perform(operation: Operation): Answer {
    const value = this.#ask(operation);
    // The owner performed that very operation, so its answer has the operation's type.
    return operation.kind === "call" ? { value } : value as Answer;
  }

  #ask(asked: Asked): unknown {
    const bytes = encodeAsked(asked);
    if (!this.#stopped) this.#pipe.send("call", bytes);
    while (!this.#stopped) {
      const frame = this.#pipe.next();
      if (frame.kind === "result") return decodeAnswer(frame.payload);
      if (frame.kind === "job") {
        this.#pipe.putBack(frame);
        this.#stopped = true;
      }
    }
    throw new StoppedError("Cannot wait: the run is over, a return to the guest's loop is wanted");
  }
}
