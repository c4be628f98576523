/**
 * The loop that a child of process mode runs.
 *
 * - The module is imported only once the watchdog is running: a module that loops while loading must still end with its
 *   host.
 */

import { ProcessEnd } from "../mode/guest.ts";
import { every, platform } from "../platform/mod.ts";
import type { Exports } from "./exports.ts";
import { GuestLoop } from "./guest_loop.ts";

/** Keeps the event loop alive; a loop with nothing to do would end the guest. */
const ALIVE = 1 << 30;

/** Serves jobs until stdin ends; without `load` the module is that of the built-in blocks. */
export async function serveProcess(
  load: (() => Promise<Exports>) | undefined,
  { watched, mode = "process" }: { readonly watched?: Promise<unknown> | undefined; readonly mode?: string } = {},
): Promise<void> {
  const exit = platform.exit;
  const end = new ProcessEnd(platform.takeStreams(), { mode, exit });
  const guest = new GuestLoop(end);
  every(ALIVE, () => {});
  platform.onUncaught((thrown) => guest.crash(thrown));
  await guest.run(
    load === undefined ? undefined : async () => {
      await watched;
      return await load();
    },
  );
}
