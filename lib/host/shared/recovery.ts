/**
 * The supervisor's work after the end of a task: it tells the shared things, through its own view of them.
 *
 * - A recovery waits for a task that is changing a thing. If that task may be dead as well, the wait must not block the
 *   event loop that learns of deaths: use `endedAsync`.
 */

import type { FarError } from "../../errors.ts";
import { type Memory, runAsynchronous, runBlocking, type Steps } from "../../memory/mod.ts";
import { recover, type Shareables, type SharedThing, type Space } from "../../sync/mod.ts";

/** Tells the shared things of a space that a task has ended. */
export class Recovery {
  readonly #memory: Memory;
  readonly #things: ReadonlyMap<string, SharedThing>;

  /** Takes the supervisor's view of a space. */
  constructor(space: Space<Shareables>, memory: Memory) {
    this.#memory = memory;
    this.#things = space.attach(memory).things;
  }

  /** Handles the end of a task; `failure` is the error or death that ended it, if any. */
  ended(task: number, failure: FarError | undefined): void {
    runBlocking(this.#memory, this.steps(task, failure));
  }

  /** The same, but leaves the event loop free while waiting. */
  async endedAsync(task: number, failure: FarError | undefined): Promise<void> {
    await runAsynchronous(this.#memory, this.steps(task, failure));
  }

  /** The steps of the recovery. */
  steps(task: number, failure: FarError | undefined): Steps<void> {
    const text = failure === undefined ? undefined : `${failure.name}: ${failure.message}`;
    return recover(this.#things.values(), { task, failure: text });
  }

  /** The tasks that own a thing: a task that waits for it waits for them. */
  owners(object: string): readonly number[] {
    return this.#ask(this.#things.get(object)?.owners?.());
  }

  /** The tasks that acquired a thing and have not released it, even if others may release it; for reports. */
  holders(object: string): readonly number[] {
    const thing = this.#things.get(object);
    return this.#ask(thing?.holders?.() ?? thing?.owners?.());
  }

  #ask(steps: Steps<readonly number[]> | undefined): readonly number[] {
    return steps === undefined ? [] : runBlocking(this.#memory, steps);
  }
}
