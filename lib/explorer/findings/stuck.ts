/**
 * The kind of bug when no task can continue and one has not ended: which tasks wait for what, and which tasks hold it.
 *
 * - A task waits for the tasks ahead of it in a queue if the thing names them (a reader behind a waiting writer),
 *   otherwise for the tasks that hold the thing.
 * - `livelock` if some tasks are in waiting loops and no other cause is found.
 * - `self-deadlock` if a task waits for what it holds; `deadlock` if tasks wait for each other; `lost-wakeup` if a task
 *   sleeps because a signal came too early; `orphaned-lock` if the holder has ended; otherwise `deadlock` too.
 */

import { DeadlockError, type DeadlockWait } from "../../errors.ts";
import { calledName } from "../../memory/mod.ts";
import type { Execution } from "../execution.ts";
import type { Finding } from "../finding.ts";
import { endlessWait } from "./livelock.ts";
import { lostWakeup } from "./lost_wakeup.ts";

interface Wait {
  readonly object: string;
  readonly method: string;
  readonly holders: readonly number[];
  /** The tasks ahead of it in the queue. */
  readonly ahead: readonly number[];
}

/** Why the run just performed cannot continue, and the error of the waiting tasks. */
export function stuck(execution: Execution): { readonly finding: Finding; readonly error: DeadlockError } {
  const { nodes, model } = execution;
  const { layout } = model.memory;
  const waits = new Map<number, Wait>();
  for (const [task, { end, operation, call }] of nodes.entries()) {
    if (end !== undefined) continue;
    const { object, method } = call ?? (operation?.kind === "call" ? operation : {
      object: operation?.kind === "wait" ? layout.nameOf(operation.word) : "nothing",
      method: "wait",
    });
    waits.set(task, { object, method, holders: model.holders(object), ahead: model.ahead(object, task) });
  }
  const cycle = cycleOf(waits);
  const nameOf = (task: number) => model.names[task] ?? "the host";
  const named = (cycle ?? [...waits.keys()]).flatMap((task): DeadlockWait[] => {
    const wait = waits.get(task);
    if (wait === undefined) return [];
    const { object, method, holders, ahead } = wait;
    const line = ahead.length === 0 ? {} : { ahead: ahead.map(nameOf) };
    return [{ task: nameOf(task), object, method: calledName(method), owners: holders.map(nameOf), ...line }];
  });
  const error = new DeadlockError(named);
  const { message } = error;
  if (cycle !== undefined) {
    return { finding: { kind: cycle.length === 1 ? "self-deadlock" : "deadlock", message }, error };
  }
  const isOrphaned = [...waits.values()].some(({ holders }) => {
    return holders.some((holder) => nodes[holder]?.end !== undefined);
  });
  const lost = lostWakeup(execution);
  const endless = isOrphaned || lost !== undefined ? undefined : endlessWait(execution);
  if (endless !== undefined) return { finding: endless, error };
  if (lost !== undefined) return { finding: { kind: "lost-wakeup", message: `${message}: ${lost}` }, error };
  return { finding: { kind: isOrphaned ? "orphaned-lock" : "deadlock", message }, error };
}

/**
 * Tasks of which each waits for the next: for those ahead of it in a queue, otherwise for the holders of what it waits
 * for.
 */
function cycleOf(waits: ReadonlyMap<number, Wait>): readonly number[] | undefined {
  const follow = (path: readonly number[]): readonly number[] | undefined => {
    const [last = -1] = path.slice(-1);
    const { holders = [], ahead = [] } = waits.get(last) ?? {};
    for (const next of ahead.length > 0 ? ahead : holders) {
      const place = path.indexOf(next);
      const cycle = place >= 0 ? path.slice(place) : follow([...path, next]);
      if (cycle !== undefined) return cycle;
    }
    return undefined;
  };
  for (const first of waits.keys()) {
    const cycle = follow([first]);
    if (cycle !== undefined) return cycle;
  }
  return undefined;
}
