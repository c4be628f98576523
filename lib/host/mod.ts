/**
 * Hosts, and what their guests are used for: delegated systems, the tasks of programs, the calls of pools, shared
 * things.
 *
 * - All modes have the same guest loop; a guest loads only the code that its job needs. In a bundle, the code for
 *   delegated systems is loaded from a URL.
 * - Direct mode encodes values too: a value that cannot be cloned is rejected in every mode, and no object is shared by
 *   mistake. A direct guest ends with its functions: one that exits ends its caller.
 * - A blocked host blocks for at most 20 ms at a time, then lets the event loop run.
 * - Tasks that request each operation have a model memory and an owner: waiting there costs no timer, and a deadlock is
 *   found as soon as its last task parks. Shared things of pools lie in the host's shared memory in every mode, so host
 *   and guests use the same lock.
 * - Answers are sent at once, not in batches, so a dead guest was running the oldest unanswered call. That call alone
 *   is blamed, and no other is run twice.
 * - A host program lists the functions for its guests, and a guest finds them in any module that exports the program or
 *   lists it in `programs`; so a pool also works in a bundle.
 * - Modules are recognized by structure, so a guest may hold two copies of the library (source and bundle).
 * - Two tasks dying inside one monitor at once would block the supervisor; no mode can cause that today.
 *
 * @module
 */

export { Host, type HostOptions } from "./host.ts";
export type { EngineOptions } from "../engine/mod.ts";
export type { GuestPlace } from "./places.ts";
export type {
  AnyModeName,
  BeginFailure,
  BeginOptions,
  BytesPart,
  FrameCursor,
  FrameKind,
  GuestOptions,
  GuestPermissions,
  GuestSetup,
  JobListener,
  KeptRealm,
  Mode,
  ModeName,
  Outbox,
  Realm,
  RealmListener,
} from "../mode/mod.ts";
export { BLOCKS_MODULE, FRAME_KINDS, MODE_NAMES } from "../mode/mod.ts";
export { type Exports, moduleUrl } from "./exports.ts";
export { loadSystem } from "./system/reference.ts";
export { realClock } from "./clock.ts";
export { after, type FarPlace, LONGEST_TIMER, now, type Transferable, turn } from "../platform/mod.ts";
export { directHost } from "./system/inline.ts";
export type { ProgramEnd, ProgramJob, ProgramOptions, TaskEnd } from "./program/run.ts";
export type { ProgramReport, ReportTable } from "./program/report.ts";
export type { ThingUse, Watcher } from "./program/use_recorder.ts";
export type {
  AnyHostProgram,
  GuestFunctions,
  GuestNeeds,
  HostContext,
  HostEnd,
  HostProgram,
  HostProgramSpec,
  ProgramHost,
  RunnableProgram,
} from "./program/host_program.ts";
export { defineHostProgram, isHostProgram, isRunnable, needsOf } from "./program/host_program.ts";
export { programJob } from "./program/run.ts";
export { dataText, sameData } from "../program/mod.ts";
export { loadProgram, programsOf } from "./program/reference.ts";
export { type Deadlock, type DeadlockScene, findDeadlock, type TaskWait } from "./program/deadlock.ts";
export { move, MOVED, type Moved } from "./service/transfer.ts";
export { type Packed, Packer, type PackOptions } from "./service/packed.ts";
export type { GuestHost } from "./service/guest_host.ts";
export type { GuestService, ServiceCall, ServiceJob, ServiceLink, SharedPlace } from "./service/link.ts";
export type {
  CalledFunction,
  EndSignal,
  NamedCall,
  ServiceAnswer,
  ServiceContext,
  ServiceListener,
  ServiceLogging,
  ServiceMessage,
  SharedCall,
  SharedMessage,
} from "./service/message.ts";
export { WINDOW } from "./service/message.ts";
export { namedExport } from "./service/functions.ts";
export type { LaneCounts, ThingsMessage } from "./shared/view.ts";
export { ServiceShare, type ShareOptions } from "./shared/service_share.ts";
export { attach, share, type ShareHandle, type Sharing } from "./shared/share.ts";
