/**
 * `deno task bundle`, as tests run it: with the lock file of its own.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { fileURLToPath } from "node:url";
import type { Bundles } from "../../scripts/bundle.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** Makes the bundles in a folder, without types unless asked for, and says what was made. */
export async function bundled(out: string, { types = false } = {}): Promise<Bundles> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["task", "--quiet", "bundle", "--out", out, "--json", ...types ? [] : ["--no-types"]],
    cwd: root,
    stderr: "piped",
  }).output();
  assertEquals({ code, stderr: new TextDecoder().decode(stderr) }, { code: 0, stderr: "" });
  return JSON.parse(new TextDecoder().decode(stdout));
}
