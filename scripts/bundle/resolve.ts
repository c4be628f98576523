/**
 * Lets esbuild resolve a bare specifier to the file that Deno itself would load.
 *
 * - `@std/cli` is in the import map, which leads to a local package; npm packages are in Deno's own cache.
 * - A package's imports of other packages resolve to what is next to it in that cache.
 * - A file of an npm package is named by package and version, so that a bundle does not contain the path of the cache.
 */

import { createRequire } from "node:module";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import type { OnResolveArgs, OnResolveResult, Plugin, PluginBuild } from "./esbuild.ts";

/** The namespace of files of npm packages. */
const NPM = "npm";

/** A file of an npm package. */
interface NpmFile {
  /** Its path. */
  readonly file: string;
  /** The path of its package, with a slash at the end. */
  readonly folder: string;
  /** The package's name and version. */
  readonly name: string;
}

/** Resolves bare, `npm:` and `jsr:` specifiers as Deno does. */
export function resolveAsDeno(): Plugin {
  return {
    name: "resolve as Deno",
    setup(build) {
      build.onResolve({ filter: /^[@a-zA-Z][^:]*$/, namespace: NPM }, ({ path, kind, pluginData }) => {
        const file = createRequire((pluginData as NpmFile).file).resolve(path);
        const found = npmPackage(path, file);
        return found === undefined ? { path: file } : resolveInside(build, { path: file, kind, found });
      });
      build.onResolve({ filter: /^[@a-zA-Z]/ }, async ({ path, kind }) => {
        // Unused parts need not be loaded.
        if (path.startsWith("node:")) return { path, external: true, sideEffects: false };
        const url = import.meta.resolve(path);
        if (!url.startsWith("file:")) {
          return { errors: [{ text: `Cannot bundle ${path}: it is ${url}, a file is wanted ("links" in deno.json)` }] };
        }
        const file = fileURLToPath(url);
        const found = npmPackage(path, file);
        return found === undefined ? { path: file } : await resolveInside(build, { path: file, kind, found });
      });
      build.onResolve({ filter: /^[.#]/, namespace: NPM }, ({ path, kind, pluginData }) => {
        return resolveInside(build, { path, kind, found: pluginData as NpmFile });
      });
      build.onLoad({ filter: /^/, namespace: NPM }, async ({ pluginData }) => {
        const { file } = pluginData as NpmFile;
        return { contents: await Deno.readTextFile(file), loader: file.endsWith(".css") ? "css" : "js", pluginData };
      });
    },
  };
}

/** Resolves imports of a package's file within the same package. */
async function resolveInside(
  build: PluginBuild,
  { path, kind, found }: { path: string; kind: OnResolveArgs["kind"]; found: NpmFile },
): Promise<OnResolveResult> {
  const { path: file, sideEffects, errors, warnings } = await build.resolve(path, {
    kind,
    resolveDir: dirname(found.file),
  });
  if (errors.length > 0) return { errors, warnings };
  return {
    path: `${found.name}/${file.slice(found.folder.length).replaceAll("\\", "/")}`,
    namespace: NPM,
    sideEffects,
    pluginData: { ...found, file },
  };
}

/** The package that a specifier names, found by one of its files in Deno's cache. */
function npmPackage(specifier: string, file: string): NpmFile | undefined {
  const [, name] = /^(?:npm:)?((?:@[^/]+\/)?[^@/]+)/.exec(specifier) ?? [];
  const [, folder, version] = new RegExp(`^(.*/${name}/(\\d[^/]*)/)`).exec(file.replaceAll("\\", "/")) ?? [];
  if (name === undefined || folder === undefined) return undefined;
  return { file, folder, name: `${name}@${version}` };
}
