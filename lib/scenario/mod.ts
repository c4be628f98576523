/**
 * Scenarios: runs ordinary async code, unchanged, in all orders in which the outside world can complete its requests.
 *
 * - Promises are V8's own, in a realm whose microtask queue is drained at once. `async` functions are not lowered to
 *   generators, because lowering them gives another order than V8 in four of ten random programs.
 * - Strategies, shrinking, schedules and outcomes are those of the explorer. A completion is an action; completions
 *   that follow from one another form a task. No reduction is assumed, since nobody knows what a completion affects.
 * - The world's code (`world/`) runs inside the realm, because a reaction requested by the host would be queued outside
 *   it.
 *
 * @module
 */

export {
  exploreScenario,
  type ExploreScenarioOptions,
  exploreScenarioShared,
  replayScenario,
  type ScenarioReplay,
  type ScenarioReport,
  type ScenarioRunOptions,
} from "./explore.ts";
export type { Faults, FetchedRequest, IoFaults, IoOptions, World } from "./world.ts";
export type {
  Esbuild,
  EsbuildHooks,
  EsbuildImport,
  EsbuildLoaded,
  EsbuildMade,
  EsbuildMessage,
  EsbuildOptions,
  EsbuildResolved,
} from "./esbuild.ts";
export { type Drain, drains } from "./ground.ts";
export { scenarioKinds } from "./goal.ts";
export type { ScenarioPart, ScenarioShare, ScenarioWorkers } from "./search.ts";
export type { TallyTold } from "./tally.ts";
export { scenarioShares, sharesModule } from "./shares.ts";
