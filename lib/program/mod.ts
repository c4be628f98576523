/**
 * Programs and the drivers that run them.
 *
 * @module
 */

export {
  type CooperativeOptions,
  type CooperativeResult,
  type CooperativeTask,
  runCooperative,
  type WaitingTask,
} from "./cooperative.ts";
export { type TaskOutcome, TaskRun } from "./task_run.ts";
