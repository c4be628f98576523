/**
 * What a guest is to do: a job, as it travels, and as the guest has it.
 */

import type { TaskMessage } from "./program/task_message.ts";
import type { ServiceMessage } from "./service/message.ts";
import type { JobMessage } from "./system/job.ts";

/** A job as it travels. The handle of a memory that is attached follows beside the frames. */
export type GuestJob =
  | {
    readonly use: "system";
    readonly systems: readonly JobMessage[];
    /** Where the guest's part for it is; beside the guest's own file where undefined. */
    readonly code: string | undefined;
  }
  | { readonly use: "task"; readonly task: TaskMessage; readonly attaches: boolean }
  | { readonly use: "service"; readonly service: ServiceMessage; readonly attaches: boolean };

/** Why a part of a job cannot begin. */
export interface BeginFault {
  /** Which part, from 0 on. */
  readonly which: number;
  /** What was thrown as it was made. */
  readonly thrown: unknown;
}

/** A job that has begun. */
export interface BegunJob {
  /** Does it; returns when the frame that ends it was read. */
  run(): void | Promise<void>;
  /** Says what it must say before the guest ends of what was thrown. */
  crash?(thrown: unknown): void;
}
