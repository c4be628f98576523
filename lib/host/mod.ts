/**
 * What guests are used for: delegated systems, the tasks of programs, the calls of pools, shared things; hosts.
 *
 * @module
 */

export { Host, type HostOptions } from "./host.ts";
export {
  type AnyModeName,
  BLOCKS,
  type GuestOptions,
  type GuestPermissions,
  type Mode,
  MODE_NAMES,
  type ModeName,
} from "../mode/mod.ts";
export type { Exports } from "./exports.ts";
export { loadSystem } from "./system/reference.ts";
export { realClock } from "./clock.ts";
export { after, LONGEST_TIMER, now, turn } from "../platform/mod.ts";
export { directHost } from "./system/inline.ts";
export type { ProgramEnd, ProgramJob, ProgramOptions, TaskEnd } from "./program/run.ts";
export type { ProgramReport, ReportTable } from "./program/report.ts";
export {
  type AnyHostProgram,
  defineHostProgram,
  type GuestFunctions,
  type GuestNeeds,
  type HostContext,
  type HostEnd,
  type HostProgram,
  type HostProgramSpec,
  isHostProgram,
  isRunnable,
  needsOf,
  type ProgramHost,
  type RunnableProgram,
} from "./program/host_program.ts";
export { programJob } from "./program/run.ts";
export { dataText, sameData } from "../program/mod.ts";
export { loadProgram, programsOf } from "./program/reference.ts";
export { type Deadlock, findDeadlock, type TaskWait } from "./program/deadlock.ts";
export { move, MOVED, type Moved } from "./service/transfer.ts";
export { type Packed, Packer } from "./service/packed.ts";
export type { GuestHost } from "./service/guest_host.ts";
export type { ServiceCall, ServiceJob, ServiceLink } from "./service/link.ts";
export type {
  EndSignal,
  NamedCall,
  ServiceAnswer,
  ServiceContext,
  ServiceListener,
  ServiceLogging,
  Transferable,
} from "./service/message.ts";
export { WINDOW } from "./service/message.ts";
export { namedExport } from "./service/functions.ts";
export { ServiceShare } from "./shared/service_share.ts";
export { attach, share, type ShareHandle, type ShareOptions, type Sharing } from "./shared/share.ts";
