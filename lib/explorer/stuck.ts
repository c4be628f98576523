/**
 * What it is when no task can go on and one has not ended: who waits for what, and who holds it.
 *
 * - `self-deadlock` where a task waits for what it holds, `deadlock` where tasks wait for each other, `lost-wakeup` where one
 *   sleeps because a signal came too early, `orphaned-lock` where the holder has ended, else `deadlock` too.
 *
 * @module
 */

import { DeadlockError, type DeadlockWait } from "../errors.ts";
import type { Execution } from "./execution.ts";
import type { Finding } from "./finding.ts";
import { lostWakeup } from "./lost_wakeup.ts";

interface Wait {
  readonly object: string;
  readonly method: string;
  readonly holder?: number;
}

/** Why the run that was just performed cannot go on, and the error of those who wait. */
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
    const [holder] = model.holders(object);
    waits.set(task, holder === undefined ? { object, method } : { object, method, holder });
  }
  const cycle = cycleOf(waits);
  const nameOf = (task: number) => model.names[task] ?? "the host";
  const named = (cycle ?? [...waits.keys()]).flatMap((task): DeadlockWait[] => {
    const wait = waits.get(task);
    if (wait === undefined) return [];
    const { object, method, holder } = wait;
    return [{ task: nameOf(task), object, method, owners: holder === undefined ? [] : [nameOf(holder)] }];
  });
  const error = new DeadlockError(named);
  const { message } = error;
  if (cycle !== undefined) {
    return { finding: { kind: cycle.length === 1 ? "self-deadlock" : "deadlock", message }, error };
  }
  const isOrphaned = [...waits.values()].some(({ holder = -1 }) => nodes[holder]?.end !== undefined);
  const lost = lostWakeup(execution);
  if (lost !== undefined) return { finding: { kind: "lost-wakeup", message: `${message}: ${lost}` }, error };
  return { finding: { kind: isOrphaned ? "orphaned-lock" : "deadlock", message }, error };
}

/** Tasks of which each waits for what the next one holds. */
export function cycleOf(waits: ReadonlyMap<number, { readonly holder?: number }>): readonly number[] | undefined {
  for (const first of waits.keys()) {
    const path: number[] = [];
    let task: number | undefined = first;
    while (task !== undefined && waits.has(task) && !path.includes(task)) {
      path.push(task);
      task = waits.get(task)?.holder;
    }
    if (task !== undefined && path.includes(task)) return path.slice(path.indexOf(task));
  }
  return undefined;
}
