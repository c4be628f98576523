/**
 * The modes: the single list from which the type of their names, the flags, the checks and the tests derive.
 *
 * - A mode added to this list is available everywhere; a host also accepts its caller's own modes.
 */

import { directMode } from "./direct.ts";
import type { GuestCode } from "./guest_code.ts";
import type { Launcher } from "./launch.ts";
import { processMode } from "./process.ts";
import type { Mode } from "./realm.ts";
import { threadMode } from "./thread.ts";

/** The name of a mode on the list. */
export type ModeName = "direct" | "thread" | "process";

/** The list of modes, each with a function that creates it; `launcher` starts its children, if given. */
export const MODES: Readonly<Record<ModeName, (code: GuestCode, launcher?: Launcher) => Mode>> = {
  direct: directMode,
  thread: threadMode,
  process: (code, launcher) => processMode(code, launcher === undefined ? {} : { launcher }),
};

/** The names, in the order in which they are taught. */
export const MODE_NAMES: readonly ModeName[] = Object.keys(MODES) as ModeName[];

/** The name of any mode, including a caller's own. */
export type AnyModeName = ModeName | (string & Record<never, never>);

/** What a host adds to the list. */
export interface OwnModes {
  /** The caller's own modes. */
  readonly modes: readonly Mode[];
  /** How children are started; as children of this process if `undefined`. */
  readonly launcher: Launcher | undefined;
}

/**
 * All modes of a host: those on the list, and the caller's own.
 *
 * @throws {TypeError} if one of the caller's modes violates its contract, or its name is taken.
 */
export function modesOf(code: GuestCode, { modes: own, launcher }: OwnModes): ReadonlyMap<string, Mode> {
  const modes = new Map(Object.values(MODES).map((make) => make(code, launcher)).map((mode) => [mode.name, mode]));
  for (const mode of own) {
    const is = faultOf(mode);
    if (is !== undefined) throw new TypeError(`Cannot add a mode: ${is} is wanted`);
    if (modes.has(mode.name)) throw new TypeError(`Cannot add mode ${mode.name}: there is one, another name is wanted`);
    modes.set(mode.name, mode);
  }
  return modes;
}

/** What a mode lacks, if anything. */
function faultOf(mode: Mode): string | undefined {
  const { name, memory, transport, moves, start, kill } = (mode ?? {}) as Partial<Mode>;
  if (typeof name !== "string" || name === "") return "a name";
  if (memory !== "asked" && memory !== "shared") return `memory "asked" or "shared" of mode ${name}`;
  if (typeof transport !== "string" || transport === "") return `a name for the transport of mode ${name}`;
  if (typeof moves !== "boolean") return `whether values can be moved to guests of mode ${name}`;
  if (typeof start !== "function" || typeof kill !== "function") {
    return `a function start and a function kill of mode ${name}`;
  }
  return undefined;
}
