/**
 * Records what one task calls on a shared thing, and the results, in a worker or beside it: through blocking views,
 * steps, or promise views.
 *
 * @module
 */

import { type Memory, runAsynchronous, runBlocking, seededChooser, type Steps } from "../../lib/memory/mod.ts";
import { Space } from "../../lib/sync/mod.ts";
import type { HistoryCall } from "../../lib/testing/mod.ts";
import type { SubjectCall } from "./history_callers.ts";
import { specifiedResult, type SubjectName, subjectOf } from "./history_subjects.ts";

/** The face through which a task calls. */
export type Face = "Sync" | "steps" | "Async";

/** What a task is to do. */
export interface Recording {
  readonly subject: SubjectName;
  readonly tasks: number;
  readonly task: number;
  readonly face: Face;
  readonly calls: number;
  readonly seed: number;
}

/** The space that all sides of a recording share. */
export function spaceOf({ subject, tasks }: Pick<Recording, "subject" | "tasks">) {
  return new Space({ thing: subjectOf(subject).thing() }, { tasks });
}

/** Makes random calls; returns the history, with tickets from before and after each call. */
export async function recordHistory(memory: Memory, recording: Recording): Promise<HistoryCall[]> {
  const { subject, task, face, calls, seed } = recording;
  const { thing } = spaceOf(recording).bind(memory, { task });
  const caller = subjectOf(subject).caller({ task, patient: true, mortal: false });
  const choose = seededChooser(seed * 31 + task);
  const history: HistoryCall[] = [];
  for (let count = 0;; count++) {
    const call = caller.next(choose, count >= calls);
    // A task that cannot release what it holds would try forever.
    if (call === undefined || count > 2 * calls) return history;
    const begin = memory.ticket();
    const what = { task, object: subject, method: call.method, args: call.specified ?? call.args, begin };
    try {
      const result = await perform(memory, thing, { ...call, face });
      history.push({ ...what, end: memory.ticket(), result: specifiedResult(call.method, result) });
      caller.returned(call, result);
    } catch (error) {
      // As data, because it is sent from a worker.
      const name = error instanceof Error ? error.name : String(error);
      history.push({ ...what, end: memory.ticket(), error: name });
      if (name === "StoppedError") return history;
    }
  }
}

function perform(memory: Memory, thing: unknown, { method, args, face }: SubjectCall & { face: Face }): unknown {
  const methods = thing as Record<string, (...args: readonly unknown[]) => unknown>;
  const blocking = methods[`${method}Sync`];
  if (face === "Sync" && blocking !== undefined) return blocking.apply(thing, [...args]);
  const steps = methods[method]!.apply(thing, [...args]) as Steps<unknown>;
  return face === "Async" ? runAsynchronous(memory, steps) : runBlocking(memory, steps);
}
