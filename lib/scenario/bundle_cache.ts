/**
 * Caches bundles in memory and, if one is given, in a folder, so that the next process starts with them.
 *
 * - A bundle is reused only if everything it was made from is unchanged: the text of each file, the configuration files
 *   beside and above it (including missing ones), and the versions of esbuild and of the runtime.
 * - A file is written under another name and renamed, so it is complete or absent, even with other writers. A file that
 *   was modified does not match its own digest, and is replaced, like one that cannot be read. If no file can be
 *   written, none is kept.
 * - A runtime without files caches nothing, because it cannot tell whether the inputs have changed.
 */

import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { platform } from "../platform/mod.ts";

/** The output of esbuild, as data. */
export interface Built {
  /** The statements of a function that returns the exports. */
  readonly code: string;
  /** The names of the exports, each with its local name in the module. */
  readonly names: readonly (readonly [name: string, local: string])[];
  /** The source map. */
  readonly map: string;
}

interface Entry {
  readonly built: Built;
  /** The files that it was made from, each with the digest of its text: null if it is missing or may not be read. */
  readonly inputs: readonly (readonly [path: string, digest: string | null])[];
}

/** The key of a bundle in the cache. */
export interface CacheKey {
  /** The folder; undefined to cache only in memory. */
  readonly folder: string | undefined;
  /** The name of what was bundled, and how. */
  readonly name: string;
  /** The version of esbuild. */
  readonly version: string;
}

const MOST_KEPT = 32;
/** The files that resolution depends on besides modules. */
const CONFIGURATION = ["deno.json", "deno.jsonc", "deno.lock", "package.json"];
const memory = new Map<string, Entry>();

/** The cached bundle; undefined if there is none, or its inputs have changed. */
export function keptBundle(key: CacheKey): Built | undefined {
  if (platform.fileless !== undefined) return undefined;
  const name = nameOf(key);
  const entry = memory.get(name) ?? (key.folder === undefined ? undefined : readEntry(join(key.folder, name)));
  if (entry === undefined || !entry.inputs.every(([path, digest]) => digestOf(path) === digest)) return undefined;
  remember(name, entry);
  return entry.built;
}

/** Caches a bundle that was made from these files. */
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
    // Without a permission prompt.
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

/** The version of the files' format, which changes their names. */
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
    // The next process will bundle it again.
  }
  try {
    if (own !== undefined) rmSync(own, { recursive: true });
  } catch {
    // An empty folder may stay.
  }
}
