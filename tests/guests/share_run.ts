/**
 * Waits for a lock, gives up, and has nothing more to do.
 *
 * @module
 */

import { share } from "../../lib/host/mod.ts";
import { lock } from "../../lib/sync/mod.ts";

const { shared: { guard } } = share({ guard: lock() }, { tasks: 1 });
await guard.acquire();
try {
  await guard.acquire({ signal: AbortSignal.timeout(20) });
} catch {
  console.log("aborted");
}
