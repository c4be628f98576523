/**
 * Searches split over several workers, with the same result as on one.
 *
 * @module
 */

export { exploreScenarioSplit, type ExploreScenarioSplitOptions } from "./explore_scenario_split.ts";
export { exploreSplit, type ExploreSplitOptions, type SplitProgress } from "./explore_split.ts";
export { MOST_WORKERS, type SplitWorkersOptions } from "./search_pool.ts";
export { shareModule, sharesOf } from "./work.ts";
