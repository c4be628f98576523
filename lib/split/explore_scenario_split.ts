/**
 * Explores a scenario on several workers, with what comes out on one.
 *
 * - The result is that of `exploreScenario`, whatever the number of workers, and whoever is fast.
 * - Workers are guests of a pool, as for programs: they are started where the search has gone on for a while, and who dies is
 *   replaced. They get the bundle, and read no file.
 * - A share in which the scenario is refused is performed once more by the caller, who throws what it throws without workers.
 * - Finding the bug is split; making its schedule small is not.
 */

import {
  type ExploreScenarioOptions,
  exploreScenarioShared,
  type ScenarioPart,
  type ScenarioReport,
  sharesModule,
} from "../scenario/mod.ts";
import { SearchPool, type SplitWorkersOptions } from "./search_pool.ts";

/** How to explore a scenario on several workers. */
export interface ExploreScenarioSplitOptions extends ExploreScenarioOptions, SplitWorkersOptions {}

/**
 * Explores a scenario on several workers; see the module.
 *
 * @throws {ScenarioError} where the module cannot be bundled, has no such scenario, or the scenario uses what the world lacks.
 * @throws {RangeError} where the options make no sense; a strategy of one's own does not on workers.
 * @throws {GuestError} where a worker cannot be started.
 * @throws {GuestDiedError} where six workers in a row have died while they performed the same share.
 */
export async function exploreScenarioSplit(
  url: string,
  options: ExploreScenarioSplitOptions,
): Promise<ScenarioReport> {
  if (typeof options.strategy === "object") {
    throw new RangeError(`Cannot explore ${url} on workers: the strategy is an object, the name of one is wanted`);
  }
  await using pools = new AsyncDisposableStack();
  return await exploreScenarioShared(url, options, (argument) => {
    const initializer = { export: "prepare", argument };
    const pool = pools.use(new SearchPool(options, { module: sharesModule(), initializer, subject: url }));
    return {
      areThere: () => pool.areThere,
      // What `scenarioShares` gives.
      perform: async (share) => await pool.perform(share) as ScenarioPart | undefined,
    };
  });
}
