/**
 * A guest's job: as a message, and as an object in the guest.
 */

import type { TaskMessage } from "./program/task_message.ts";
import type { ServiceMessage } from "./service/message.ts";
import type { JobMessage } from "./system/job.ts";

/** A job as a message. The handle of a memory to attach to follows separately from the frames. */
export type GuestJob =
  | {
    readonly use: "system";
    readonly systems: readonly JobMessage[];
    /** The URL of the code for such jobs; if `undefined`, it is a file beside the guest's own. */
    readonly code: string | undefined;
  }
  | { readonly use: "task"; readonly task: TaskMessage; readonly attaches: boolean }
  | { readonly use: "service"; readonly service: ServiceMessage; readonly attaches: boolean };

/** The reason why a part of a job cannot begin. */
export interface BeginFault {
  /** The index of the part. */
  readonly which: number;
  /** What was thrown when it was constructed. */
  readonly thrown: unknown;
}

/** A job that has begun. */
export interface BegunJob {
  /** Performs the job; returns once the frame that ends it has been read. */
  run(): void | Promise<void>;
  /** Reports what must be reported before an uncaught error ends the guest. */
  crash?(thrown: unknown): void;
}
