/**
 * Bundles that are kept: in memory, and in a folder where one is given, so that the next process begins with them.
 *
 * - A bundle is taken again only where all that it was made of is as it was: the text of each file, the configuration beside and
 *   above it, what is not there included, and the versions of esbuild and of the runtime.
 * - A file is written under another name and renamed, so it is whole or not there, whoever else writes. One that was changed since
 *   does not have its own digest, and is made anew; so is one that cannot be read. Where none can be written none is kept.
 * - A runtime without files keeps none: nobody there knows whether what a bundle was made of is as it was.
 */

import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { platform } from "../platform/mod.ts";

/** What esbuild made, as data. */
export interface Built {
  /** Statements that end with returning the exports. */
  readonly code: string;
  /** The names of the exports, each with what the module itself calls it. */
  readonly names: readonly (readonly [name: string, local: string])[];
  /** The source map. */
  readonly map: string;
}

interface Entry {
  readonly built: Built;
  /** The files that it was made of, each with the digest of its text: null where there is none, or none that may be read. */
  readonly inputs: readonly (readonly [path: string, digest: string | null])[];
}

/** What is made, and of which version of its makers. */
export interface CacheKey {
  /** The folder; undefined where the memory alone keeps. */
  readonly folder: string | undefined;
  /** What was bundled, and how. */
  readonly name: string;
  /** Of esbuild. */
  readonly version: string;
}

const MOST_KEPT = 32;
/** What resolving looks at besides modules. */
const CONFIGURATION = ["deno.json", "deno.jsonc", "deno.lock", "package.json"];
const memory = new Map<string, Entry>();

/** What was made of the same before; undefined where nothing was. */
export function keptBundle(key: CacheKey): Built | undefined {
  if (platform.fileless !== undefined) return undefined;
  const name = nameOf(key);
  const entry = memory.get(name) ?? (key.folder === undefined ? undefined : readEntry(join(key.folder, name)));
  if (entry === undefined || !entry.inputs.every(([path, digest]) => digestOf(path) === digest)) return undefined;
  remember(name, entry);
  return entry.built;
}

/** Keeps what was made of these files. */
export function keepBundle(
  key: CacheKey,
  { built, files }: { readonly built: Built; readonly files: Iterable<string> },
): void {
  if (platform.fileless !== undefined) return;
  const name = nameOf(key);
  const paths = new Set(files);
  for (const folder of foldersOf(paths)) for (const file of CONFIGURATION) paths.add(join(folder, file));
  const entry = { built, inputs: [...paths].map((path) => [path, digestOf(path)] as const) };
  remember(name, entry);
  if (key.folder !== undefined) writeEntry(key.folder, { name, entry });
}

function remember(name: string, entry: Entry): void {
  if (memory.size >= MOST_KEPT && !memory.has(name)) memory.clear();
  memory.set(name, entry);
}

/** The folders of files, and all above them. */
function foldersOf(paths: Iterable<string>): ReadonlySet<string> {
  const folders = new Set<string>();
  for (const path of paths) {
    for (let folder = dirname(path); !folders.has(folder); folder = dirname(folder)) folders.add(folder);
  }
  return folders;
}

function digestOf(path: string): string | null {
  try {
    // Without asking anybody.
    return platform.may("read", path) ? sha256(readFileSync(path)) : null;
  } catch {
    return null;
  }
}

function sha256(data: string | Uint8Array): string {
  return createHash("sha256").update(data).digest("hex");
}

function nameOf({ name, version }: CacheKey): string {
  return `${sha256(JSON.stringify([name, version, navigator.userAgent, FORMAT]))}.json`;
}

/** Of what a file holds; another one has other names. */
const FORMAT = 2;

function readEntry(path: string): Entry | undefined {
  try {
    const text = readFileSync(path, "utf8");
    const end = text.lastIndexOf("\n");
    return sha256(text.slice(0, end)) === text.slice(end + 1) ? JSON.parse(text.slice(0, end)) : undefined;
  } catch {
    return undefined;
  }
}

function writeEntry(folder: string, { name, entry }: { readonly name: string; readonly entry: Entry }): void {
  let own: string | undefined;
  try {
    mkdirSync(folder, { recursive: true });
    own = mkdtempSync(join(folder, "new-"));
    const text = JSON.stringify(entry);
    writeFileSync(join(own, name), `${text}\n${sha256(text)}`);
    renameSync(join(own, name), join(folder, name));
  } catch {
    // Then the next process makes it anew.
  }
  try {
    if (own !== undefined) rmSync(own, { recursive: true });
  } catch {
    // An empty folder may stay.
  }
}
