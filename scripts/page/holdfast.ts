/**
 * The library as the page's workers, the programs and their guests import it: one file, `holdfast.browser.js`.
 *
 * - Files that use the library do not include it, so that the host, the programs and users' programs share one copy.
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
