/**
 * What a host and its thread guests say to each other by `postMessage`: the start and the end of a job.
 *
 * @example
 * ```ts
 * import type { ToThread } from "./thread_messages.ts";
 *
 * const message: ToThread = { kind: "close" };
 * if (message.kind !== "close") throw new Error("the guest closes itself");
 * ```
 *
 * @module
 */

import type { FarError, GuestPhase } from "../errors.ts";
import type { BytePipeHandle, SharedMemoryHandle } from "../memory/mod.ts";
import type { Script } from "../program/mod.ts";
import type { JobMessage } from "./system/job.ts";
import type { TaskSpan } from "./program/observed_memory.ts";
import type { ServiceMessage } from "./service/service.ts";
import type { ChannelsPlace } from "./system/shared_channel.ts";
import type { TaskMessage } from "./program/task_guest.ts";

/** A job, with the memory that its messages go through. */
export interface ThreadJob {
  /** Tells the messages apart. */
  readonly kind: "job";
  /** What to do. */
  readonly job: JobMessage;
  /** The encoded argument of the job's reference. */
  readonly argument: Uint8Array;
  /** The memory of the run. */
  readonly memory: SharedMemoryHandle;
  /** Where the run's channels lie in it. */
  readonly place: ChannelsPlace;
  /** Which of them is this guest's. */
  readonly member: number;
  /** Whether messages may be larger than a slot. */
  readonly streams: boolean;
}

/** A task of a program, with the memory that it shares. */
export interface ThreadTask {
  /** Tells the messages apart. */
  readonly kind: "task";
  /** What to do. */
  readonly task: TaskMessage;
  /** The memory of the run. */
  readonly memory: SharedMemoryHandle;
  /** Whether to note what the task waits for. */
  readonly observed: boolean;
  /** What the tasks do, operation by operation, where that is given. */
  readonly script: Script | undefined;
}

/** A service, with the pipes that its calls and answers go through. */
export interface ThreadService {
  /** Tells the messages apart. */
  readonly kind: "service";
  /** The module. */
  readonly module: string;
  /** What to serve. */
  readonly message: ServiceMessage;
  /** Brings the calls. */
  readonly requests: BytePipeHandle;
  /** Takes the answers. */
  readonly replies: BytePipeHandle;
  /** The memory of the shared things, if there are any. */
  readonly memory: SharedMemoryHandle | undefined;
}

/** A value that is moved: the frame that it belongs to says so. */
export interface MovedValue {
  /** Tells the messages apart. */
  readonly kind: "moved";
  /** The value. */
  readonly value: unknown;
}

/** What a host says. */
export type ToThread = ThreadJob | ThreadTask | ThreadService | MovedValue | { readonly kind: "close" };

/** How a task ended. */
export interface TaskDone {
  /** Tells the messages apart. */
  readonly kind: "done";
  /** The encoded `{ value }` or `{ far }`. */
  readonly bytes: Uint8Array;
  /** What it waited for, where that was to be noted. */
  readonly waits: readonly TaskSpan[];
  /** When it began, in milliseconds. */
  readonly started: number;
  /** When it ended, in milliseconds. */
  readonly finished: number;
}

/** What a guest says. */
export type FromThread =
  | { readonly kind: "hello" | "ready" | "idle" }
  /** The bell of a pipe: there is something to read, or room to write. */
  | { readonly kind: "bell" }
  | MovedValue
  | TaskDone
  | { readonly kind: "failed"; readonly phase: GuestPhase; readonly far: FarError };
