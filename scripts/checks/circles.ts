/**
 * Circles of files: the way from a file that is imported back to the one that imports it.
 *
 * - Types count: two files that only need each other's types are one idea, or two with a third below them.
 */

/** Static imports and re-exports at the begin of a line, dynamic imports and import types anywhere. */
const specifiers = /^(?:import|export)\s(?:[^;"]*?\sfrom\s)?"(\.[^"]+)"|\bimport\(\s*"(\.[^"]+)"/gm;

/** The relative specifiers that a text imports. */
export function importsIn(text: string): string[] {
  const code = text.replaceAll(/^\s*(?:\/\*[^]*?\*\/|\/\/.*$)/gm, "");
  return [...code.matchAll(specifiers)].map(([, fixed, dynamic]) => fixed ?? dynamic ?? "");
}

/** The shortest way from one file to another over what files import, both included; `undefined` where there is none. */
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
