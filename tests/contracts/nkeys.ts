/**
 * A login of a test's own: an nkey, whose seed lies in a file and whose public key stands in a server's configuration.
 *
 * @module
 */

import { NATS } from "../../lib/engine/mod.ts";

/** Makes one. */
export async function createUser(name: string): Promise<{ readonly key: string; readonly file: string }> {
  const { nkeys } = await import(NATS);
  const user = nkeys.createUser();
  const file = await Deno.makeTempFile({ prefix: `holdfast-${name}-`, suffix: ".nk" });
  await Deno.writeFile(file, user.getSeed());
  return { key: user.getPublicKey(), file };
}
