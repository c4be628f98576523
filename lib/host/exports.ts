/**
 * A user's module: its URL, its exports, and the programs among them, recognized by structure, because a guest may hold
 * two copies of the library (source and bundle).
 */

/** A module's exports. */
export type Exports = Readonly<Record<string, unknown>>;

/**
 * The URL of a module; `like` is an example file name for the error message.
 *
 * @throws {TypeError} if `module` is not a URL.
 */
export function moduleUrl(module: string, { act, like }: { readonly act: string; readonly like: string }): string {
  if (URL.canParse(module)) return new URL(module).href;
  throw new TypeError(`Cannot ${act} ${module}: it is no URL, one such as import.meta.resolve("${like}") is wanted`);
}

/** The part of a host program that its structure reveals. */
export interface MarkedProgram {
  /** Distinguishes programs from other exports. */
  readonly isHoldfastProgram: true;
  /** The functions that guests run. */
  readonly functions?: unknown;
}

/** What a module exports or lists in `programs`: each value once, in order. */
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
