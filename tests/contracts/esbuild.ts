/**
 * esbuild for tests, in this process: the version in `scripts/packages.lock`, without an entry in `deno.lock`.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import type { Esbuild } from "../../lib/scenario/mod.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** esbuild; disposing it ends its process. */
export interface TestEsbuild extends Esbuild, AsyncDisposable {}

/** Loads esbuild: `await using esbuild = await testEsbuild()`. */
export async function testEsbuild(): Promise<TestEsbuild> {
  // Fetches the package if it is missing, and prints the path of the program.
  const { code, stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--frozen", "--lock=scripts/packages.lock", "--allow-all", "scripts/bundle/program.ts"],
    cwd: root,
  }).output();
  assertEquals(code, 0);
  const program = new TextDecoder().decode(stdout).trim();
  Deno.env.set("ESBUILD_BINARY_PATH", program);
  const [, registry, version] = /^(.*)\/@esbuild\/[^/]+\/([^/]+)\//.exec(program) ?? [];
  const { build, stop } = createRequire(import.meta.url)(`${registry}/esbuild/${version}/lib/main.js`);
  return { build, [Symbol.asyncDispose]: () => stop() };
}
