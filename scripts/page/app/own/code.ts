/**
 * The code of a module that the user wrote, where it may run: in a worker that cannot reach the network.
 */

import type { Bundled } from "./bundle.ts";
import { isSealed } from "./sealed.ts";

/**
 * Its code, or what is wrong with it.
 *
 * @throws {Error} where the server does not keep the worker from the network.
 */
export async function codeOf(text: string): Promise<Bundled> {
  if (await isSealed()) return await (await import("./bundle.ts")).bundle(text);
  throw new Error(
    "Cannot run code of your own: this server does not cut it off from the network, the page's own server or its service worker is wanted",
  );
}
