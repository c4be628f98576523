/**
 * Scenarios: ordinary async code, unchanged, under all orders in which the outside can complete what it asks for.
 *
 * - Promises are V8's own, in a realm whose microtask queue is drained at once; lowering `async` to generators differs from V8 in
 *   four of ten random programs, so nothing is lowered.
 * - Strategies, shrinking, schedules and outcomes are those of the explorer. A completion is an action, what follows one from the
 *   other a task; no reduction is assumed, since nobody knows what a completion touches.
 * - The world's code (`world/`) runs inside the realm, since a reaction that the host asks for would be queued outside.
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
