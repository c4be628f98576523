/**
 * The explorer: runs a program in all orders in which its tasks can act, and finds its bugs.
 *
 * - A task depends only on its answers (`answer_tree.ts`): its steps run once for each sequence of answers, so a
 *   schedule costs only its memory operations and no generators, and a task that depends on anything else is found.
 * - A call begins only once it can continue, if nobody can tell whether it waits or comes later (`SharedThing.ready`).
 *   Calls whose place in a queue matters begin and wait; so do all calls if a task asks who waits (`looks.ts`).
 * - If nobody reads the clock, no action accesses it: any deadline may expire at any point.
 * - DPOR tries the tasks that can begin the other order (source sets): the rule of the paper, the task of the later
 *   event, misses classes when combined with sleep sets.
 * - The portfolio's strategies take turns, one schedule each, each with its own execution on one model. So no strategy
 *   that does badly on a program delays the others, and each resumes from its own checkpoints. Independence by value
 *   (two stores of one value) is not used: an order that does not change the cell still changes which store overwrote
 *   which, for the race detector and in a trace.
 * - Evidence is ranked (`search.ts`): a race in a run whose outcome the tasks also have one after the other says
 *   little, so the search continues for one that changes the outcome.
 * - A lost wake-up is verified: the last signal woke nobody, the sleeper came later, and it would continue if the
 *   signal came at the end.
 * - Livelocks are looked for with fair turns, since a run at the step limit may only have been unfair. Starvation is
 *   looked for at random, because taking turns is a fair round in which a task rarely waits.
 * - A loop that only waits is parked, since its rounds change nothing; so a spin lock has few schedules.
 * - A split search joins the results of its shares in order (`split/`), and repeats here those that depend on its
 *   state. So it need not know in advance where it will end, and nothing depends on the speed of workers.
 * - The race detector keeps a log of what it replaced, so that a checkpoint of it is a number.
 *
 * @module
 */

export { explore, exploreInSlices, type ExploreOptions, exploreShared } from "./explore.ts";
export type {
  Evidence,
  ExploredBug,
  ExploredEvidence,
  ExploredOutcome,
  ExploredRuns,
  ExploredWell,
  ExploreResult,
  SmallerEvidence,
} from "./explored.ts";
export type { Confirmed } from "./confirmation.ts";
export { KeptModel } from "./split/kept_model.ts";
export { performShare, type Share, type ShareRequest, type ShareResult, type Workers } from "./split/share.ts";
export type { Sizes } from "./split/split.ts";
export { type Repetition, repetition, type RepetitionOptions, replay, type ReplayResult } from "./repetition.ts";
export {
  type BugKind,
  type Finding,
  isBetterEvidence,
  isWeak,
  kinds,
  type RaceFinding,
  type RacingAccess,
  type Ranked,
  type RankedRun,
  rankOf,
} from "./finding.ts";
export { Judge, type Judged, type JudgeOptions } from "./judge.ts";
export { Execution, type ExecutionOptions, type Granularity, type Observe } from "./execution.ts";
export { type Clock, clocks, type ModelOptions, ProgramModel } from "./program_model.ts";
export type { Looks } from "./looks.ts";
export { CUT, faultChoice, type Point, type RunEnd, type Scheduler } from "./scheduler.ts";
export { type Position, strategies, type Strategy, teamsOf, unreduced } from "./strategies/strategies.ts";
export {
  type DrawnPosition,
  type Team,
  teamBeginning,
  type TeamPosition,
  type TreePosition,
  TreeTeam,
} from "./strategies/team.ts";
export { isDone, restOf, sharesOf, teamAt, type TeamShare } from "./strategies/team_share.ts";
export { Bounded, type BoundedOptions, type BoundedPath } from "./strategies/bounded.ts";
export { DepthFirst, type DepthFirstOptions, type Path, WHOLE } from "./strategies/depth_first.ts";
export { type Branch, type Branches, Dpor, type Tried, type Wish } from "./strategies/dpor.ts";
export { type OutcomeCount, type OutcomeEntry, Outcomes, type OutcomesTold } from "./outcomes.ts";
export { Pos } from "./strategies/pos.ts";
export { Lengths, Pct, type PctOptions, type PctRun } from "./strategies/pct.ts";
export type { Drawn } from "./strategies/draws.ts";
export { RandomWalk } from "./strategies/random_walk.ts";
export { Replay, type ReplayOptions } from "./replay.ts";
export { isRepeated, recordScript, scriptOf } from "./script_of.ts";
export {
  type Departure,
  type DepartureText,
  formatSchedule,
  parseSchedule,
  printOf,
  SCHEDULE,
  type Schedule,
  type Turn,
  type Turns,
} from "./schedule.ts";
export { type Runs, shrink, type Shrunk } from "./shrink.ts";
export { fingerprint } from "./whole_text.ts";
export {
  BETTER,
  type ExploredRun,
  type Found,
  type Goal,
  type PathOptions,
  Search,
  type Searched,
  type SearchEnd,
  type SearchLimits,
  type SearchOptions,
  type SearchProgress,
  type SharePart,
  type Shown,
  type Slices,
  toEnd,
} from "./search.ts";
export { type ByteAccess, type Race, type RaceAccess, RaceDetector } from "./findings/race_detector.ts";
export { type AmbientKind, ambientKinds, type AmbientUse, NondeterminismError, unaided } from "./ambient.ts";
export { AnswerTree, type TreeEnd, TreeNode } from "./answer_tree.ts";
export { Failure } from "./prompter.ts";
export type { Performed, WaitingLoop } from "./waiting_loop.ts";
export { type RunTrace, traceOf, type TraceRow } from "./trace/trace_of.ts";
export type { Touch } from "./trace/touch.ts";
export { type Account, type AccountMoment, accountOf, MOST_MOMENTS } from "./trace/account.ts";
export type { Moment, Stand, TaskStanding, ThingStanding } from "./trace/standing.ts";
export { type Refused, type Rescheduled, rescheduled, type ScheduleChange } from "./rescheduled.ts";
export { type TraceLine, traceLines, type TraceTextOptions } from "./trace/trace_text.ts";
