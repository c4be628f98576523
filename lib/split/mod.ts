/**
 * Work that is split over workers, and comes out as on one.
 *
 * @module
 */

export { exploreSplit, type ExploreSplitOptions, MOST_WORKERS, type SplitProgress } from "./explore_split.ts";
export { shareModule, sharesOf } from "./work.ts";
