/**
 * What a guest of the contract says past the library: frames of its own, and bytes that are none.
 *
 * @module
 */

import type { GuestEnd } from "../../lib/mode/guest.ts";
import type { BytePipe } from "../../lib/memory/mod.ts";

let noted: GuestEnd | undefined;
let replies: BytePipe | undefined;

/** Notes the end of a guest; in the caller's realm the last one that was started speaks. */
export function noteEnd(end: GuestEnd): void {
  noted = end;
}

/** Notes the ring that a thread writes to. */
export function noteReplies(pipe: BytePipe): void {
  replies = pipe;
}

/** The end that was noted last. */
export function notedEnd(): GuestEnd {
  if (noted === undefined) throw new TypeError("Cannot speak: nobody noted the end of a guest");
  return noted;
}

/** Sends bytes to the host as they are. */
export function spit(bytes: Uint8Array): void {
  if (replies !== undefined) return void replies.write(bytes);
  const { getBuiltinModule } = Reflect.get(globalThis, "process") as typeof import("node:process");
  (getBuiltinModule("node:fs") as typeof import("node:fs")).writeSync(1, bytes);
}
