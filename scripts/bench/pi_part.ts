/**
 * What the guests of the bench's pools do for `pi`.
 */

export { countInside } from "../../mod.ts";
