/**
 * What the guests of the bench's pools do for `pi`.
 *
 * @module
 */

export { countInside } from "../../mod.ts";
