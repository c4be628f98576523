/**
 * The modes whose guests run in their own realms, so that they can die, be killed or stay warm: all but direct mode.
 *
 * @module
 */

import { MODE_NAMES } from "../../lib/host/mod.ts";

/** The names of these modes. */
export const ELSEWHERE = MODE_NAMES.filter((mode) => mode !== "direct");
