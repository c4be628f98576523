/**
 * Checks that each file of lib/ starts with a comment that says what it is. The comment of an entry of the package,
 * which documentation shows as a module, ends in `@module`. If a value of the file is public, that is, exported by the
 * mod.ts of its layer and of the root, the comment has an `@example` with code.
 */

/** What the head of a file lacks, or `undefined`. */
export function docFault(
  path: string,
  text: string,
  { isPublic, isEntry = false }: { readonly isPublic: boolean; readonly isEntry?: boolean },
): string | undefined {
  const head = /^\/\*\*[\s\S]*?\*\//.exec(text)?.[0];
  if (head === undefined) {
    return `Cannot document ${path}: it starts without a comment, one that says what the file is is wanted`;
  }
  if (isEntry && !/^ \* @module$/m.test(head)) {
    return `Cannot document ${path}: it is an entry whose comment does not end in @module, that is wanted`;
  }
  if (isPublic && !/^ \* @example[\s\S]*^ \* ```ts$/m.test(head)) {
    return `Cannot document ${path}: its first comment has no @example, one that runs and asserts is wanted`;
  }
  return undefined;
}

/** The values that a module re-exports, by the paths of their modules, without types. */
export function exportedValues(text: string): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  for (const [, names = "", from = ""] of text.matchAll(/^export \{([^}]*)\} from "([^"]+)";$/gm)) {
    const values = names.split(",").map((name) => name.trim()).filter((name) => name !== "" && !/^type /.test(name));
    found.set(from, [...found.get(from) ?? [], ...values.map((name) => name.replace(/ as .*/, ""))]);
  }
  return found;
}

/** The files with a public value; paths, also those for `read`, are relative to the project's root. */
export function publicFiles(read: (path: string) => string): ReadonlySet<string> {
  const files = new Set<string>();
  for (const [module, names] of exportedValues(read("mod.ts"))) {
    const path = module.replace(/^\.\//, "");
    if (!path.endsWith("/mod.ts")) files.add(path);
    else {
      for (const [file, values] of exportedValues(read(path))) {
        if (names.some((name) => values.includes(name))) files.add(path.replace("mod.ts", file.replace(/^\.\//, "")));
      }
    }
  }
  return files;
}

/** The TypeScript files under a directory, in order. */
function* sources(directory: URL): Generator<URL> {
  for (const entry of [...Deno.readDirSync(directory)].sort((a, b) => a.name < b.name ? -1 : 1)) {
    if (entry.isDirectory) yield* sources(new URL(`${entry.name}/`, directory));
    else if (entry.name.endsWith(".ts")) yield new URL(entry.name, directory);
  }
}

if (import.meta.main) {
  const root = new URL("../../", import.meta.url);
  const read = (path: string) => Deno.readTextFileSync(new URL(path, root));
  const files = [...sources(new URL("lib/", root))].map((file) => file.href.slice(root.href.length));
  const shown = publicFiles(read);
  const entries: unknown[] = Object.values(JSON.parse(read("deno.json")).exports);
  const faults = files.map((path) => {
    return docFault(path, read(path), { isPublic: shown.has(path), isEntry: entries.includes(`./${path}`) });
  }).filter((fault) => fault !== undefined);
  for (const fault of faults) console.error(fault);
  console.log(`${files.length - faults.length} of ${files.length} files start with what they are`);
  Deno.exit(faults.length === 0 ? 0 : 1);
}
