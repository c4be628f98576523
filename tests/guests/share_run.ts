/**
 * Waits for a lock, gives up, and has nothing more to do.
 *
 * @module
 */

import { share } from "../../lib/host/mod.ts";
import { lock } from "../../lib/sync/mod.ts";

const { shared: { guard } } = share({ guard: lock() }, { tasks: 1 });
guard.acquireSync();
try {
  await guard.acquireAsync({ signal: AbortSignal.timeout(20) });
} catch {
  console.log("aborted");
}
