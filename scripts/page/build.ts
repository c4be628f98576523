/**
 * Builds the files of the page: the app, its workers, the library, the styles, and the descriptions of the programs.
 *
 * - Everything is built from the sources each time, and nothing is stored, so the page is never out of date.
 * - The app is split at each `import()`: a view, or uPlot, is loaded when it is used.
 */

import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { bundleGuests, inlineGuests, inlineWorld } from "../bundle/guests.ts";
import { type BuildOptions, esbuild, type Plugin } from "../bundle/esbuild.ts";
import { onPlatform } from "../bundle/platforms.ts";
import { withoutNode } from "../bundle/without_node.ts";
import { resolveAsDeno } from "../bundle/resolve.ts";
import { ESBUILD } from "../packages.ts";
import { bundledFile } from "../../lib/scenario/bundle.ts";
import { bareNames, loadPackages, pinned } from "./bare_names.ts";
import { catalog, sources } from "./catalog.ts";
import { POLICY } from "./headers.ts";
import * as layers from "./layers.ts";
import { type Lines, linesOf } from "./lines.ts";
import { scenarioNames } from "./scenario_names.ts";

const root = new URL("../../", import.meta.url);

/** The files of the page: bytes by path, such as `app.js`. */
export type PageFiles = ReadonlyMap<string, Uint8Array<ArrayBuffer>>;

const settings: BuildOptions = {
  bundle: true,
  format: "esm",
  platform: "browser",
  target: "es2024",
  charset: "utf8",
  logLevel: "silent",
  write: false,
  outdir: fileURLToPath(root),
  jsx: "automatic",
  jsxImportSource: "preact",
  tsconfigRaw: { compilerOptions: { verbatimModuleSyntax: true } },
  define: { "import.meta.main": "false" },
};

/**
 * Builds all files.
 *
 * @throws {Error} if esbuild fails.
 */
export async function buildPage(): Promise<PageFiles> {
  await loadPackages();
  const { build, stop } = await esbuild();
  const files = new Map<string, Uint8Array<ArrayBuffer>>();
  const make = async (entryPoints: Readonly<Record<string, string>>, more: BuildOptions): Promise<void> => {
    const paths = Object.entries(entryPoints).map(([name, path]) => [name, fileURLToPath(new URL(path, root))]);
    const { outputFiles } = await build({ ...settings, entryPoints: Object.fromEntries(paths), ...more });
    for (const { path, contents } of outputFiles) {
      files.set(path.slice(fileURLToPath(root).length).replaceAll("\\", "/"), contents);
    }
  };
  const text = (path: string, contents: string) => void files.set(path, new TextEncoder().encode(contents));
  const own = [bareNames(), resolveAsDeno()];
  try {
    await make({
      app: "scripts/page/app/main.tsx",
      work: "scripts/page/work/main.ts",
      house: "scripts/page/work/house.ts",
    }, {
      minify: true,
      splitting: true,
      chunkNames: "part-[hash]",
      plugins: [leaveLibrary(), ...own],
    });
    await make({ app: "scripts/page/app/style.css" }, { minify: true, plugins: own });
    await make({ sw: "scripts/page/service_worker.ts" }, {
      minify: true,
      plugins: own,
    });
    await make({ "holdfast.browser": "scripts/page/holdfast.ts", "scenario.browser": "lib/scenario/mod.ts" }, {
      minify: true,
      plugins: await libraryPlugins(),
    });
    // Each program stays a separate file with known lines, so that guests import only the one they need.
    await make(await programFiles(), { sourcemap: "external", plugins: [leaveFiles(), withoutNode(), ...own] });
  } finally {
    await stop();
  }
  for (const [path, contents] of layerFiles()) text(path, contents);
  text("lines.json", JSON.stringify(takeLines(files)));
  text("catalog.json", JSON.stringify(catalog()));
  text("sources.json", JSON.stringify(await sources()));
  const page = await Deno.readTextFile(new URL("scripts/page/app/index.html", root));
  for (const name of scenarioNames) {
    const path = `scenarios/${name}.ts`;
    text(path, await Deno.readTextFile(new URL(`lib/scenario/examples/${name}.ts`, root)));
  }
  text("index.html", page.replace("POLICY", POLICY));
  // The same worker under another name, with another policy.
  text("own.js", `import "./work.js";\n`);
  files.set(
    "esbuild.wasm",
    await Deno.readFile(new URL("../esbuild.wasm", import.meta.resolve(pinned("esbuild-wasm/esm/browser.js") ?? ""))),
  );
  text("icon.svg", await Deno.readTextFile(new URL("scripts/page/app/icon.svg", root)));
  return files;
}

