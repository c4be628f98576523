/**
 * The names that a platform defines, which the world of a scenario refuses when they are used.
 *
 * - A worker's scope has other names than the scope of a page or a program. All realms of a search get the names of the scope
 *   that the search began in, so that a run finds the same names wherever it is performed.
 */

/** The names that a platform defines. */
export interface HostNames {
  /** The global functions, each with the functions that are its properties. */
  readonly functions: ReadonlyMap<string, readonly string[]>;
  /** The properties of `Deno`. */
  readonly deno: readonly string[];
}

/** The names in the scope of the caller. */
export const HOST_NAMES: HostNames = {
  functions: new Map(functionsOf(globalThis)),
  deno: Object.keys(Reflect.get(globalThis, "Deno") ?? {}),
};

function functionsOf(object: object): [string, readonly string[]][] {
  return Object.entries(Object.getOwnPropertyDescriptors(object)).flatMap(([name, { value }]) => {
    if (typeof value !== "function") return [];
    return [[name, object === globalThis ? functionsOf(value).map(([name]) => name) : []]];
  });
}
