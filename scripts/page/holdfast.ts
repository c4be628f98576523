/**
 * The library as the page's workers, the programs and their guests import it: one file, `holdfast.browser.js`.
 *
 * - What works with it leaves it outside, so that host, programs and the user's own ones share one copy.
 */

export * from "../../mod.ts";
export * as layers from "./layers.ts";
