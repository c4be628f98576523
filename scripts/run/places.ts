/**
 * The other hosts on which guests ran, and how they got their module, for people.
 */

import type { GuestPlace } from "../../mod.ts";
import { counted, plain } from "../command/text.ts";

const CAME: Readonly<Record<GuestPlace["module"], string>> = {
  "built-in": "their module is built in",
  url: "their module was loaded by its URL",
  shared: "their module's files lie there, too",
  sent: "their module was sent along",
};

/** A line for each agent; none if everything ran on this host. */
export function placesLines(places: readonly GuestPlace[]): string[] {
  return places.map(({ agent, module, jobs }) => `${counted(jobs, "guest")} on ${plain(agent)}: ${CAME[module]}`);
}
