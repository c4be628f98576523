/**
 * What can be seen of why a check fails.
 *
 * - The failing case is run once more where chance and clocks of the platform throw: they are named with their line.
 * - Where neither is used, and runs in one realm differ, something outlives them: a variable of a module. Where each mode
 *   agrees with itself, and not with another, the realm is asked.
 */

import { NondeterminismError, unaided } from "../explorer/mod.ts";

/** Which runs came out otherwise: those of one mode, of several, or those inline and delegated. */
export type Parted = "again" | "elsewhere" | "inline";

/** A kind of cause that a check sees, and what tells of it. */
export interface Cause {
  /** What kind. */
  readonly kind: "chance" | "clock" | "module state" | "realm";
  /** What was seen, as a clause. */
  readonly text: string;
}

/** The causes that are seen; `probe` runs the failing case here and at once. */
export function causesOf(probe: () => void, parted: Parted | undefined): readonly Cause[] {
  try {
    unaided(probe);
  } catch (error) {
    if (error instanceof NondeterminismError && error.use !== undefined) return [error.use];
    // Whatever else it throws was thrown before.
  }
  if (parted === "again" || parted === "inline") {
    return [{ kind: "module state", text: "something outlives a run, such as a variable of its module" }];
  }
  return parted === "elsewhere" ? [{ kind: "realm", text: "each mode agrees with itself; it asks where it runs" }] : [];
}
