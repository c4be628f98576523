/**
 * A scenario's module as one text: bundled by esbuild, not lowered, with its final export turned into the return value
 * of a function.
 *
 * - Its imports are resolved as Deno resolves them (`graph.ts`); `node:` modules come from the world.
 * - The function is called once for each run, so that module state is fresh.
 * - Bundles are cached (`bundle_cache.ts`): the same texts are not bundled again.
 */

import { ScenarioError } from "../errors.ts";
import { platform } from "../platform/mod.ts";
import { type Built, keepBundle, keptBundle } from "./bundle_cache.ts";
import { compilerOptionsOf } from "./compiler_options.ts";
import type { Esbuild, EsbuildHooks, EsbuildLoaded, EsbuildMessage, EsbuildOptions } from "./esbuild.ts";
import { CONDITIONS, fileOf, folderOf, Graph, textOf, urlOf } from "./graph.ts";
import { SourceMap, type SourcePlace } from "./source_map.ts";

/** A bundled module. */
export interface Bundle {
  /** The module's URL. */
  readonly url: string;
  /** The statements of a function that returns the exports. */
  readonly code: string;
  /** The names of the exports, each with its local name in the module: "" if it has none. */
  readonly names: ReadonlyMap<string, string>;
  /** The bundle as data. */
  readonly built: Built;
  /** The place in a source, with its URL, for a place in the code. */
  placeOf(line: number, column: number): SourcePlace | undefined;
}

const MODULES = "holdfast-module";
const BUILTINS = "holdfast-builtin";
const METAS = "holdfast-meta";
/** The name that replaces `import.meta`. */
const META = "__meta";

const LOADERS: Readonly<Record<string, EsbuildLoaded["loader"]>> = {
  JavaScript: "js",
  Mjs: "js",
  Cjs: "js",
  Jsx: "jsx",
  JSX: "jsx",
  TypeScript: "ts",
  Mts: "ts",
  Cts: "ts",
  Tsx: "tsx",
  TSX: "tsx",
  Json: "json",
};

/** Where to cache bundles. */
export interface Keeping {
  /** The folder of the cache; by default, bundles are cached only in memory. */
  readonly cache?: string | undefined;
}

/**
 * Bundles a module: a scenario's, or one that a worker runs.
 *
 * @throws {ScenarioError} if Deno or esbuild refuses it.
 */
export async function bundled(
  url: string,
  esbuild: Esbuild,
  { isWorker = false, cache }: Keeping & { readonly isWorker?: boolean } = {},
): Promise<Bundle> {
  return bundleOf(
    url,
    await kept(isWorker ? `worker ${url}` : url, { esbuild, cache }, async () => {
      const graph = await Graph.of(url);
      const plugin = { name: "holdfast", setup: (build: EsbuildHooks) => resolving(build, graph, url) };
      return await built(esbuild, {
        entry: url,
        plugins: [plugin],
        isWorker,
        localOf: (module) => graph.module(module).local,
        source: () => textOf(graph.module(url)),
      });
    }),
  );
}

/** Bundles a file of this library. */
export async function bundledFile(url: string, esbuild: Esbuild, { cache }: Keeping = {}): Promise<string> {
  const made = () => built(esbuild, { entry: platform.pathOf(new URL(url)), plugins: [], isShort: true });
  return (await kept(`file ${url}`, { esbuild, cache }, made)).code;
}

/** Returns the cached bundle, or creates it. */
async function kept(
  name: string,
  { esbuild: { version = "" }, cache: folder }: Keeping & { readonly esbuild: Esbuild },
  make: () => Promise<Made>,
): Promise<Built> {
  const key = { name, version, folder };
  const known = keptBundle(key);
  if (known !== undefined) return known;
  const made = await make();
  keepBundle(key, made);
  return made.built;
}

interface Made {
  readonly built: Built;
  /** The files that it was made from. */
  readonly files: readonly string[];
}

const bundles = new WeakMap<Built, Bundle>();

/** Wraps esbuild's output for the module with this URL. */
export function bundleOf(url: string, built: Built): Bundle {
  const known = bundles.get(built);
  if (known !== undefined) return known;
  const map = new SourceMap(built.map);
  const bundle: Bundle = {
    url,
    code: built.code,
    names: new Map(built.names),
    built,
    placeOf(line, column) {
      const place = map.placeOf(line, column);
      return place && { ...place, source: sourceUrl(place.source) };
    },
  };
  bundles.set(built, bundle);
  return bundle;
}

