/**
 * The module that a thread guest runs.
 *
 * - An error outside a job, or an unhandled rejection, ends it.
 */

import { BLOCKS_MODULE, ThreadEnd, type ToThread } from "../mode/guest.ts";
import { platform } from "../platform/mod.ts";
import { GuestLoop } from "./guest_loop.ts";

platform.printToStderr();
const thread = await platform.ownThread();
let end: ThreadEnd | undefined;
thread.listen((data) => {
  const message = data as ToThread;
  if (message.kind !== "start") return end?.hear(message);
  end = new ThreadEnd(thread, message);
  const guest = new GuestLoop(end);
  platform.onUncaught((thrown) => guest.crash(thrown));
  const { module } = message;
  void guest.run(module === BLOCKS_MODULE ? undefined : () => import(module));
});
