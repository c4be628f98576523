/**
 * The work of the bench's pool guests for `pi`.
 */

export { countInside } from "../../mod.ts";
