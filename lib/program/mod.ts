/**
 * Programs, and the drivers that run them.
 *
 * - A task's result is encoded in every mode, so a result that cannot be cloned fails the task in every mode.
 * - A script allows a run to be repeated: the explorer records every operation of a schedule, real guests perform them
 *   one by one, and each answer is compared.
 * - If `shared` uses the settings, `outcome` must come before `tasks` in a program's definition, because of the order
 *   in which the compiler infers types.
 *
 * @module
 */

export type { CooperativeOptions, CooperativeResult, CooperativeTask, WaitingTask } from "./cooperative.ts";
export { runCooperative } from "./cooperative.ts";
export { type TaskMemory, type TaskOutcome, TaskRun } from "./task_run.ts";
export type {
  Adjustable,
  AnyProgram,
  OutcomeContext,
  OutcomeTest,
  Program,
  ProgramClaim,
  ProgramSpec,
  ProgramTask,
  Settings,
  SettingsOptions,
  SharingOf,
} from "./program.ts";
export { claimOf, defineProgram, isForeign, isProgram, outcomeSteps, settingsOf, SHARING } from "./program.ts";
export { type Failed, isFailed, type TaskFailure } from "./failed.ts";
export { checkDefinition, type DefinitionClaim, type DefinitionParts } from "./definition.ts";
export { exploredParameters, faultOf, type Parameter, type ParameterTable, type ParameterValues } from "./parameter.ts";
export { dataText, sameData } from "./data_text.ts";
export { ensure, pause } from "./ensure.ts";
export { operationText, sameAnswer, sameOperation, type Script, type ScriptStep } from "./script.ts";
export { ownSteps, type OwnTask } from "./own_steps.ts";
export { fileName } from "./file_name.ts";
export { ownFrames, sourceLine } from "./source_line.ts";
