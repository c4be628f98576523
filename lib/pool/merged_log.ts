/**
 * Where what guests log goes.
 *
 * @module
 */

export type { LogTarget } from "../logging/mod.ts";
