/**
 * The explorer: all the orders in which the tasks of a program can act, and what each comes to.
 *
 * @module
 */

export {
  explore,
  type ExploredBug,
  type ExploredWell,
  exploreInSlices,
  type ExploreOptions,
  type ExploreResult,
  replay,
  type ReplayResult,
  type SmallerBug,
  strategies,
  type Strategy,
} from "./explore.ts";
export { type BugKind, type Finding, kinds, type RaceFinding, type RacingAccess } from "./finding.ts";
export { Judge, type Judged } from "./judge.ts";
export { Execution, type ExecutionOptions, type Granularity, type Observe } from "./execution.ts";
export { ProgramModel } from "./program_model.ts";
export { CUT, type Point, type RunEnd, type Scheduler } from "./scheduler.ts";
export { DepthFirst } from "./depth_first.ts";
export { Dpor } from "./dpor.ts";
export { Pct, type PctOptions } from "./pct.ts";
export { RandomWalk } from "./random_walk.ts";
export { Replay, type ReplayOptions } from "./replay.ts";
export { isRepeated, recordScript, scriptOf } from "./script_of.ts";
export { type Departure, formatSchedule, parseSchedule, type Schedule } from "./schedule.ts";
export {
  type Found,
  type OutcomeCount,
  type PathOptions,
  Search,
  type SearchEnd,
  type SearchLimits,
  type SearchProgress,
  type Shown,
  type Slices,
} from "./search.ts";
export { type ByteAccess, type Race, type RaceAccess, RaceDetector } from "./race_detector.ts";
export { AnswerTree, Failure, NondeterminismError, type TreeEnd, TreeNode } from "./answer_tree.ts";
export { type RunTrace, traceOf, type TraceRow } from "./trace_of.ts";
export { type TraceLine, traceLines, type TraceTextOptions } from "./trace_text.ts";
