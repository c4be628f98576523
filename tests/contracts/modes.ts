/**
 * The modes with guests of their own, which can die, be killed or be warm: all but direct mode.
 *
 * @module
 */

import { MODE_NAMES } from "../../lib/host/mod.ts";

/** See the module. */
export const ELSEWHERE = MODE_NAMES.filter((mode) => mode !== "direct");
