/**
 * Finds likely causes of a failed check.
 *
 * - The failing case runs once more with the platform's random numbers and clocks throwing, so that their use is
 *   reported with its line.
 * - If neither is used and runs in one realm differ, something outlives a run, such as a module's variable. If each
 *   mode agrees with itself but not with another, the result depends on the realm.
 */

import { NondeterminismError, unaided } from "../explorer/mod.ts";

/** Which runs differ: runs of one mode, runs of different modes, or inline and delegated runs. */
export type Parted = "again" | "elsewhere" | "inline";

/** A likely cause, and the evidence for it. */
export interface Cause {
  /** The kind of cause. */
  readonly kind: "chance" | "clock" | "module state" | "realm";
  /** The evidence, as a clause. */
  readonly text: string;
}

/** The likely causes; `probe` runs the failing case synchronously in this realm. */
export function causesOf(probe: () => void, parted: Parted | undefined): readonly Cause[] {
  try {
    unaided(probe);
  } catch (error) {
    if (error instanceof NondeterminismError && error.use !== undefined) return [error.use];
    // Any other error is the failure itself.
  }
  if (parted === "again" || parted === "inline") {
    return [{ kind: "module state", text: "something outlives a run, such as a variable of its module" }];
  }
  return parted === "elsewhere" ? [{ kind: "realm", text: "each mode agrees with itself; it asks where it runs" }] : [];
}
