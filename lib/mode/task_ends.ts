/**
 * How the tasks of a run have ended so far, in order, and when all have.
 *
 * - Invariant: each task ends once; what comes later for it is dropped.
 *
 * @example
 * ```ts
 * import { TaskEnds } from "./task_ends.ts";
 *
 * const ends = new TaskEnds(1, () => {});
 * ends.end(0, { kind: "returned", value: 5 });
 * ends.end(0, { kind: "returned", value: 6 });
 * const [end] = await ends.all;
 * if (end?.kind !== "returned" || end.value !== 5) throw new Error("the first end counts");
 * ```
 *
 * @module
 */

import type { FarError } from "../errors.ts";
import { decode } from "../mailbox/mod.ts";
import type { TaskEnd } from "./program_run.ts";

/** See the module. */
export class TaskEnds {
  /** Resolves with all ends. */
  readonly all: Promise<readonly TaskEnd[]>;
  readonly #ends: (TaskEnd | undefined)[];
  readonly #ended: (task: number, failure: FarError | undefined) => void;
  readonly #resolve: (ends: readonly TaskEnd[]) => void;
  #left: number;

  /** Waits for that many ends; `ended` is told of each. */
  constructor(tasks: number, ended: (task: number, failure: FarError | undefined) => void) {
    this.#ends = Array.from({ length: tasks }, () => undefined);
    this.#left = tasks;
    this.#ended = ended;
    const { promise, resolve } = Promise.withResolvers<readonly TaskEnd[]>();
    this.all = promise;
    this.#resolve = resolve;
  }

  /** How many tasks have not ended. */
  get live(): number {
    return this.#left;
  }

  /** Whether a task has ended. */
  has(task: number): boolean {
    return this.#ends[task] !== undefined;
  }

  /** Notes the end of a task. */
  end(task: number, end: TaskEnd): void {
    if (this.has(task)) return;
    this.#ends[task] = end;
    this.#left--;
    this.#ended(task, end.kind === "failed" ? end.far : undefined);
    if (this.#left === 0) this.#resolve(this.#ends.filter((end) => end !== undefined));
  }

  /** Notes an end that came as bytes. */
  endWith(task: number, bytes: Uint8Array): void {
    const { value, far } = decode(bytes) as { value?: unknown; far?: FarError };
    this.end(task, far === undefined ? { kind: "returned", value } : { kind: "failed", far });
  }
}
