/**
 * Bundles code of the project into one file for a platform, with that platform's guests inside.
 *
 * - Invariant: a bundle imports nothing but `node:` modules, so it can be loaded from a single URL.
 */

import { fileURLToPath } from "node:url";
import { bundledFile } from "../../lib/scenario/bundle.ts";
import { ESBUILD } from "../packages.ts";
import { type BuildOptions, esbuild, type Plugin } from "./esbuild.ts";
import { bundleGuests, type Guests, inlineGuests, inlineWorld } from "./guests.ts";
import { onPlatform, type PlatformName } from "./platforms.ts";
import { resolveAsDeno } from "./resolve.ts";

const root = new URL("../../", import.meta.url);

const settings: BuildOptions = {
  bundle: true,
  format: "esm",
  platform: "neutral",
  target: "esnext",
  charset: "utf8",
  external: ["node:*"],
  logLevel: "silent",
  tsconfigRaw: { compilerOptions: { verbatimModuleSyntax: true } },
  // In one file, every script would consider itself the main module.
  define: { "import.meta.main": "false" },
};

/** The options of a bundle. */
export interface Source {
  /** The platform to run on. */
  readonly platform: PlatformName;
  /** Its code, whose imports are relative to the project's root. */
  readonly contents: string;
  /** Whether to remove spaces and comments; false by default. */
  readonly minifyWhitespace?: boolean;
}

/** Makes bundles, one at a time. */
export class Bundler implements AsyncDisposable {
  readonly #guests = new Map<PlatformName, Promise<Guests>>();
  #world: Promise<Plugin> | undefined;

  /** The guests of a platform. */
  guests(platform: PlatformName): Promise<Guests> {
    const made = this.#guests.get(platform) ?? bundleGuests(root, { settings, platform });
    this.#guests.set(platform, made);
    return made;
  }

  /** Makes the text of a bundle. */
  async text({ platform, contents, minifyWhitespace = false }: Source): Promise<string> {
    const { build } = await esbuild();
    const guests = inlineGuests(await this.guests(platform));
    const { outputFiles } = await build({
      ...settings,
      stdin: { contents, resolveDir: fileURLToPath(root), loader: "js" },
      minifyWhitespace,
      plugins: [guests, await (this.#world ??= worldInside()), ...onPlatform(platform), resolveAsDeno()],
      write: false,
    });
    return outputFiles.map((output) => output.text).join("");
  }

  /** Ends esbuild. */
  async [Symbol.asyncDispose](): Promise<void> {
    await (await esbuild()).stop();
  }
}

async function worldInside(): Promise<Plugin> {
  return inlineWorld(await bundledFile(new URL("lib/scenario/world/main.ts", root).href, await import(ESBUILD)));
}
