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
import { decode } from "../mailbox/mod.ts";
import { seededChooser, SharedMemory } from "../memory/mod.ts";
import { holdEventLoop, now, turn } from "./clock.ts";
import { directHost } from "./direct_mode.ts";
import { FarSystem } from "./far_system.ts";
import { printToStderr } from "./guest_console.ts";
import { guestSystem } from "./guest_system.ts";
import { ObservedMemory } from "./observed_memory.ts";
import { blockExports, BLOCKS, type Exports } from "./reference.ts";
import type { Transferable } from "./service.ts";
import { FarChannel } from "./shared_channel.ts";
import { ServiceGuest } from "./service_guest.ts";
import { SteppedMemory } from "./stepped_memory.ts";
import { makeTask, runTask } from "./task_guest.ts";
import type { FromThread, ThreadJob, ThreadService, ThreadTask, ToThread } from "./thread_messages.ts";
import { ThreadPipe } from "./thread_pipe.ts";
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
let service: ServiceGuest | undefined;
let pipe: ThreadPipe | undefined;

scope.onmessage = async ({ data }) => {
  await locked.promise;
  if (data.kind === "close") scope.close();
  else if (data.kind === "task") await perform(data);
  else if (data.kind === "service") await serve(data);
  else if (data.kind === "moved") pipe?.arrived(data.value);
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
  scope.postMessage({ kind: "hello" });
  locked.resolve();
  return new Promise(() => {});
});

function giveUp(thrown: unknown): void {
  service?.crash(thrown);
  scope.postMessage({ kind: "failed", phase: "run", far: farError(thrown) });
  scope.close();
}

/** Serves calls of its module's functions. */
async function serve({ module, message, requests, replies, memory }: ThreadService): Promise<void> {
  let phase: GuestPhase = "load";
  const used = pipe = new ThreadPipe({ requests, replies, post: scope.postMessage.bind(scope) });
  const task = message.shared?.task;
  const shared = memory === undefined || task === undefined
    ? undefined
    : SharedMemory.attach(memory, { clock: now, guest: task, hold: holdEventLoop });
  try {
    const exports: Exports = module === BLOCKS ? blockExports() : await import(module);
    phase = "construct";
    service = new ServiceGuest(exports, {
      message,
      mode: "thread",
      pipe: used,
      ...shared === undefined ? {} : { memoryFor: () => shared },
    });
    await service.start();
    scope.postMessage({ kind: "ready" });
    phase = "run";
    await service.serve();
  } catch (error) {
    if (phase === "run") return giveUp(error);
    scope.postMessage({ kind: "failed", phase, far: farError(error) });
  }
  service = undefined;
  pipe = undefined;
  if (shared !== undefined) shared.control.acknowledge();
  await turn();
  scope.postMessage({ kind: "idle" });
}

async function work(job: ThreadJob): Promise<void> {
  let phase: GuestPhase = "load";
  const memory = SharedMemory.attach(job.memory, { clock: now, guest: job.member });
  try {
    const { reference } = job.job;
    const exports: Exports = reference.module === BLOCKS ? blockExports() : await import(reference.module);
    phase = "construct";
    const named = { ...reference, argument: decode(job.argument) };
    const far = new FarSystem(guestSystem(exports, { ...job.job, reference: named }), {
      timing: job.job.timing,
      now,
      host: directHost({ now }),
    });
    const channel = new FarChannel(memory, job.place, { member: job.member, streams: job.streams });
    scope.postMessage({ kind: "ready" });
    phase = "run";
    for (;;) {
      const answer = far.serve(channel.receive());
      channel.send(channel.fits(answer) ? answer : far.refuse(channel.tooLarge(answer)));
    }
  } catch (error) {
    if (!(error instanceof StoppedError)) scope.postMessage({ kind: "failed", phase, far: farError(error) });
  }
  await comeBack(memory);
}

/** Runs a task of a program. */
async function perform({ task, memory: handle, observed, script }: ThreadTask): Promise<void> {
  let phase: GuestPhase = "load";
  const chooser = seededChooser(task.settings.seed + task.task + 1);
  const memory = SharedMemory.attach(handle, { clock: now, guest: task.task, chooser });
  try {
    const exports: Exports = await import(task.module);
    phase = "construct";
    const made = makeTask(exports, task);
    scope.postMessage({ kind: "ready" });
    phase = "run";
    memory.control.awaitStart();
    const used = script === undefined ? memory : new SteppedMemory(memory, { task: task.task, script });
    const view = observed ? new ObservedMemory(used, now) : undefined;
    const started = now();
    const bytes = runTask(view ?? used, made);
    // How a task ends that is stopped is of no interest.
    if (!memory.control.stopRequested) {
      scope.postMessage({ kind: "done", bytes, waits: view?.waits ?? [], started, finished: now() });
    }
  } catch (error) {
    if (!(error instanceof StoppedError)) scope.postMessage({ kind: "failed", phase, far: farError(error) });
  }
  await comeBack(memory);
}

async function comeBack(memory: SharedMemory): Promise<void> {
  memory.control.acknowledge();
  // A rejection that the job left behind is heard before the guest counts as idle.
  await turn();
  scope.postMessage({ kind: "idle" });
}