/** Runs esbuild. */
async function built(
  esbuild: Esbuild,
  { entry, plugins, isShort = false, isWorker = false, localOf = (module) => module, source = () => "" }: {
    readonly entry: string;
    readonly plugins: EsbuildOptions["plugins"];
    readonly isShort?: boolean;
    readonly isWorker?: boolean;
    /** The file of a module of the graph. */
    readonly localOf?: (module: string) => string;
    /** The text of the module itself. */
    readonly source?: () => string | Promise<string>;
  },
): Promise<Made> {
  const { outputFiles, metafile } = await esbuild.build({
    entryPoints: [entry],
    bundle: true,
    format: "esm",
    platform: "node",
    target: "esnext",
    write: false,
    metafile: true,
    absWorkingDir: "/",
    outfile: "/scenario.js",
    sourcemap: "external",
    sourcesContent: false,
    minifyWhitespace: isShort,
    logLevel: "silent",
    legalComments: "none",
    keepNames: false,
    charset: "utf8",
    conditions: [...CONDITIONS],
    mainFields: ["main", "module"],
    // V8 has no decorators, and none of what comes with them.
    supported: { decorators: false },
    // A name that a worker assigns to is a property of its global object.
    define: { "import.meta": META, ...isWorker ? { onmessage: "self.onmessage" } : {} },
    tsconfigRaw: { compilerOptions: { useDefineForClassFields: true, ...compilerOptionsOf(entry) } },
    plugins: [...plugins],
  }).catch((error: unknown) => {
    throw refused(entry, error);
  });
  const text = outputFiles.find(({ path }) => path.endsWith(".js"))?.text ?? "";
  const map = outputFiles.find(({ path }) => path.endsWith(".map"))?.text ?? "{}";
  const files = Object.keys(metafile?.inputs ?? {}).flatMap((input) => {
    if (input.startsWith(`${MODULES}:`)) return [localOf(input.slice(MODULES.length + 1))];
    return input.startsWith("holdfast-") ? [] : [`/${input}`];
  });
  return { built: { ...asFunction(text, await source()), map }, files };
}

/** Turns the final export of a text into a return. */
function asFunction(text: string, source: string): Pick<Built, "code" | "names"> {
  // The export of a CommonJS module.
  const only = /(?<=^|[\n;}])export default ([\w$]+\(\));\s*$/.exec(text);
  if (only !== null) {
    const code = `${text.slice(0, only.index)}\nreturn { default: ${only[1]} };`;
    return { code, names: [["default", ""]] };
  }
  const closing = /(?<=^|[\n;}])export ?\{([^}]*)\};\s*$/.exec(text);
  if (closing === null) return { code: text, names: [] };
  const pairs = (closing[1] ?? "").split(",").map((part) => part.trim()).filter((part) => part !== "").map((part) => {
    const [local = "", name = local] = part.split(" as ");
    return [name.replaceAll('"', ""), name === "default" ? ownName(local, { text, source }) : local, local] as const;
  });
  const body = text.slice(0, closing.index);
  const exports = pairs.map(([name, _, local]) => `${JSON.stringify(name)}: ${local}`);
  return {
    code: `${body}\nreturn { ${exports.join(", ")} };`,
    names: pairs.map(([name, own]) => [name, own] as const),
  };
}

/** The local name of a module's default export, which esbuild may have renamed; "" if it has none. */
function ownName(local: string, { text, source }: { readonly text: string; readonly source: string }): string {
  const uses = (name: string) => source.split(/[^\w$]+/).includes(name);
  if (/_default\d*$/.test(local) && !uses(local)) {
    const place = text.indexOf(`var ${local} = `);
    const [, value = ""] = /^([A-Za-z_$][\w$]*);/.exec(text.slice(place + `var ${local} = `.length)) ?? [];
    return place < 0 ? "" : value;
  }
  const before = local.replace(/\d+$/, "");
  return !uses(local) && uses(before) ? before : local;
}

/** The URL of a source, as esbuild names it. */
function sourceUrl(source: string): string {
  return source.startsWith(`${MODULES}:`) ? source.slice(MODULES.length + 1) : urlOf(`/${source}`);
}

