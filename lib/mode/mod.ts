/**
 * Where guests run: direct, thread and process mode, hosts, and systems named by module.
 *
 * @module
 */

export { Host, type HostOptions } from "./host.ts";
export { BLOCKS, type Exports, loadSystem } from "./reference.ts";
export { after, LONGEST_TIMER, now, realClock, turn } from "./clock.ts";
export type { GuestOptions, Job, JobMessage, Link, Mode, ModeSession } from "./mode.ts";
export { jobFor } from "./mode.ts";
export { directHost, directMode } from "./direct_mode.ts";
export { threadMode } from "./thread_mode.ts";
export { processMode } from "./process_mode.ts";
export type { GuestPermissions } from "./process_host.ts";
export type { ProgramEnd, ProgramJob, ProgramOptions, TaskEnd } from "./program_run.ts";
export type { ProgramReport, ReportTable } from "./program_report.ts";
export {
  type AnyHostProgram,
  defineHostProgram,
  type GuestFunctions,
  type HostContext,
  type HostEnd,
  type HostProgram,
  type HostProgramSpec,
  isHostProgram,
  isRunnable,
  type RunnableProgram,
} from "./host_program.ts";
export { programJob } from "./program_run.ts";
export { dataText, sameData } from "../program/mod.ts";
export { loadProgram, programsOf } from "./program_reference.ts";
export { type Deadlock, findDeadlock, type TaskWait } from "./deadlock.ts";
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
} from "./service.ts";
export { namedExport } from "./service_guest.ts";
export { ServiceShare } from "./service_share.ts";
export { attach, share, type ShareHandle, type ShareOptions, type Sharing } from "./share.ts";
