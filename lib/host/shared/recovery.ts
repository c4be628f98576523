/**
 * The supervisor's part after the end of a task: tells the shared things, in its own view of them.
 *
 * - A recovery waits for whoever is in the middle of changing a thing. Where that one may be dead as well, it must not block
 *   the event loop that hears of deaths: `endedAsync`.
 */

import type { FarError } from "../../errors.ts";
import { type Memory, runAsynchronous, runBlocking, type Steps } from "../../memory/mod.ts";
import { recover, type Shareables, type SharedThing, type Space } from "../../sync/mod.ts";

export class Recovery {
  readonly #memory: Memory;
  readonly #things: ReadonlyMap<string, SharedThing>;

  /** Takes the supervisor's view of a space. */
  constructor(space: Space<Shareables>, memory: Memory) {
    this.#memory = memory;
    this.#things = space.attach(memory).things;
  }

  /** Says that a task has ended; `failure` is what it failed with or died of. */
  ended(task: number, failure: FarError | undefined): void {
    runBlocking(this.#memory, this.steps(task, failure));
  }

  /** The same, leaving the event loop free where it waits. */
  async endedAsync(task: number, failure: FarError | undefined): Promise<void> {
    await runAsynchronous(this.#memory, this.steps(task, failure));
  }

  /** What is done then. */
  steps(task: number, failure: FarError | undefined): Steps<void> {
    const text = failure === undefined ? undefined : `${failure.name}: ${failure.message}`;
    return recover(this.#things.values(), { task, failure: text });
  }

  /** The tasks that own a thing: who waits for it waits for them. */
  owners(object: string): readonly number[] {
    return this.#ask(this.#things.get(object)?.owners?.());
  }

  /** The tasks that took a thing and have not given it back, also where others may give it back: for reports. */
  holders(object: string): readonly number[] {
    const thing = this.#things.get(object);
    return this.#ask(thing?.holders?.() ?? thing?.owners?.());
  }

  #ask(steps: Steps<readonly number[]> | undefined): readonly number[] {
    return steps === undefined ? [] : runBlocking(this.#memory, steps);
  }
}
