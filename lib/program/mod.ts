/**
 * Programs and the drivers that run them.
 *
 * @module
 */

export { runBlocking } from "./blocking.ts";
export {
  type CooperativeOptions,
  type CooperativeResult,
  type CooperativeTask,
  runCooperative,
  type TaskOutcome,
  type WaitingTask,
} from "./cooperative.ts";
