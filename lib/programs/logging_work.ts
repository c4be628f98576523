/**
 * What the guests of `logging` do: sum 1/k!, and say how far they are at several levels.
 *
 * - The logger is found by its category; what is logged, and where it goes, is no business of the one who logs.
 */

import { getLogger } from "../logging/mod.ts";

/** Where guests find it. */
export const LOGGING_WORK: string = import.meta.url;
/** The category that it logs under. */
export const CATEGORY = "euler";

/** Sums so many terms of 1/k!. */
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
    // In direct mode the others have a turn between two terms.
    await Promise.resolve();
  }
  logger.info("comes to {e}", { e });
  return e;
}
