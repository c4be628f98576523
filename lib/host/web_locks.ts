/**
 * Web Locks, by which the end of a thread is known: Deno has them, its types do not.
 *
 * @example
 * ```ts
 * import { whileLocked } from "./web_locks.ts";
 *
 * let held = false;
 * await whileLocked("an example", () => void (held = true));
 * if (!held) throw new Error("the callback ran while the lock was held");
 * ```
 *
 * @module
 */

interface LockManager {
  request(name: string, callback: () => unknown): Promise<unknown>;
}

/** Waits for the lock, then holds it until the callback's promise is settled; a realm that ends lets go of its locks. */
export async function whileLocked(name: string, callback: () => unknown): Promise<void> {
  const { locks } = navigator as unknown as { readonly locks: LockManager };
  await locks.request(name, callback);
}
