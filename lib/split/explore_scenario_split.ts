/**
 * Explores a scenario on several workers, with the same result as on one.
 *
 * - The result is that of `exploreScenario`, no matter how many workers there are or which of them is fast.
 * - Workers are guests of a pool, as for programs: they start once the search has gone on for a while, and one that
 *   dies is replaced. They receive the bundle, and read no files.
 * - If a share finds that the scenario uses something the world lacks, the caller performs that share again and throws
 *   what it would throw without workers.
 * - The search for a bug is split; making its schedule small is not.
 * - At most 32 workers are busy at a time: that is the number of shares, which must not depend on the workers.
 */

import {
  type ExploreScenarioOptions,
  exploreScenarioShared,
  type ScenarioPart,
  type ScenarioReport,
  sharesModule,
} from "../scenario/mod.ts";
import { SearchPool, type SplitWorkersOptions } from "./search_pool.ts";

/** Options of {@linkcode exploreScenarioSplit}. */
export interface ExploreScenarioSplitOptions extends ExploreScenarioOptions, SplitWorkersOptions {}

/**
 * Explores a scenario on several workers, with the same result as `exploreScenario`.
 *
 * @throws {ScenarioError} if the module cannot be bundled or has no such scenario, or if the scenario uses something
 * the world lacks.
 * @throws {RangeError} if an option is invalid, or the strategy is an object: workers need the name of one.
 * @throws {GuestError} if a worker cannot be started.
 * @throws {GuestDiedError} if six workers in a row died while they performed the same share.
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
      // This is the result of `scenarioShares`.
      perform: async (share) => await pool.perform(share) as ScenarioPart | undefined,
    };
  });
}
