/**
 * A user's module: its URL, and its exports.
 *
 * @module
 */

/** A module's exports. */
export type Exports = Readonly<Record<string, unknown>>;

/**
 * The URL of a module; `like` is the name of a file that would do.
 *
 * @throws {TypeError} where it is none.
 */
export function moduleUrl(module: string, { act, like }: { readonly act: string; readonly like: string }): string {
  if (URL.canParse(module)) return new URL(module).href;
  throw new TypeError(`Cannot ${act} ${module}: it is no URL, one such as import.meta.resolve("${like}") is wanted`);
}
