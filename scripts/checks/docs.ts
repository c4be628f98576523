/**
 * Checks that each file of lib/ says what it is: it starts with a module comment, which ends in `@module` and, unless
 * the file only re-exports (`mod.ts`) or exports nothing (the entry of a guest), has an `@example` with code.
 *
 * @module
 */

/** What a file's head lacks, or `undefined`. */
export function docFault(path: string, text: string): string | undefined {
  const head = /^\/\*\*[\s\S]*?\*\//.exec(text)?.[0];
  if (head === undefined || !/^ \* @module$/m.test(head)) {
    return `Cannot document ${path}: it starts without a module comment, /** ... @module */ is wanted`;
  }
  const exportsValues = /^export /m.test(text);
  if (path.endsWith("/mod.ts") || !exportsValues) return undefined;
  if (!/^ \* @example[\s\S]*^ \* ```ts$/m.test(head)) {
    return `Cannot document ${path}: its module comment has no @example, one that runs and asserts is wanted`;
  }
  return undefined;
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
  const files = [...sources(new URL("lib/", root))];
  const faults = files
    .map((file) => docFault(file.href.slice(root.href.length), Deno.readTextFileSync(file)))
    .filter((fault) => fault !== undefined);
  for (const fault of faults) console.error(fault);
  console.log(`${files.length - faults.length} of ${files.length} files start with what they are`);
  Deno.exit(faults.length === 0 ? 0 : 1);
}
