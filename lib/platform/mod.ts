/**
 * What Deno, Node, Bun and browsers do differently, and real time.
 *
 * - Every part is accessed only when it is used: if it is missing, the library still loads, and using it throws an
 *   error that says so.
 *
 * @module
 */

export type {
  AppendFile,
  Child,
  ChildOptions,
  ChildStatus,
  CourseLocal,
  FarPlace,
  OwnStreams,
  OwnThread,
  Platform,
  ProcessSignal,
  RunEnd,
  Scratch,
  Thread,
  ThreadListener,
  Transferable,
} from "./platform.ts";
export type { External, GuestChild, GuestChildren, GuestOptions, GuestPermissions, GuestSetup } from "./guest_child.ts";
export { guestChildren } from "./deno_child.ts";
export { cores, platform } from "./here.ts";
export { forCaller } from "./caller.ts";
export { hearUncaught, type Uncaught } from "./uncaught.ts";
export { after, callIsolated, every, holdEventLoop, limit, LONGEST_TIMER, now, turn, within } from "./clock.ts";
