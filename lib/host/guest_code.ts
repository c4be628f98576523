/**
 * The code of guests, in the form that modes need.
 */

import { BLOCKS_MODULE, type GuestCode } from "../mode/mod.ts";
import { GuestLoop } from "./guest_loop.ts";
import { hosts, parts, processSource, threadUrl } from "./source.ts";

/** The code of guests, in the form that modes need. */
export const guestCode: GuestCode = {
  threadUrl,
  processSource,
  hosts,
  parts,
  serve: (end, module) => new GuestLoop(end).run(module === BLOCKS_MODULE ? undefined : () => import(module)),
};
