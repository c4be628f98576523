/**
 * Whether the worker of own programs is kept from the network: by the policy that comes with its file, and with nothing less.
 */

import { policyOf } from "../../headers.ts";

const FILE = "own.js";

/** Whether it is. */
export async function isSealed(): Promise<boolean> {
  const { ok, headers } = await fetch(`./${FILE}`, { cache: "no-store" });
  return ok && headers.get("content-security-policy") === policyOf(FILE);
}
