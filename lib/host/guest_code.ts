/**
 * The code of guests, in the form that modes need.
 */

import { BLOCKS, type GuestCode } from "../mode/mod.ts";
import { Guest } from "./guest.ts";
import { hosts, parts, processSource, threadUrl } from "./source.ts";

/** The code of guests, in the form that modes need. */
export const guestCode: GuestCode = {
  threadUrl,
  processSource,
  hosts,
  parts,
  serve: (end, module) => new Guest(end).run(module === BLOCKS ? undefined : () => import(module)),
};
