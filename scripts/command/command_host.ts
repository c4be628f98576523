/**
 * The host of a command.
 */

import { GuestStuckError, Host } from "../../mod.ts";

/** A host whose threads may be stuck when it closes: the end of the command, which follows, ends them. */
export class CommandHost extends Host {
  /** Ends all guests that can be ended. */
  override async close(): Promise<void> {
    try {
      await super.close();
    } catch (error) {
      if (!(error instanceof GuestStuckError)) throw error;
    }
  }
}
