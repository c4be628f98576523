/**
 * Makes the files of the page: the app, its workers, the library, the styles, and what the programs say of themselves.
 *
 * - Everything is made here and now, from the sources; nothing of it is kept, so the page is never behind them.
 * - The app is split where it says `import()`: a view, uPlot and dagre are loaded when they are used.
 */

import { fileURLToPath } from "node:url";
import { bundleGuests, inlineGuests, inlineWorld } from "../bundle/guests.ts";
import { type BuildOptions, esbuild, type Plugin } from "../bundle/esbuild.ts";
import { onPlatform } from "../bundle/platforms.ts";
import { resolveAsDeno } from "../bundle/resolve.ts";
import { ESBUILD } from "../packages.ts";
import { bundledFile } from "../../lib/scenario/bundle.ts";
import { bareNames, loadPackages } from "./bare_names.ts";
import { catalog, sources } from "./catalog.ts";
import { POLICY } from "./headers.ts";

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
  minify: true,
  write: false,
  outdir: fileURLToPath(root),
  jsx: "automatic",
  jsxImportSource: "preact",
  tsconfigRaw: { compilerOptions: { verbatimModuleSyntax: true } },
  define: { "import.meta.main": "false" },
};

/**
 * Makes them all.
 *
 * @throws {Error} where esbuild cannot.
 */
export async function buildPage(): Promise<PageFiles> {
  await loadPackages();
  const { build, stop } = await esbuild();
  const files = new Map<string, Uint8Array<ArrayBuffer>>();
  const make = async (entryPoints: Readonly<Record<string, string>>, more: BuildOptions): Promise<void> => {
    const paths = Object.entries(entryPoints).map(([name, path]) => [name, fileURLToPath(new URL(path, root))]);
    const { outputFiles } = await build({ ...settings, entryPoints: Object.fromEntries(paths), ...more });
    for (const { path, contents } of outputFiles) files.set(path.slice(fileURLToPath(root).length), contents);
  };
  try {
    await make({ app: "scripts/page/app/main.tsx" }, {
      splitting: true,
      chunkNames: "part-[hash]",
      plugins: [bareNames(), resolveAsDeno()],
    });
    await make({ app: "scripts/page/app/style.css" }, { plugins: [bareNames(), resolveAsDeno()] });
    await make({ work: "scripts/page/work/main.ts" }, { plugins: [leaveLibrary(), resolveAsDeno()] });
    await make({ sw: "scripts/page/service_worker.ts" }, { plugins: [resolveAsDeno()] });
    await make({ "holdfast.browser": "scripts/page/holdfast.ts" }, { plugins: await libraryPlugins() });
  } finally {
    await stop();
  }
  const text = (path: string, contents: string) => files.set(path, new TextEncoder().encode(contents));
  text("catalog.json", JSON.stringify(catalog()));
  text("sources.json", JSON.stringify(await sources()));
  const page = await Deno.readTextFile(new URL("scripts/page/app/index.html", root));
  text("index.html", page.replace("POLICY", POLICY));
  text("icon.svg", await Deno.readTextFile(new URL("scripts/page/app/icon.svg", root)));
  return files;
}

/** Leaves `holdfast.ts` outside a bundle: what is imported then stands beside it. */
function leaveLibrary(): Plugin {
  return {
    name: "leave library",
    setup(build) {
      build.onResolve({ filter: /(^|\/)holdfast\.ts$/ }, () => ({ path: "./holdfast.browser.js", external: true }));
    },
  };
}

async function libraryPlugins(): Promise<readonly Plugin[]> {
  const { outdir: _none, ...own } = settings;
  const guests = await bundleGuests(root, { settings: { ...own, platform: "neutral" }, platform: "browser" });
  const world = await bundledFile(new URL("lib/scenario/world/main.ts", root).href, await import(ESBUILD));
  return [inlineGuests(guests), inlineWorld(world), ...onPlatform("browser"), withoutNode(), resolveAsDeno()];
}

/** Built-in modules of Deno and Node, whose names throw when they are called: no browser has them. */
function withoutNode(): Plugin {
  const contents = `const none = () => { throw new TypeError("Cannot use a module of Node: this is a browser"); };
export { none as createHash, none as createRequire, none as readFileSync, none as dirname, none as join };
export { none as fileURLToPath, none as pathToFileURL, none as default };
export const sep = "/";`;
  return {
    name: "without node",
    setup(build) {
      build.onResolve({ filter: /^node:/ }, ({ path }) => ({ path, namespace: "node" }));
      build.onLoad({ filter: /^/, namespace: "node" }, () => ({ contents, loader: "js" }));
    },
  };
}
