/**
 * Deadlocks, from who waits for what and who holds it.
 *
 * - A cycle of tasks that each wait for a lock that the next one owns is a deadlock at once, whatever the others do.
 * - Otherwise it is one when no live task can act any more: all wait, none with a time.
 */

import { DeadlockError, type DeadlockWait } from "../../errors.ts";
import { calledName } from "../../memory/mod.ts";

/** A task that waits. */
export interface TaskWait {
  /** The task's number. */
  readonly task: number;
  /** The name of the thing that it waits for. */
  readonly object: string;
  /** The method that it waits in. */
  readonly method: string;
  /** Whether it gives up at some time. */
  readonly timed: boolean;
  /** Whether it stands in line for the thing: who only waits for another to be done with a step soon goes on. */
  readonly queued: boolean;
}

/** Tasks that wait for ever. */
export interface Deadlock {
  /** Their numbers; along the cycle where there is one. */
  readonly tasks: readonly number[];
  /** What each of them gets. */
  readonly error: DeadlockError;
}

/** Of what a run is that may be in a deadlock. */
export interface DeadlockScene {
  /** The names of its tasks. */
  readonly names: readonly string[];
  /** How many tasks have not ended. */
  readonly live: number;
  /** Tells the tasks that own a thing, and those that hold it, whoever may release it. */
  readonly recovery: { owners(object: string): readonly number[]; holders(object: string): readonly number[] };
}

/** Finds a deadlock among those who wait. It is named from its first task on, whoever waited first. */
export function findDeadlock(
  unordered: readonly TaskWait[],
  { names, live, recovery }: DeadlockScene,
): Deadlock | undefined {
  const owners = (object: string) => recovery.owners(object);
  const nameOf = (task: number) => names[task] ?? `task ${task}`;
  const waits = unordered.toSorted((one, other) => one.task - other.task);
  const cycle = findCycle(waits, owners);
  const all = waits.length === live && live > 0 && waits.every(({ timed }) => !timed);
  const stuck = cycle ?? (all ? waits : undefined);
  if (stuck === undefined) return undefined;
  const named = stuck.map(({ task, object, method }): DeadlockWait => {
    return { task: nameOf(task), object, method: calledName(method), owners: recovery.holders(object).map(nameOf) };
  });
  return { tasks: stuck.map(({ task }) => task), error: new DeadlockError(named) };
}

/** The first cycle, each task waiting for what the next one owns. */
function findCycle(
  waits: readonly TaskWait[],
  owners: (object: string) => readonly number[],
): readonly TaskWait[] | undefined {
  const waitOf = new Map(waits.filter(({ timed, queued }) => queued && !timed).map((wait) => [wait.task, wait]));
  for (const first of waitOf.values()) {
    const path: TaskWait[] = [];
    let wait: TaskWait | undefined = first;
    while (wait !== undefined && !path.includes(wait)) {
      path.push(wait);
      const [owner] = owners(wait.object);
      wait = owner === undefined ? undefined : waitOf.get(owner);
    }
    if (wait !== undefined) return path.slice(path.indexOf(wait));
  }
  return undefined;
}
