/**
 * The contract of every mode: one suite, run over each of the library's modes, and over one from outside it.
 *
 * - Its parts are the traffic between a host and a guest, how guests end, and what hosts use them for.
 *
 * @module
 */

import { testEnds } from "./realm_ends.ts";
import { testFrames } from "./realm_frames.ts";
import { testLinks } from "./realm_links.ts";
import { testServices } from "./realm_services.ts";
import type { RealmSubject } from "./realm_subject.ts";

/** Registers the tests of the contract for one mode. */
export function testRealmContract(subject: RealmSubject): void {
  testFrames(subject);
  testEnds(subject);
  testServices(subject);
  testLinks(subject);
}
