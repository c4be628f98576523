/**
 * The library as the page's workers import it, the programs included: one file, `holdfast.browser.js`.
 *
 * - In a worker's bundle this module is left outside, so that host, guests and the user's own programs share one copy.
 */

export * from "../../mod.ts";
export { programs } from "../../lib/programs/mod.ts";
