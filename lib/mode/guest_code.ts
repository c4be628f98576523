/**
 * What modes need to know about the code that runs in guests, which is in a layer above.
 */

import type { GuestEnd } from "./realm.ts";

/** The location of the guests' code, and its entry point in the caller's own realm. */
export interface GuestCode {
  /** The URL of the module that a thread runs. */
  threadUrl(): string;
  /** Source text that brings `serveProcess` into scope, for the entry of a child. */
  processSource(): string;
  /** The network hosts that the code comes from, such as `127.0.0.1:8000`; none for local files. */
  hosts(): readonly string[];
  /** The modules that a guest loads only for some uses, and that its entry does not include. */
  parts(): readonly string[];
  /** Serves the jobs of a module in this realm. */
  serve(end: GuestEnd, module: string): Promise<void>;
}
