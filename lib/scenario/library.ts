/** Distinguishes the library's own places in a bundle from the user's, since reports name the user's. */

import type { SourcePlace } from "./source_map.ts";

const LIB = import.meta.url.replace(/[^/]*\/[^/]*$/, "");
const OWN = ["memory/", "sync/", "mailbox/", "codec/", "platform/", "scenario/share.ts"].map((path) => LIB + path);

/** Whether a place is in a part of the library that scenarios import. */
export function isLibrary({ source }: SourcePlace): boolean {
  return OWN.some((own) => source.startsWith(own));
}

/** The places that are not the library's; all of them if all are. */
export function usersPlaces(places: readonly SourcePlace[]): readonly SourcePlace[] {
  const users = places.filter((place) => !isLibrary(place));
  return users.length === 0 ? places : users;
}
