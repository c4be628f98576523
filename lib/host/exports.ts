/**
 * A user's module: its URL, its exports, and the programs among them, by their structure: a guest may hold two copies of the
 * library, source and bundle.
 */

/** A module's exports. */
export type Exports = Readonly<Record<string, unknown>>;

/**
 * The URL of a module; `like` is the name of a file that would do.
 *
 * @throws {TypeError} if it is none.
 */
export function moduleUrl(module: string, { act, like }: { readonly act: string; readonly like: string }): string {
  if (URL.canParse(module)) return new URL(module).href;
  throw new TypeError(`Cannot ${act} ${module}: it is no URL, one such as import.meta.resolve("${like}") is wanted`);
}

/** What of a host program its structure tells. */
export interface MarkedProgram {
  /** Tells programs from other exports. */
  readonly isHoldfastProgram: true;
  /** What guests run. */
  readonly functions?: unknown;
}

/** What a module exports, and what it lists as `programs`: each once, in order. */
export function candidates(exports: Exports): readonly unknown[] {
  const { programs } = exports;
  const listed = typeof programs === "object" && programs !== null ? Object.values(programs) : [];
  return [...new Set([...Object.values(exports), ...listed])];
}

/** Whether a value is a host program. */
export function isHostProgram(value: unknown): value is MarkedProgram {
  return typeof value === "object" && value !== null && "isHoldfastProgram" in value &&
    value.isHoldfastProgram === true && "main" in value;
}
