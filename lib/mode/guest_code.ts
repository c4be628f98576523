/**
 * What modes need of the code that runs in guests, which stands above them.
 */

import type { GuestEnd } from "./realm.ts";

/** Where the code of guests is, and what it is in the caller's own realm. */
export interface GuestCode {
  /** The URL of the module that a thread runs. */
  threadUrl(): string;
  /** Text that brings `serveProcess` into scope, for the entry of a child. */
  processSource(): string;
  /** The hosts that the code comes from, such as `127.0.0.1:8000`; none for local files. */
  hosts(): readonly string[];
  /** The modules that a guest loads only for some of its uses, and that are no part of its entry. */
  parts(): readonly string[];
  /** Serves jobs of a module in this realm. */
  serve(end: GuestEnd, module: string): Promise<void>;
}
