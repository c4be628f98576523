/**
 * Bundles a user's program together with `holdfast.js`: `bundled_again.ts FOLDER PROGRAM OUT`.
 *
 * @module
 */

import { esbuild } from "../../scripts/bundle/esbuild.ts";

const [resolveDir = "", contents = "", outfile = ""] = Deno.args;
const { build, stop } = await esbuild();
const settings = { bundle: true, minify: true, format: "esm", external: ["node:*"] } as const;
await build({ ...settings, stdin: { contents, resolveDir }, outfile });
await stop();
