/**
 * The part of a run that depends on how its tasks reach their memory: by attaching to it, or by requests to its owner.
 */

import type { FarError } from "../../errors.ts";
import type { Memory } from "../../memory/mod.ts";
import type { TaskEnd } from "./run.ts";

/** The memory of a run, as the host manages it. */
export interface TasksMemory {
  /** The memory, read once all tasks have ended. */
  readonly memory: Memory;
  /** What guests attach to, if they do. */
  readonly attach?: unknown;
  /**
   * Handles a request of a task's guest; `answer` is called once. Throws a `ProtocolError` if it is not a valid
   * request.
   */
  ask?(task: number, payload: Uint8Array, answer: (bytes: Uint8Array) => void): void;
  /** Handles the end of a task, with its error if it failed: what it held passes on. */
  ended(task: number, failure: FarError | undefined): void | Promise<void>;
  /** Called when the tasks begin: from then on, deadlocks are detected. */
  began(): void;
  /** Ends the waits of a task. */
  stop(task: number): void;
  /** The ends of a run; throws a `ReplayError` if the run has not reached the end of its script. */
  checked(ends: readonly TaskEnd[]): readonly TaskEnd[];
  /** Releases its resources. */
  close(): void;
}
