/**
 * The imports of a module, resolved as in a browser: by URL. A bundle for browsers has this instead of `../graph.ts`.
 *
 * - A module is the content of its URL: a file of the site, a Blob, or a `data:` URL, which needs no fetch.
 * - A name that is not a URL cannot be resolved: a browser has no packages.
 */

import { ScenarioError } from "../../errors.ts";
import type { GraphModule, Target } from "../graph.ts";

/** There are no entries of packages. */
export const CONDITIONS: readonly string[] = [];

const MEDIA: Readonly<Record<string, string>> = {
  js: "JavaScript",
  mjs: "JavaScript",
  json: "Json",
  jsx: "Jsx",
  tsx: "Tsx",
};

/** The imports of a module, each resolved when it is reached. */
export class Graph {
  /** Creates the graph of a module; each import is resolved when it is reached. */
  static of(_url: string): Promise<Graph> {
    return Promise.resolve(new Graph());
  }

  /** The module of a URL. An unknown extension may be TypeScript. */
  module(url: string): GraphModule {
    const [, ending = ""] = /\.(\w+)$/.exec(new URL(url).pathname) ?? [];
    return { specifier: url, local: url, mediaType: MEDIA[ending] ?? "TypeScript" };
  }

  /** The target of an import. */
  target(specifier: string, { importer }: { readonly importer: string; readonly kind: string }): Target {
    if (specifier.startsWith("node:")) return { kind: "builtin", name: specifier.slice("node:".length) };
    const isPath = /^\.{0,2}\//.test(specifier);
    const base = /^(?:blob|data):/.test(importer) ? globalThis.location.href : importer;
    if (isPath || URL.canParse(specifier)) {
      return { kind: "module", module: this.module(new URL(specifier, base).href) };
    }
    throw new ScenarioError(
      `Cannot bundle ${importer}: it imports ${specifier}, in a browser a URL or a path is wanted`,
    );
  }

  /** The file of a package: there are none. */
  fileFor(_specifier: string, _from: { readonly importer: string; readonly kind: string }): undefined {}
}

/** The text of a module. */
export async function textOf({ local }: GraphModule): Promise<string> {
  const data = /^data:[^,]*?(;base64)?,(.*)$/s.exec(local);
  if (data !== null) return data[1] === undefined ? decodeURIComponent(data[2] ?? "") : atob(data[2] ?? "");
  const answer = await fetch(local).catch((cause: unknown) => {
    throw new ScenarioError(`Cannot bundle ${local}: it cannot be fetched, a module of this site is wanted`, { cause });
  });
  if (answer.ok) return await answer.text();
  throw new ScenarioError(`Cannot bundle ${local}: its site answers ${answer.status}, a module is wanted`);
}

/** No module is a file. */
export function fileOf(_url: string): Record<never, never> {
  return {};
}

/** No module is in a folder. */
export function folderOf(_module: GraphModule): undefined {}

/** The URL for a path that esbuild reports. */
export function urlOf(path: string): string {
  return new URL(path, globalThis.location.href).href;
}