/** The files of the programs, by the names of the outputs, such as `programs/race`. */
async function programFiles(): Promise<Readonly<Record<string, string>>> {
  const found: Record<string, string> = {};
  for await (const { name } of Deno.readDir(new URL("lib/programs/", root))) {
    if (name.endsWith(".ts")) found[`programs/${name.replace(/\.ts$/, "")}`] = `lib/programs/${name}`;
  }
  return found;
}

/** Removes the source maps of the programs, and returns the origins of their lines. */
function takeLines(files: Map<string, Uint8Array>): Record<string, Lines> {
  const found: Record<string, Lines> = {};
  for (const [path, bytes] of files) {
    if (!path.endsWith(".js.map")) continue;
    const name = path.slice(path.lastIndexOf("/") + 1).replace(/\.js\.map$/, ".ts");
    found[path.slice(0, -".map".length)] = linesOf(new TextDecoder().decode(bytes), name);
    files.delete(path);
  }
  return found;
}

/** Keeps the library and the programs out of the workers' files; they are separate files next to these. */
function leaveLibrary(): Plugin {
  return leaving({
    "/scripts/page/holdfast.ts": "./holdfast.browser.js",
    "/lib/scenario/mod.ts": "./scenario.browser.js",
    "/lib/programs/mod.ts": "./programs/mod.js",
    "/lib/blocks/mod.ts": "./layers/blocks.js",
    "/lib/diagram/mod.ts": "./layers/diagram.js",
    "/lib/host/mod.ts": "./layers/host.js",
    "/mod.ts": "./holdfast.browser.js",
  });
}

/** Keeps everything else out of a program's file; other programs are next to it, and layers in their own folder. */
function leaveFiles(): Plugin {
  return {
    name: "leave files",
    setup(build) {
      build.onResolve({ filter: /^\.\.?\// }, ({ path }) => {
        const layer = /^\.\.\/(\w+)(?:\/mod)?\.ts$/.exec(path)?.[1];
        const made = layer === undefined ? path.replace(/\.ts$/, ".js") : `../layers/${layer}.js`;
        return { path: made, external: true };
      });
    },
  };
}

/** Replaces files, named by the ends of their paths, with others that are not part of the bundle. */
function leaving(files: Readonly<Record<string, string>>): Plugin {
  return {
    name: "leaving",
    setup(build) {
      build.onResolve({ filter: /^\.\.?\/.*\.ts$/ }, ({ path, resolveDir }) => {
        const whole = resolve(resolveDir, path).replaceAll("\\", "/");
        for (const [end, instead] of Object.entries(files)) {
          if (whole.endsWith(end)) return { path: instead, external: true };
        }
        return undefined;
      });
    },
  };
}

async function libraryPlugins(): Promise<readonly Plugin[]> {
  const { outdir: _none, ...rest } = settings;
  const guests = await bundleGuests(root, { settings: { ...rest, platform: "neutral" }, platform: "browser" });
  const world = await bundledFile(new URL("lib/scenario/world/main.ts", root).href, await import(ESBUILD));
  return [inlineGuests(guests), inlineWorld(world), ...onPlatform("browser"), resolveAsDeno()];
}

/** The text of each layer's file, by its path: it re-exports the layer's names from the library's one file. */
function layerFiles(): ReadonlyMap<string, string> {
  const files = new Map<string, string>();
  for (const [layer, values] of Object.entries(layers)) {
    const names = Object.keys(values).join(", ");
    const text = `import { layers } from "../holdfast.browser.js";\nexport const { ${names} } = layers.${layer};\n`;
    files.set(`layers/${layer}.js`, text);
  }
  return files;
}
