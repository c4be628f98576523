/**
 * A delegated system, in a guest: it answers each request, or the newest of those that are there where only that counts.
 */

import * as blocks from "../../blocks/mod.ts";
import { signature } from "../../diagram/mod.ts";
import type { GuestEnd } from "../../mode/guest.ts";
import { now } from "../../platform/mod.ts";
import type { Exports } from "../exports.ts";
import type { BegunJob } from "../job.ts";
import { FarSystem } from "./far_system.ts";
import { directHost } from "./inline.ts";
import type { JobMessage } from "./job.ts";
import { makeSystem } from "./reference.ts";

/** What the module of the built-in systems exports. */
export function blockExports(): Exports {
  return blocks;
}

/** Makes the system of a job, and checks that it has the ports that the near side expects. */
export function beginSystem(
  exports: Exports,
  { message: { reference, signature: expected, timing, newest }, end }: {
    readonly message: JobMessage;
    readonly end: GuestEnd;
  },
): BegunJob {
  const system = makeSystem(exports, reference);
  const is = signature(system);
  if (is !== expected) {
    throw new TypeError(
      `Cannot use ${reference.export} of ${reference.module}: its ports are ${is} here, ${expected} is wanted`,
    );
  }
  const far = new FarSystem(system, { timing, now, host: directHost({ now }) });
  return { run: () => newest ? serveNewest(far, end) : serveAll(far, end) };
}

/** Serves each request until the job is over. */
function serveAll(far: FarSystem, end: GuestEnd): void {
  for (;;) {
    let frame = end.poll();
    while (frame === undefined) {
      end.wait?.();
      frame = end.poll();
    }
    if (frame.kind === "job") return;
    end.send("reply", frame.number, far.serve(frame.bytes.subarray(frame.from, frame.end)));
  }
}

/** Serves the newest request of those that are there until the job is over. */
function serveNewest(far: FarSystem, end: GuestEnd): void {
  let held = new Uint8Array(256);
  for (;;) {
    let frame = end.poll();
    while (frame === undefined) {
      end.wait?.();
      frame = end.poll();
    }
    // Of several requests that are there only the newest counts.
    let number = 0;
    let length = 0;
    for (; frame !== undefined && frame.kind !== "job"; frame = end.poll()) {
      number = frame.number;
      length = frame.end - frame.from;
      if (length > held.length) held = new Uint8Array(2 * length);
      held.set(frame.bytes.subarray(frame.from, frame.end));
    }
    // An end that has been read means that nobody hears the answer any more.
    if (frame !== undefined) return;
    end.send("reply", number, far.serve(held.subarray(0, length)));
  }
}
