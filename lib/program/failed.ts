/**
 * The outcome of a run in which tasks failed.
 */

/** A task that failed. */
export interface TaskFailure {
  /** The task's name. */
  readonly task: string;
  /** The name of the error's class. */
  readonly error: string;
  /** Its message. */
  readonly message: string;
}

/** The outcome of a run in which tasks failed. */
export interface Failed {
  /** The tasks that failed, in order. */
  readonly failed: readonly TaskFailure[];
}

/** Whether an outcome says that tasks failed. */
export function isFailed(outcome: unknown): outcome is Failed {
  return typeof outcome === "object" && outcome !== null && "failed" in outcome && Array.isArray(outcome.failed);
}
