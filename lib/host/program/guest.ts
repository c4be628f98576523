/**
 * A task of a program, in a guest.
 *
 * - It begins when told to. Once it is told to stop, nobody asks how it ends.
 */

import { encode } from "../../codec/mod.ts";
import { type Memory, seededChooser, SharedMemory, type SharedMemoryHandle } from "../../memory/mod.ts";
import type { GuestEnd } from "../../mode/guest.ts";
import { holdEventLoop, now } from "../../platform/mod.ts";
import type { Exports } from "../exports.ts";
import type { BegunJob, GuestJob } from "../job.ts";
import { AskingEnd } from "../shared/asking_end.ts";
import { type GuestTask, makeTask } from "./guest_task.ts";
import { ObservedMemory } from "./observed_memory.ts";
import type { TaskMemoryHandle, TaskMessage } from "./task_message.ts";

/** How a task uses its memory, whether it attaches to it or requests each operation. */
interface TaskMemory {
  readonly memory: Memory;
  /** Whether the task was stopped. */
  readonly isStopped: () => boolean;
  /** Declares that it will not touch the memory again. */
  readonly leave: () => void;
}

/** Creates the task. */
export async function beginTask(
  exports: Exports,
  { job: { task, attaches }, end }: { readonly job: GuestJob & { readonly use: "task" }; readonly end: GuestEnd },
): Promise<BegunJob> {
  const made = makeTask(exports, task);
  const asking = new AskingEnd(end);
  const chooser = seededChooser(task.settings.seed + task.task + 1);
  const reached: TaskMemory = attaches ? await attach(end, { task: task.task, chooser }) : {
    memory: asking.memory(made.layout, { asksAll: task.stepped, chooser }),
    isStopped: () => asking.isOver,
    leave: () => {},
  };
  const isTold = (kind: string): boolean => {
    for (;;) {
      const frame = asking.poll();
      if (frame === undefined) end.wait?.();
      else if (frame.kind === kind || frame.kind === "job") return frame.kind === kind;
    }
  };
  return {
    run() {
      if (isTold("post")) {
        perform(made, { reached, end, task, attaches });
        isTold("job");
      }
      reached.leave();
    },
  };
}

/** Runs the task to its end, and reports how it ended. */
function perform(
  made: GuestTask,
  { reached: { memory, isStopped }, end, task: { task, observed, watched, stepped }, attaches }: {
    readonly reached: TaskMemory;
    readonly end: GuestEnd;
    readonly task: TaskMessage;
    readonly attaches: boolean;
  },
): void {
  const view = observed || watched ? new ObservedMemory(memory, now) : undefined;
  const started = now();
  // If the guest requests each operation, the owner knows what the task holds.
  const looks = attaches && !stepped;
  if (watched && looks) view?.watchUses(made.look(memory));
  // A guest that requests each operation can have only one message on its way.
  if (looks) {
    view?.reportBy((notes, waiting, since) => end.send("report", 1, encode({ ...notes, started, waiting, since })));
  }
  const bytes = made.run(view ?? memory, (things) => looks ? view?.watch(things, task) : undefined);
  view?.end();
  if (isStopped()) return;
  const notes = view?.take() ?? { waits: [], holds: [], uses: [] };
  end.send("reply", 1, encode({ ...notes, bytes, started, finished: now() }));
}

async function attach(
  end: GuestEnd,
  { task, chooser }: { readonly task: number; readonly chooser: (n: number) => number },
): Promise<TaskMemory> {
  const { memory: handle, script } = await end.takeMoved?.() as TaskMemoryHandle;
  const memory = SharedMemory.attach(handle as SharedMemoryHandle, {
    clock: now,
    guest: task,
    hold: holdEventLoop,
    chooser,
  });
  // Loaded only here: most tasks do not follow a script.
  const used = script === undefined
    ? memory
    : new (await import("./stepped_memory.ts")).SteppedMemory(memory, { task, script });
  return {
    memory: used,
    isStopped: () => memory.control.stopRequested,
    leave: () => memory.control.acknowledge(),
  };
}
