/**
 * The names of the strategies: for whoever offers them, and loads none of them.
 */

/** The ways of going through interleavings. */
export const strategies = ["portfolio", "depth-first", "bounded", "dpor", "random", "pos", "pct"] as const;

/** A way of going through interleavings. */
export type Strategy = typeof strategies[number];

/** The strategies that take nothing for granted of what actions reach. */
export const unreduced: readonly Strategy[] = strategies.filter((name) => name !== "dpor");
