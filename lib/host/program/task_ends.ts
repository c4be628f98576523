/**
 * How the tasks of a run have ended so far, in order, and when all have.
 *
 * - Invariant: each task ends once; later reports about it are dropped.
 * - A task counts as live until what it held has passed on: until then, a waiter for that does not wait in vain.
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

/** Collects the ends of the tasks of a run. */
export class TaskEnds {
  readonly #ends: (TaskEnd | undefined)[];
  readonly #ended: (task: number, failure: FarError | undefined) => void | Promise<void>;
  readonly #all = Promise.withResolvers<readonly TaskEnd[]>();
  readonly #daemons: readonly number[];
  #live: number;

  /**
   * Waits for `tasks` ends, except those of `daemons`, which end with the last other task. `ended` is called for each,
   * and passes on what the task held.
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
    // It may fail before anybody waits for it.
    this.all.catch(() => {});
  }

  /** Resolves with all ends; rejects if handling one of them fails. */
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

  /** Records the end of a task. */
  end(task: number, end: TaskEnd): void {
    if (this.has(task)) return;
    this.#ends[task] = end;
    void this.#follow(task, end.kind === "failed" ? end.far : undefined);
  }

  /** Ends all remaining tasks at once: nobody is left to wait for what they hold. */
  endRest(endOf: (task: number) => TaskEnd): void {
    for (const task of this.#ends.keys()) this.#ends[task] ??= endOf(task);
    this.#all.resolve(this.#ends.filter((end) => end !== undefined));
  }

  /** Records an end that arrived as bytes. */
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
