/**
 * Which places of a bundle are the library's own: people want theirs.
 */

import type { SourcePlace } from "./source_map.ts";

const LIB = import.meta.url.replace(/[^/]*\/[^/]*$/, "");
const OWN = ["memory/", "sync/", "mailbox/", "codec/", "platform/", "scenario/share.ts"].map((path) => LIB + path);

/** Whether a place is in what scenarios import of the library. */
export function isLibrary({ source }: SourcePlace): boolean {
  return OWN.some((own) => source.startsWith(own));
}

/** The places that are not the library's; all where all are. */
export function usersPlaces(places: readonly SourcePlace[]): readonly SourcePlace[] {
  const users = places.filter((place) => !isLibrary(place));
  return users.length === 0 ? places : users;
}
