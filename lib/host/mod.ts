/**
 * Where guests run: direct, thread and process mode, hosts, and systems named by module.
 *
 * @module
 */

export { Host, type HostOptions } from "./host.ts";
export { MODE_NAMES } from "./mode_names.ts";
export { BLOCKS, type Exports, loadSystem } from "./system/reference.ts";
export { after, LONGEST_TIMER, now, realClock, turn } from "./clock.ts";
export type { GuestOptions, Job, JobMessage, Link, Mode, ModeSession } from "./system/job.ts";
export { jobFor } from "./system/job.ts";
export { directHost, directMode } from "./system/inline.ts";
export { threadMode } from "./thread_mode.ts";
export { processMode } from "./process_mode.ts";
export type { GuestPermissions } from "./process_host.ts";
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
  type RunnableProgram,
} from "./program/host_program.ts";
export { programJob } from "./program/run.ts";
export { dataText, sameData } from "../program/mod.ts";
export { loadProgram, programsOf } from "./program/reference.ts";
export { type Deadlock, findDeadlock, type TaskWait } from "./program/deadlock.ts";
export { move, MOVED, type Moved } from "./transfer.ts";
export type {
  EndSignal,
  NamedCall,
  ServiceAnswer,
  ServiceCall,
  ServiceContext,
  ServiceJob,
  ServiceLink,
  ServiceListener,
  ServiceLogging,
  ServiceMessage,
  Transferable,
} from "./service/service.ts";
export { namedExport } from "./service/guest.ts";
export { ServiceShare } from "./shared/service_share.ts";
export { attach, share, type ShareHandle, type ShareOptions, type Sharing } from "./shared/share.ts";
