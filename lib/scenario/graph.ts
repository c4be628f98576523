/**
 * The imports of a module, as Deno itself resolves them: with the import map, the workspace and the lock file of the
 * user's project.
 *
 * - `deno info` is run once for the whole graph, in the folder of the module.
 * - The files of a package are found through its `exports`, as in Node; Deno reports the places of files in
 *   `node_modules`.
 */

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, sep } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { ScenarioError } from "../errors.ts";
import { platform } from "../platform/mod.ts";

/** A module of the graph. */
export interface GraphModule {
  /** Its URL. */
  readonly specifier: string;
  /** The file that holds its text. */
  readonly local: string;
  /** The media type that Deno reports, such as `TypeScript`. */
  readonly mediaType: string;
}

/** The target of an import. */
export type Target =
  | { readonly kind: "module"; readonly module: GraphModule }
  | { readonly kind: "builtin"; readonly name: string }
  | { readonly kind: "file"; readonly path: string };

/** The parts of the output of `deno info` that are used. */
interface Info {
  readonly modules: readonly InfoModule[];
  readonly redirects?: Readonly<Record<string, string>>;
  readonly npmPackages?: Readonly<Record<string, InfoPackage>>;
}

interface InfoModule {
  /** Such as `esm`; `external` is a file in `node_modules`, which Deno does not inspect. */
  readonly kind?: string;
  readonly specifier: string;
  readonly local?: string | null;
  readonly mediaType?: string;
  readonly error?: string;
  readonly dependencies?: readonly InfoDependency[];
}

interface InfoDependency {
  readonly specifier: string;
  readonly code?: { readonly specifier?: string; readonly error?: string };
}

interface InfoPackage {
  readonly name: string;
  readonly version: string;
  readonly dependencies: readonly string[];
  readonly localPath?: string;
}

/** The conditions with which Deno selects an entry of a package. */
export const CONDITIONS: readonly string[] = ["deno", "node", "import", "module-sync", "default"];
const REQUIRING: readonly string[] = ["deno", "node", "require", "module-sync", "default"];

/** The imports of a module, as Deno itself resolves them. */
export class Graph {
  readonly #modules: ReadonlyMap<string, InfoModule>;
  readonly #redirects: Readonly<Record<string, string>>;
  readonly #packages: ReadonlyMap<string, InfoPackage>;

  /** Creates the graph from the output of `deno info`. */
  constructor({ modules, redirects = {}, npmPackages = {} }: Info) {
    this.#modules = new Map(modules.map((module) => [module.specifier, module]));
    this.#redirects = redirects;
    this.#packages = new Map(Object.entries(npmPackages));
  }

  /**
   * Asks Deno for the graph of a module.
   *
   * @throws {ScenarioError} if Deno fails.
   */
  static async of(url: string): Promise<Graph> {
    const cwd = url.startsWith("file:") ? dirname(fileURLToPath(url)) : undefined;
    const child = platform.startChild({
      args: ["info", "--json", "--quiet", url],
      ...cwd === undefined ? {} : { cwd },
    });
    await child.writable.close();
    const [text, { code }] = await Promise.all([new Response(child.readable).text(), child.status]);
    try {
      if (code === 0) return new Graph(JSON.parse(text));
    } catch {
      // The error follows below.
    }
    throw new ScenarioError(`Cannot bundle ${url}: deno info ends with ${code}, the graph of its imports is wanted`);
  }

  /**
   * The module itself.
   *
   * @throws {ScenarioError} if there is none.
   */
  module(url: string): GraphModule {
    const specifier = this.#redirects[url] ?? url;
    const module = this.#modules.get(specifier);
    if (module?.error !== undefined) throw new ScenarioError(`Cannot bundle ${url}: ${firstLine(module.error)}`);
    if (module?.local === undefined || module.local === null) {
      throw new ScenarioError(`Cannot bundle ${url}: there is no such module, one that Deno can load is wanted`);
    }
    return { specifier, local: module.local, mediaType: module.mediaType ?? "Unknown" };
  }

