/**
 * A thread that never says that it listens, and ends when it is told to.
 *
 * @module
 */

import type { ToThread } from "../../lib/mode/guest.ts";
import { platform } from "../../lib/platform/mod.ts";

const thread = await platform.ownThread();
thread.listen((message) => {
  if ((message as ToThread).kind === "close") thread.close();
});
