/**
 * The work of `logging`'s guests: sum 1/k!, and log the progress at several levels.
 *
 * - The logger is found by its category; what is logged and where it goes is not decided here.
 */

import { getLogger } from "../logging/mod.ts";

/** The URL of this module, for guests. */
export const LOGGING_WORK: string = import.meta.url;
/** The category that it logs under. */
export const CATEGORY = "euler";

/** Sums the first `terms` terms of 1/k!. */
export async function sumAndLog(terms: number): Promise<number> {
  const logger = getLogger([CATEGORY, "sum"]);
  logger.info("sums {terms} terms", { terms });
  let [e, factorial] = [0, 1];
  for (let term = 0; term < terms; term++) {
    const before = e;
    e += 1 / factorial;
    factorial *= term + 1;
    logger.debug("after term {term}: {e}", { term, e });
    if (e === before) logger.warning("term {term} is too small to count", { term });
    // In direct mode, lets the others run between two terms.
    await Promise.resolve();
  }
  logger.info("comes to {e}", { e });
  return e;
}
