/**
 * A process guest: the loop that a subprocess of process mode runs.
 *
 * - It reads stdin and writes stdout synchronously, which answers several times faster than streams do.
 * - Of several requests that one read brings, only the newest is worked on.
 * - The end of stdin is the end of the host, or its wish: the guest exits. So does one that has nobody to answer, and one
 *   that waits for a promise while its host is killed.
 *
 * @example
 * ```ts
 * import { serveProcess } from "./process_guest.ts";
 *
 * // The entry of a subprocess ends with a line such as `await serveProcess(() => import("file:///system.ts"))`.
 * if (serveProcess.length !== 1) throw new Error("how to load the module is all it takes");
 * ```
 *
 * @module
 */

import { farError, type GuestPhase } from "../errors.ts";
import { decode, encode } from "../codec/mod.ts";
import { now } from "./clock.ts";
import { directHost } from "./system/inline.ts";
import { FarSystem } from "./system/far_system.ts";
import { FrameReader } from "./frame_reader.ts";
import { printToStderr } from "./guest_console.ts";
import { guestSystem } from "./system/guest_system.ts";
import type { JobMessage } from "./system/job.ts";
import type { ProcessTask } from "./program/process_program.ts";
import { ProcessTaskRun } from "./program/process_task.ts";
import { ProcessPipe } from "./process_pipe.ts";
import { encodeFrame, type Frame, type FrameKind } from "./frame.ts";
import { blockExports, type Exports } from "./system/reference.ts";
import type { ServiceMessage } from "./service/service.ts";
import { ServiceGuest } from "./service/guest.ts";

/** More than any pipe holds, so one read empties it. */
const CHUNK = 1 << 20;
const CHANNEL = 0;
/** How often a guest that waits looks whether its host is there, in milliseconds. */
const ORPHANED = 1000;

/** Serves jobs until stdin ends; without `load` the systems are the built-in blocks. */
export async function serveProcess(load?: () => Promise<Exports>): Promise<never> {
  const { stdin, stdout } = Deno;
  const write = stdout.writeSync.bind(stdout);
  const send = (kind: FrameKind, payload: Uint8Array): void => {
    const frame = encodeFrame(kind, CHANNEL, payload);
    try {
      for (let sent = write(frame); sent < frame.length;) sent += write(frame.subarray(sent));
    } catch {
      Deno.exit(1);
    }
  };
  const fail = (phase: GuestPhase, error: unknown) => send("error", encode({ phase, far: farError(error) }));
  printToStderr();
  // A call that waits for what never comes is no end of the guest: its host decides, or its host's end.
  const host = Deno.ppid;
  setInterval(() => Deno.ppid === host ? undefined : Deno.exit(0), ORPHANED);
  let service: ServiceGuest | undefined;
  const crash = (thrown: unknown): never => {
    service?.crash(thrown);
    fail("run", thrown);
    Deno.exit(1);
  };
  globalThis.addEventListener("unhandledrejection", (event) => crash(event.reason));
  globalThis.addEventListener("error", (event) => crash(event.error));

  let exports: Exports = blockExports();
  try {
    if (load !== undefined) exports = await load();
    send("hello", new Uint8Array(0));
  } catch (error) {
    fail("load", error);
    Deno.exit(1);
  }
  const reader = new FrameReader();
  const chunk = new Uint8Array(CHUNK);
  const frames: Frame[] = [];
  const next = (): Frame => {
    for (;;) {
      const frame = frames.shift();
      if (frame !== undefined) return frame;
      const length = stdin.readSync(chunk);
      if (length === null) Deno.exit(0);
      const read = newest(reader.push(chunk.subarray(0, length)));
      // The next read fills the chunk again, and may come before the last of several is used.
      frames.push(...read.length < 2 ? read : read.map((frame) => ({ ...frame, payload: frame.payload.slice() })));
    }
  };
  let far: FarSystem | undefined;
  let task: ProcessTaskRun | undefined;
  for (;;) {
    const frame = next();
    const { kind, payload } = frame;
    if (kind === "post") {
      if (far !== undefined) send("reply", far.serve(payload));
      else task?.run();
    } else if (kind === "job" && payload.length === 0) {
      far = undefined;
      task = undefined;
      send("result", payload);
    } else if (kind === "job") {
      try {
        const job = decode(payload) as JobMessage | ProcessTask | ServiceMessage;
        if ("service" in job) {
          const pipe = new ProcessPipe({ read: (into) => stdin.readSync(into), write, now });
          service = new ServiceGuest(exports, {
            message: job,
            mode: "process",
            pipe,
            memoryFor: (layout) => pipe.memory(layout),
          });
          await service.start();
        } else if ("program" in job) {
          task = new ProcessTaskRun(exports, job, { send, next, putBack: (frame) => void frames.unshift(frame) });
        } else {
          far = new FarSystem(guestSystem(exports, job), { timing: job.timing, now, host: directHost({ now }) });
        }
        send("result", new Uint8Array(0));
      } catch (error) {
        service = undefined;
        fail("construct", error);
      }
      if (service !== undefined) {
        // It returns when it has read the frame that ends the job.
        await service.serve();
        service = undefined;
        send("result", new Uint8Array(0));
      }
    }
  }
}

/** Drops each request that another one follows. */
function newest(frames: readonly Frame[]): readonly Frame[] {
  if (frames.length === 1) return frames;
  return frames.filter(({ kind }, index) => kind !== "post" || frames[index + 1]?.kind !== "post");
}
