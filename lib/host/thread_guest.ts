/**
 * A thread guest: the module that a Web Worker of thread mode runs.
 *
 * - It holds a Web Lock for as long as it lives; the host has queued for it, so the end of the guest is an event there,
 *   whatever ended it.
 * - It does nothing before it holds that lock, so it cannot end unseen.
 * - Between jobs it is on its event loop; during a job it blocks on its mailbox until it is asked to stop.
 * - What is thrown outside a job, or rejected and not handled, ends it: it could no longer pass for a fresh one.
 *
 * @module
 */

import { farError, type GuestPhase, StoppedError } from "../errors.ts";
import { seededChooser, SharedMemory } from "../memory/mod.ts";
import { now, turn } from "./clock.ts";
import { printToStderr } from "./guest_console.ts";
import type { Transferable } from "./service/service.ts";
import type { FromThread, ThreadJob, ThreadService, ThreadTask, ToThread } from "./thread_messages.ts";
import type { ThreadServing } from "./service/thread_serving.ts";
import { whileLocked } from "./web_locks.ts";

/** The part of a worker's global scope that a guest uses. */
interface GuestScope {
  readonly name: string;
  onmessage: ((event: MessageEvent<ToThread>) => void) | null;
  onunhandledrejection: ((event: PromiseRejectionEvent) => void) | null;
  addEventListener(type: "error", listener: (event: ErrorEvent) => void): void;
  postMessage(message: FromThread, transfer?: readonly Transferable[]): void;
  close(): void;
}

const scope = self as unknown as GuestScope;
printToStderr();

const locked = Promise.withResolvers<void>();
const post = scope.postMessage.bind(scope);
let serving: ThreadServing | undefined;

scope.onmessage = async ({ data }) => {
  await locked.promise;
  if (data.kind === "close") scope.close();
  else if (data.kind === "moved") serving?.arrived(data.value);
  else if (data.kind === "service") await serve(data);
  else await work(data);
};
scope.onunhandledrejection = (event) => {
  event.preventDefault();
  giveUp(event.reason);
};
scope.addEventListener("error", (event) => {
  event.preventDefault();
  giveUp(event.error);
});
// The lock is granted before the host is told of the guest, so the host cannot get it first.
void whileLocked(scope.name, () => {
  post({ kind: "hello" });
  locked.resolve();
  return new Promise(() => {});
});

function giveUp(thrown: unknown): void {
  serving?.crash(thrown);
  post({ kind: "failed", phase: "run", far: farError(thrown) });
  scope.close();
}

/** Serves calls of its module's functions. */
async function serve(job: ThreadService): Promise<void> {
  let phase: GuestPhase = "load";
  try {
    const { ThreadServing } = await import("./service/thread_serving.ts");
    serving = new ThreadServing(job, post);
    await serving.start((reached) => void (phase = reached));
    post({ kind: "ready" });
    phase = "run";
    await serving.serve();
  } catch (error) {
    if (phase === "run") return giveUp(error);
    post({ kind: "failed", phase, far: farError(error) });
  }
  serving?.end();
  serving = undefined;
  await comeBack();
}

/** Owns a delegated system, or runs a task of a program. */
async function work(job: ThreadJob | ThreadTask): Promise<void> {
  let phase: GuestPhase = "load";
  const options = job.kind === "job"
    ? { guest: job.member }
    : { guest: job.task.task, chooser: seededChooser(job.task.settings.seed + job.task.task + 1) };
  const memory = SharedMemory.attach(job.memory, { clock: now, ...options });
  const guest = { memory, post, phase: (reached: GuestPhase) => void (phase = reached) };
  try {
    if (job.kind === "job") await (await import("./system/thread_far.ts")).serveFar(job, guest);
    else await (await import("./program/thread_task.ts")).performTask(job, guest);
  } catch (error) {
    if (!(error instanceof StoppedError)) post({ kind: "failed", phase, far: farError(error) });
  }
  memory.control.acknowledge();
  await comeBack();
}

async function comeBack(): Promise<void> {
  // A rejection that the job left behind is heard before the guest counts as idle.
  await turn();
  post({ kind: "idle" });
}
