/** The names of the strategies, for code that offers them without loading any. */

/** The names of the strategies. */
export const strategies = ["portfolio", "depth-first", "bounded", "dpor", "random", "pos", "pct"] as const;

/** The name of a strategy. */
export type Strategy = typeof strategies[number];

/** The strategies that assume nothing about the accesses of actions. */
export const unreduced: readonly Strategy[] = strategies.filter((name) => name !== "dpor");