/** Resolves and loads the modules of the graph. */
function resolving(build: EsbuildHooks, graph: Graph, url: string): void {
  build.onResolve({ filter: /^/ }, ({ path, importer, namespace, kind }) => {
    try {
      if (kind === "entry-point") return { path: graph.module(url).specifier, namespace: MODULES };
      if (path.startsWith(`${METAS}:`)) return { path: importer, namespace: METAS };
      if (namespace === MODULES) {
        const target = graph.target(path, { importer, kind });
        if (target === undefined) return { errors: [{ text: `Deno finds no ${path}` }] };
        if (target.kind === "module") return { path: target.module.specifier, namespace: MODULES };
        return target.kind === "builtin" ? { path: target.name, namespace: BUILTINS } : { path: target.path };
      }
      if (path.startsWith("node:")) return { path: path.slice("node:".length), namespace: BUILTINS };
      // esbuild itself resolves relative imports in a file of a package.
      if (/^[./#]/.test(path)) return undefined;
      const file = graph.fileFor(path, { importer, kind });
      if (file !== undefined) return { path: file };
      return isBuiltin(path) ? { path, namespace: BUILTINS } : undefined;
    } catch (error) {
      if (error instanceof ScenarioError) return { errors: [{ text: error.message }] };
      throw error;
    }
  });
  build.onLoad({ filter: /^/, namespace: MODULES }, async ({ path }) => {
    const module = graph.module(path);
    const loader = LOADERS[module.mediaType];
    if (loader === undefined) return { errors: [{ text: `Cannot bundle ${path}: it is ${module.mediaType}` }] };
    const text = await textOf(module);
    const resolveDir = folderOf(module);
    return {
      contents: loader === "json" ? text : withMeta(text),
      loader,
      ...resolveDir === undefined ? {} : { resolveDir },
    };
  });
  build.onLoad({ filter: /^/, namespace: METAS }, ({ path }) => ({ contents: metaOf(path), loader: "js" }));
  build.onLoad({ filter: /^/, namespace: BUILTINS }, ({ path }) => {
    return { contents: `module.exports = __node(${JSON.stringify(path)});`, loader: "js" };
  });
}

/**
 * A module's text, with an import of its `import.meta` appended, so that places stay the same; imports are evaluated
 * first.
 */
function withMeta(text: string): string {
  return text.includes("import.meta") ? `${text}\nimport { ${META} } from "${METAS}:";` : text;
}

/** The text of the module that provides a module's `import.meta`. */
function metaOf(url: string): string {
  const values = { main: false, url, ...fileOf(url) };
  return `export const ${META} = Object.assign(Object.create(null), ${JSON.stringify(values)}, ` +
    `{ resolve: (specifier) => __resolve(${JSON.stringify(url)}, specifier) });`;
}

function isBuiltin(name: string): boolean {
  return /^[a-z_]+(\/[a-z_0-9]+)?$/.test(name) && builtinModule(name) !== undefined;
}

/** A built-in module; undefined if there is none. */
export function builtinModule(name: string): Readonly<Record<string, unknown>> | undefined {
  const process: unknown = Reflect.get(globalThis, "process");
  if (typeof process !== "object" || process === null || !("getBuiltinModule" in process)) return undefined;
  const { getBuiltinModule } = process as {
    getBuiltinModule(name: string): Readonly<Record<string, unknown>> | undefined;
  };
  return getBuiltinModule(`node:${name}`);
}

/** The error for a message of esbuild, with the place that it names. */
function refused(url: string, error: unknown): unknown {
  if (typeof error !== "object" || error === null || !("errors" in error) || !Array.isArray(error.errors)) return error;
  const [first] = error.errors as readonly EsbuildMessage[];
  if (first === undefined) return error;
  const { location } = first;
  const text = first.text.replaceAll(`${MODULES}:`, "").replace(/\.$/, "");
  const is = text.startsWith("Cannot bundle") ? text : `Cannot bundle ${url}: ${text}`;
  // Deno's messages already contain the place.
  const place = location === null || / at \S+:\d+:\d+$/.test(is)
    ? ""
    : ` at ${location.file.replace(`${MODULES}:`, "")}:${location.line}:${location.column + 1}`;
  return new ScenarioError(is + place, { cause: error });
}
