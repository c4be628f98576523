/**
 * What it is when no task can go on and one has not ended: who waits for what, and who holds it.
 *
 * - A task waits for who stands in line before it where the thing says so (a reader behind a waiting writer), else for who
 *   holds the thing.
 * - `livelock` where some go round in loops that only wait, and no other cause is found.
 * - `self-deadlock` where a task waits for what it holds, `deadlock` where tasks wait for each other, `lost-wakeup` where one
 *   sleeps because a signal came too early, `orphaned-lock` where the holder has ended, else `deadlock` too.
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
  /** Who stands in line before it. */
  readonly ahead: readonly number[];
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

/** Tasks of which each waits for the next one: who stands in line before it, else who holds what it waits for. */
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
