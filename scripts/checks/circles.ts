/**
 * Finds circles of imports: a path from an imported file back to the file that imports it.
 *
 * - Types count: two files that only need each other's types are one idea, or two with a third below them.
 */

/** Matches static imports and re-exports at the start of a line, and dynamic imports and import types anywhere. */
const specifiers = /^(?:import|export)\s(?:[^;"]*?\sfrom\s)?"(\.[^"]+)"|\bimport\(\s*"(\.[^"]+)"/gm;

/** The relative specifiers of a text's imports. */
export function importsIn(text: string): string[] {
  const code = text.replaceAll(/^\s*(?:\/\*[^]*?\*\/|\/\/.*$)/gm, "");
  return [...code.matchAll(specifiers)].map(([, fixed, dynamic]) => fixed ?? dynamic ?? "");
}

/** The shortest path of imports from one file to another, both included; `undefined` if there is none. */
export function wayTo(
  { from, to }: { readonly from: string; readonly to: string },
  importsOf: (path: string) => readonly string[],
): readonly string[] | undefined {
  const before = new Map<string, string | undefined>([[from, undefined]]);
  for (const path of before.keys()) {
    if (path === to) {
      const way: string[] = [];
      for (let at: string | undefined = to; at !== undefined; at = before.get(at)) way.unshift(at);
      return way;
    }
    for (const next of importsOf(path)) if (!before.has(next)) before.set(next, path);
  }
  return undefined;
}
