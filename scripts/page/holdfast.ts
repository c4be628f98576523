/**
 * The library as the page's workers, the programs and their guests import it: one file, `holdfast.browser.js`.
 *
 * - What works with it leaves it outside, so that host, programs and the user's own ones share one copy.
 */

export * from "../../mod.ts";
export * as layers from "./layers.ts";
export {
  type Account,
  accountOf,
  type ExploredRun,
  exploreInSlices,
  type Rescheduled,
  rescheduled,
  type ScheduleChange,
  type Strategy,
} from "../../lib/explorer/mod.ts";
export { dataText, isFailed } from "../../lib/program/mod.ts";
export { turn } from "../../lib/platform/mod.ts";
