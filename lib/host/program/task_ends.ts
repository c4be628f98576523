/**
 * How the tasks of a run have ended so far, in order, and when all have.
 *
 * - Invariant: each task ends once; what comes later for it is dropped.
 * - A task counts as live until what it held has gone on: until then, who waits for that waits for nothing lost.
 */

import { type FarError, farErrorFrom } from "../../errors.ts";
import { decode } from "../../codec/mod.ts";
import type { TaskEnd } from "./run.ts";
import { recordFrom } from "./task_message.ts";

/** How a task ended, from the encoded `{ value }` or `{ far }`. */
export function decodeEnd(bytes: Uint8Array): TaskEnd {
  const { value, far } = recordFrom(decode(bytes));
  return far === undefined ? { kind: "returned", value } : { kind: "failed", far: farErrorFrom(far) };
}

export class TaskEnds {
  readonly #ends: (TaskEnd | undefined)[];
  readonly #ended: (task: number, failure: FarError | undefined) => void | Promise<void>;
  readonly #all = Promise.withResolvers<readonly TaskEnd[]>();
  readonly #daemons: readonly number[];
  #live: number;

  /**
   * Waits for that many ends, but not for those of `daemons`: they end with the last other. `ended` is told of each, and
   * lets go on what the task held.
   */
  constructor(
    tasks: number,
    ended: (task: number, failure: FarError | undefined) => void | Promise<void>,
    daemons: readonly number[] = [],
  ) {
    this.#daemons = daemons;
    this.#ends = Array.from({ length: tasks }, () => undefined);
    this.#live = tasks;
    this.#ended = ended;
    // It may fail while nobody waits for it yet.
    this.all.catch(() => {});
  }

  /** Resolves with all ends; rejects where one cannot be dealt with. */
  get all(): Promise<readonly TaskEnd[]> {
    return this.#all.promise;
  }

  /** How many tasks are live. */
  get live(): number {
    return this.#live;
  }

  /** Whether a task has ended. */
  has(task: number): boolean {
    return this.#ends[task] !== undefined;
  }

  /** Notes the end of a task. */
  end(task: number, end: TaskEnd): void {
    if (this.has(task)) return;
    this.#ends[task] = end;
    void this.#follow(task, end.kind === "failed" ? end.far : undefined);
  }

  /** Ends all tasks that have not ended, at once: nobody is left to wait for what they hold. */
  endRest(endOf: (task: number) => TaskEnd): void {
    for (const task of this.#ends.keys()) this.#ends[task] ??= endOf(task);
    this.#all.resolve(this.#ends.filter((end) => end !== undefined));
  }

  /** Notes an end that came as bytes. */
  endWith(task: number, bytes: Uint8Array): void {
    this.end(task, decodeEnd(bytes));
  }

  async #follow(task: number, failure: FarError | undefined): Promise<void> {
    try {
      this.#live--;
      const followed = this.#ended(task, failure);
      if (followed !== undefined) {
        this.#live++;
        await followed;
        this.#live--;
      }
      if (this.#live === this.#daemons.filter((daemon) => !this.has(daemon)).length) {
        this.endRest(() => ({ kind: "returned", value: undefined }));
      }
    } catch (error) {
      this.#all.reject(error);
    }
  }
}
