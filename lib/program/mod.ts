/**
 * Programs, and the drivers that run them.
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
export { type TaskMemory, type TaskOutcome, TaskRun } from "./task_run.ts";
export {
  type Adjustable,
  type AnyProgram,
  defineProgram,
  type Failed,
  isProgram,
  type OutcomeContext,
  type OutcomeTest,
  type Program,
  type ProgramSpec,
  type ProgramTask,
  type Settings,
  settingsOf,
  type SettingsOptions,
  type TaskFailure,
} from "./program.ts";
export { faultOf, type Parameter, type ParameterTable, type ParameterValues } from "./parameter.ts";
export { dataText, sameData } from "./data_text.ts";
export { ensure, pause } from "./ensure.ts";
export { operationText, sameAnswer, sameOperation, type Script, type ScriptStep } from "./script.ts";
