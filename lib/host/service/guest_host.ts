/**
 * A host, as pools and guests need it.
 */

import type { AnyModeName } from "../../mode/mod.ts";
import type { ServiceJob, ServiceLink } from "./link.ts";
import type { ServiceListener } from "./message.ts";

/** A host, as pools and guests need it. */
export interface GuestHost {
  /**
   * Starts a guest that serves calls of its module's functions.
   *
   * @throws {GuestError} if it cannot import the module, or its initializer fails.
   * @throws {GuestDiedError} if it ends before it is ready.
   * @throws {RangeError} if there is no such mode.
   */
  serve(
    job: ServiceJob,
    options: { readonly mode: AnyModeName; readonly listener: ServiceListener },
  ): Promise<ServiceLink>;
  /**
   * Whether values can be moved to the guests of a mode; otherwise they are copied, and detached at the sender.
   *
   * @throws {RangeError} if there is no such mode.
   */
  moves(mode: AnyModeName): boolean;
  /** Ends all guests. */
  close(): Promise<void>;
}
