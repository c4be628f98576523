/**
 * The modes: the one list from which their names' type, the flags, the checks and the tests derive.
 *
 * - A mode that is added here is everywhere; a host takes further ones of its caller's.
 */

import { directMode } from "./direct.ts";
import type { GuestCode } from "./guest_code.ts";
import type { Launcher } from "./launch.ts";
import { processMode } from "./process.ts";
import type { Mode } from "./realm.ts";
import { threadMode } from "./thread.ts";

/** The name of a mode of the list. */
export type ModeName = "direct" | "thread" | "process";

/** The list of modes: how each is made; children come about by the launcher, if there is one. */
export const MODES: Readonly<Record<ModeName, (code: GuestCode, launcher?: Launcher) => Mode>> = {
  direct: directMode,
  thread: threadMode,
  process: (code, launcher) => processMode(code, launcher === undefined ? {} : { launcher }),
};

/** The names, in teaching order. */
export const MODE_NAMES: readonly ModeName[] = Object.keys(MODES) as ModeName[];

/** The name of any mode, also of one that a caller brings. */
export type AnyModeName = ModeName | (string & Record<never, never>);

/** What a host adds to the list. */
export interface OwnModes {
  /** The caller's own modes. */
  readonly modes: readonly Mode[];
  /** How children come about; as children of this process where undefined. */
  readonly launcher: Launcher | undefined;
}

/**
 * All modes of a host: those of the list, and the caller's.
 *
 * @throws {TypeError} if a mode of the caller's breaks its contract, or has a name that is taken.
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
