/**
 * What happens to shared things when a task has ended: the supervisor's part.
 *
 * - A task that returned or failed tells the things that are bound to it.
 * - One that failed or died is recovered from in every thing: what it held goes on to those who wait.
 * - A recovery waits for whoever is in the middle of changing a thing. Where that one may be dead as well, it must not block
 *   the event loop that hears of deaths: `endedAsync`. A thing that another death left not recoverable stays so.
 *
 * @module
 */

import { type FarError, NotRecoverableError } from "../../errors.ts";
import { type Memory, runAsynchronous, runBlocking, type Steps } from "../../memory/mod.ts";
import type { Shareables, SharedThing, Space } from "../../sync/mod.ts";

/** See the module. */
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
    runBlocking(this.#memory, this.#recover(task, failure));
  }

  /** The same, leaving the event loop free where it waits. */
  async endedAsync(task: number, failure: FarError | undefined): Promise<void> {
    await runAsynchronous(this.#memory, this.#recover(task, failure));
  }

  /** The tasks that own a thing. */
  owners(object: string): readonly number[] {
    const thing = this.#things.get(object);
    return thing?.owners === undefined ? [] : runBlocking(this.#memory, thing.owners());
  }

  *#recover(task: number, failure: FarError | undefined): Steps<void> {
    const text = failure === undefined ? undefined : `${failure.name}: ${failure.message}`;
    for (const thing of this.#things.values()) {
      try {
        if (thing.ended !== undefined) yield* thing.ended(task, text);
        if (failure !== undefined && thing.died !== undefined) yield* thing.died(task);
      } catch (error) {
        if (!(error instanceof NotRecoverableError)) throw error;
      }
    }
  }
}
