/**
 * What shared things are told when a task has ended, as steps: the supervisor's part, the same in every mode and in the
 * explorer.
 *
 * - Each thing is told by itself, so others may act between two of them.
 * - A task that returned or failed tells the things that are bound to it. One that failed or died is recovered from in every
 *   thing: what it held goes on to those who wait. A thing that another death left not recoverable stays so.
 */

import { NotRecoverableError } from "../errors.ts";
import { call, type Steps } from "../memory/mod.ts";
import type { SharedThing } from "./binding.ts";

/** Tells things, in the supervisor's view, that a task has ended; `failure` is the text of what it failed with or died of. */
export function* recover(
  things: Iterable<SharedThing>,
  { task, failure }: { readonly task: number; readonly failure: string | undefined },
): Steps<void> {
  for (const thing of things) {
    const tell = (method: string, body: Steps<void>) => {
      return call({ kind: "call", object: thing.name, method, args: [task] }, body);
    };
    try {
      if (thing.ended !== undefined) yield* tell("ended", thing.ended(task, failure));
      if (failure !== undefined && thing.died !== undefined) yield* tell("died", thing.died(task));
    } catch (error) {
      if (!(error instanceof NotRecoverableError)) throw error;
    }
  }
}
