/**
 * A thread guest: the module that a Web Worker of thread mode runs.
 *
 * - It holds a Web Lock for as long as it lives; the host has queued for it, so the end of the guest is an event there,
 *   whatever ended it.
 * - Between jobs it is on its event loop; during a job it blocks on its mailbox until it is asked to stop.
 *
 * @module
 */

import { farError, type GuestPhase, StoppedError } from "../errors.ts";
import { decode } from "../mailbox/mod.ts";
import { SharedMemory } from "../memory/mod.ts";
import { now } from "./clock.ts";
import { FarSystem } from "./far_system.ts";
import { printToStderr } from "./guest_console.ts";
import { guestSystem } from "./guest_system.ts";
import { blockExports, BLOCKS, type Exports } from "./reference.ts";
import { FarChannel } from "./shared_channel.ts";
import { whileLocked } from "./web_locks.ts";
import type { FromThread, ThreadJob, ToThread } from "./thread_messages.ts";

/** The part of a worker's global scope that a guest uses. */
interface GuestScope {
  readonly name: string;
  onmessage: ((event: MessageEvent<ToThread>) => void) | null;
  onunhandledrejection: ((event: PromiseRejectionEvent) => void) | null;
  postMessage(message: FromThread): void;
  close(): void;
}

const scope = self as unknown as GuestScope;
printToStderr();

scope.onmessage = ({ data }) => {
  if (data.kind === "close") scope.close();
  else void work(data);
};
scope.onunhandledrejection = (event) => {
  event.preventDefault();
  scope.postMessage({ kind: "failed", phase: "run", far: farError(event.reason) });
};
// The lock is granted before the host is told of the guest, so the host cannot get it first.
void whileLocked(scope.name, () => {
  scope.postMessage({ kind: "hello" });
  return new Promise(() => {});
});

async function work(job: ThreadJob): Promise<void> {
  let phase: GuestPhase = "load";
  const memory = SharedMemory.attach(job.memory, { clock: now, guest: job.member });
  try {
    const { reference } = job.job;
    const exports: Exports = reference.module === BLOCKS ? blockExports() : await import(reference.module);
    phase = "construct";
    const named = { ...reference, argument: decode(job.argument) };
    const far = new FarSystem(guestSystem(exports, { ...job.job, reference: named }), { timing: job.job.timing, now });
    const channel = new FarChannel(memory, job.place, job.member);
    scope.postMessage({ kind: "ready" });
    phase = "run";
    for (;;) channel.send(far.serve(channel.receive()));
  } catch (error) {
    if (!(error instanceof StoppedError)) scope.postMessage({ kind: "failed", phase, far: farError(error) });
  }
  memory.acknowledge();
  scope.postMessage({ kind: "idle" });
}