  /** All modules that have a file. */
  get files(): readonly GraphModule[] {
    return [...this.#modules.values()].flatMap(({ specifier, local, mediaType = "Unknown" }) => {
      return local === undefined || local === null ? [] : [{ specifier, local, mediaType }];
    });
  }

  /** The names of all packages. */
  get packages(): readonly string[] {
    return [...this.#packages.values()].map(({ name }) => name);
  }

  /** The target of an import in a module of the graph; undefined if Deno does not know it. */
  target(
    specifier: string,
    { importer, kind }: { readonly importer: string; readonly kind: string },
  ): Target | undefined {
    const dependency = this.#modules.get(importer)?.dependencies?.find((one) => one.specifier === specifier);
    if (dependency?.code?.error !== undefined) {
      throw new ScenarioError(`Cannot bundle ${importer}: ${firstLine(dependency.code.error)}`);
    }
    const found = dependency?.code?.specifier;
    if (found === undefined) return undefined;
    if (found.startsWith("node:")) return { kind: "builtin", name: found.slice("node:".length) };
    if (!found.startsWith("npm:")) {
      const module = this.module(found);
      const isExternal = this.#modules.get(module.specifier)?.kind === "external";
      return isExternal ? { kind: "file", path: module.local } : { kind: "module", module };
    }
    const redirected = this.#redirects[found] ?? found;
    const [, name = "", version = "", subpath = ""] =
      /^npm:\/?((?:@[^/]+\/)?[^@/]+)(?:@([^/]+))?(?:\/(.*))?$/.exec(redirected) ?? [];
    const path = this.#fileOf(this.#packages.get(`${name}@${version}`), { subpath, kind });
    return path === undefined ? undefined : { kind: "file", path };
  }

  /** The file that a file of a package imports by name; undefined if the package has no such dependency. */
  fileFor(
    specifier: string,
    { importer, kind }: { readonly importer: string; readonly kind: string },
  ): string | undefined {
    const [, name = "", subpath = ""] = /^((?:@[^/]+\/)?[^/]+)(?:\/(.*))?$/.exec(specifier) ?? [];
    const around = [...this.#packages.values()]
      .filter(({ localPath = "" }) => localPath !== "" && importer.startsWith(localPath + sep))
      .sort((one, other) => (other.localPath?.length ?? 0) - (one.localPath?.length ?? 0))[0];
    if (around === undefined) return undefined;
    const id = around.name === name
      ? `${around.name}@${around.version}`
      : around.dependencies.find((one) => one.startsWith(`${name}@`));
    return this.#fileOf(this.#packages.get(id ?? ""), { subpath, kind });
  }

  #fileOf(
    found: InfoPackage | undefined,
    { subpath, kind }: { readonly subpath: string; readonly kind: string },
  ): string | undefined {
    if (found?.localPath === undefined) return undefined;
    return entryOf(found.localPath, { subpath, conditions: kind.startsWith("require") ? REQUIRING : CONDITIONS });
  }
}

/** The value of a package's `exports`. */
type Exports = string | null | readonly Exports[] | { readonly [key: string]: Exports };

/** The file of a package's entry. */
function entryOf(
  folder: string,
  { subpath, conditions }: { readonly subpath: string; readonly conditions: readonly string[] },
): string | undefined {
  const description = join(folder, "package.json");
  const { exports, module }: { exports?: Exports; module?: string } = JSON.parse(readFileSync(description, "utf8"));
  if (exports !== undefined && exports !== null) {
    const entry = exported(exports, { subpath, conditions });
    return entry === undefined ? undefined : join(folder, entry);
  }
  try {
    // The extension may be omitted, and a folder stands for its main file.
    return createRequire(description).resolve(`./${subpath}`);
  } catch {
    return subpath === "" && module !== undefined ? join(folder, module) : undefined;
  }
}

/** The file for an entry according to `exports`: see Node's documentation of packages. */
export function exported(
  exports: Exports,
  { subpath, conditions }: { readonly subpath: string; readonly conditions: readonly string[] },
): string | undefined {
  const key = subpath === "" ? "." : `./${subpath}`;
  const isMap = typeof exports === "object" && exports !== null && !Array.isArray(exports) &&
    Object.keys(exports).some((key) => key.startsWith("."));
  if (!isMap) return key === "." ? chosen(exports, conditions) : undefined;
  const map = exports as Readonly<Record<string, Exports>>;
  if (map[key] !== undefined) return chosen(map[key], conditions);
  const patterns = Object.keys(map).filter((pattern) => pattern.includes("*")).sort((one, other) => {
    return other.indexOf("*") - one.indexOf("*");
  });
  for (const pattern of patterns) {
    const [before = "", after = ""] = pattern.split("*");
    if (!key.startsWith(before) || !key.endsWith(after) || key.length < pattern.length) continue;
    const middle = key.slice(before.length, key.length - after.length);
    return chosen(map[pattern] ?? null, conditions)?.replaceAll("*", middle);
  }
  return undefined;
}

function chosen(exports: Exports, conditions: readonly string[]): string | undefined {
  if (typeof exports === "string") return exports;
  if (exports === null) return undefined;
  if (Array.isArray(exports)) {
    for (const one of exports) {
      const found = chosen(one, conditions);
      if (found !== undefined) return found;
    }
    return undefined;
  }
  for (const [condition, one] of Object.entries(exports as Readonly<Record<string, Exports>>)) {
    const found = conditions.includes(condition) ? chosen(one, conditions) : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The text of a module, without the metadata that Deno's cache adds. */
export function textOf({ local }: GraphModule): string | Promise<string> {
  return readFileSync(local, "utf8").replace(/\n\/\/ denoCacheMetadata=.*\n?$/, "\n");
}

/** The folder of a module, if it is a file. */
export function folderOf({ specifier }: GraphModule): string | undefined {
  return specifier.startsWith("file:") ? dirname(fileURLToPath(specifier)) : undefined;
}

/** The properties of `import.meta` for a file; none if the module is not a file. */
export function fileOf(url: string): { readonly dirname?: string; readonly filename?: string } {
  if (!url.startsWith("file:")) return {};
  const filename = fileURLToPath(url);
  return { dirname: dirname(filename), filename };
}

/** The URL of a file. */
export function urlOf(path: string): string {
  return pathToFileURL(path).href;
}

/** A message of Deno, on one line, with the place that it names. */
function firstLine(text: string): string {
  // deno-lint-ignore no-control-regex
  const plain = text.replaceAll(/\x1b\[[\d;]*m/g, "");
  const [first = plain] = plain.split("\n", 1);
  const [, place] = /\n\s+at (\S+:\d+:\d+)/.exec(plain) ?? [];
  return place === undefined ? first : `${first} at ${place}`;
}
