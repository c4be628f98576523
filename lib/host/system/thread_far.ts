/**
 * A delegated system in a thread: the guest's part, which blocks on its mailbox until it is asked to stop.
 *
 * - It is loaded when a guest gets its first job of that kind: a guest loads only what its jobs need.
 *
 * @example
 * ```ts
 * import { serveFar } from "./thread_far.ts";
 *
 * // A guest awaits `serveFar(job, { memory, post, phase })`, which ends by a StoppedError.
 * if (serveFar.length !== 2) throw new Error("a job, and the guest that has it");
 * ```
 *
 * @module
 */

import type { GuestPhase } from "../../errors.ts";
import { decode } from "../../codec/mod.ts";
import type { SharedMemory } from "../../memory/mod.ts";
import { now } from "../clock.ts";
import { directHost } from "./inline.ts";
import { FarSystem } from "./far_system.ts";
import { guestSystem } from "./guest_system.ts";
import { blockExports, BLOCKS, type Exports } from "./reference.ts";
import { FarChannel } from "./shared_channel.ts";
import type { FromThread, ThreadJob } from "../thread_messages.ts";

/** The guest that has a job. */
export interface JobGuest {
  /** Its view of the memory of the run. */
  readonly memory: SharedMemory;
  /** Sends a message to the host. */
  readonly post: (message: FromThread) => void;
  /** Is told how far it is, for errors. */
  readonly phase: (phase: GuestPhase) => void;
}

/** Makes the system and serves requests; never returns, but throws a `StoppedError` when the guest is to stop. */
export async function serveFar(
  { job, argument, place, member, streams }: ThreadJob,
  { memory, post, phase }: JobGuest,
): Promise<never> {
  const { reference } = job;
  const exports: Exports = reference.module === BLOCKS ? blockExports() : await import(reference.module);
  phase("construct");
  const named = { ...reference, argument: decode(argument) };
  const far = new FarSystem(guestSystem(exports, { ...job, reference: named }), {
    timing: job.timing,
    now,
    host: directHost({ now }),
  });
  const channel = new FarChannel(memory, place, { member, streams });
  post({ kind: "ready" });
  phase("run");
  for (;;) {
    const answer = far.serve(channel.receive());
    channel.send(channel.fits(answer) ? answer : far.refuse(channel.tooLarge(answer)));
  }
}
