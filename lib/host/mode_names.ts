/**
 * The names of the modes: what flags, checks, help texts and tests read, so that no other list of them exists.
 *
 * - In the order in which they are shown, the one without guests first.
 *
 * @module
 */

import type { ModeName } from "../errors.ts";

/** The modes, in the order in which they are run and shown. */
export const MODE_NAMES = ["direct", "thread", "process"] as const satisfies readonly ModeName[];
