/**
 * The user's own module: its code, and the programs in it.
 *
 * - It is in no link and is kept nowhere: it runs after a click, in a worker that cannot reach the network.
 */

import { signal } from "@preact/signals";
import { type Catalog, OWN } from "../../catalog_entry.ts";

/** A module that is in use. */
export interface OwnModule {
  /** As it was written. */
  readonly text: string;
  /** As a worker imports it. */
  readonly code: string;
  readonly programs: Catalog;
}

/** What stands in the editor; undefined before anybody has written there. */
export const draft = signal<string | undefined>(undefined);

/** The one that is in use. */
export const ownModule = signal<OwnModule | undefined>(undefined);

/** The code that a request is about, if it is about one of these programs. */
export function ownModuleOf(request: unknown): string | undefined {
  if (typeof request !== "object" || request === null || !("program" in request)) return undefined;
  const { program } = request;
  return typeof program === "string" && program.startsWith(OWN) ? ownModule.peek()?.code : undefined;
}
