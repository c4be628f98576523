/**
 * What of a run depends on how its tasks reach their memory: by attaching to it, or by asking its owner.
 */

import type { FarError } from "../../errors.ts";
import type { Memory } from "../../memory/mod.ts";
import type { TaskEnd } from "./run.ts";

/** The memory of a run, as the host looks after it. */
export interface TasksMemory {
  /** The memory, which is read when all have ended. */
  readonly memory: Memory;
  /** What guests attach to, if they do. */
  readonly attach?: unknown;
  /** Takes what a task's guest asks; `answer` is called once. Throws a `ProtocolError` where it is nothing to ask. */
  ask?(task: number, payload: Uint8Array, answer: (bytes: Uint8Array) => void): void;
  /** Says that a task has ended, and what with: what it held goes on. */
  ended(task: number, failure: FarError | undefined): void | Promise<void>;
  /** Says that the tasks begin: from then on deadlocks are looked for. */
  began(): void;
  /** Ends the waits of a task. */
  stop(task: number): void;
  /** The ends of a run; throws a `ReplayError` where it has not come to the end of its script. */
  checked(ends: readonly TaskEnd[]): readonly TaskEnd[];
  /** Lets go. */
  close(): void;
}
