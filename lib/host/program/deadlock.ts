/**
 * Finds deadlocks from who waits for what and who holds it.
 *
 * - A cycle of tasks, each waiting for a lock that the next one owns, is a deadlock at once, whatever the other tasks
 *   do.
 * - Otherwise there is a deadlock when no live task can act anymore: all wait, none with a deadline.
 */

import { DeadlockError, type DeadlockWait } from "../../errors.ts";
import { calledName } from "../../memory/mod.ts";

/** A waiting task. */
export interface TaskWait {
  /** The task's number. */
  readonly task: number;
  /** The name of the thing it waits for. */
  readonly object: string;
  /** The method in which it waits. */
  readonly method: string;
  /** Whether it has a deadline. */
  readonly timed: boolean;
  /** Whether it waits in the thing's queue; a task that only waits for another to complete a step soon continues. */
  readonly queued: boolean;
}

/** Tasks that wait forever. */
export interface Deadlock {
  /** Their numbers; in the order of the cycle if there is one. */
  readonly tasks: readonly number[];
  /** The error to throw into each of them. */
  readonly error: DeadlockError;
}

/** The state of a run that may be in a deadlock. */
export interface DeadlockScene {
  /** The names of its tasks. */
  readonly names: readonly string[];
  /** How many tasks have not ended. */
  readonly live: number;
  /** Finds the owners of a thing, and its holders even if other tasks may release it. */
  readonly recovery: { owners(object: string): readonly number[]; holders(object: string): readonly number[] };
}

/** Finds a deadlock among waiting tasks. It is listed from its lowest-numbered task on, whichever task waited first. */
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

/** The first cycle, in which each task waits for what the next one owns. */
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
