/**
 * The steps by which a supervisor tells shared things that a task has ended; the same in every mode and in the
 * explorer.
 *
 * - Each thing is told separately, so other tasks may act in between.
 * - If a task returned or failed, the things bound to it are told. If it failed or died, every thing also recovers:
 *   what the task held passes on to the waiters. A thing made unrecoverable by another death stays so.
 */

import { NotRecoverableError } from "../errors.ts";
import { call, type Steps } from "../memory/mod.ts";
import type { SharedThing } from "./binding.ts";

/**
 * Tells things, in the supervisor's view, that a task has ended; `failure` is the text of the error or death, if any.
 */
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
