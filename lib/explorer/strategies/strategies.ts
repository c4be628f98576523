/**
 * The strategies: ways of going through interleavings, by their names.
 */

import { Bounded } from "./bounded.ts";
import { DepthFirst } from "./depth_first.ts";
import { Dpor } from "./dpor.ts";
import { OwnStrategy } from "./own_strategy.ts";
import { Pct } from "./pct.ts";
import { Pos } from "./pos.ts";
import { RandomWalk } from "./random_walk.ts";
import type { Scheduler } from "../scheduler.ts";
import { DrawingTeam, type Team, TeamOfOne, TreeTeam } from "./team.ts";

/** The ways of going through interleavings. */
export const strategies = ["portfolio", "depth-first", "bounded", "dpor", "random", "pos", "pct"] as const;

/** A way of going through interleavings. */
export type Strategy = typeof strategies[number];

/** Those that take turns in the portfolio, in this order. */
const TURNS = ["bounded", "random", "pos", "dpor", "pct"] as const;

/** The schedulers of a strategy, which take turns. */
export function schedulersOf(strategy: Strategy | Scheduler, seed: number): readonly Scheduler[] {
  if (typeof strategy === "object") return [new OwnStrategy(strategy)];
  return strategy === "portfolio" ? TURNS.map((name) => schedulerOf(name, seed)) : [schedulerOf(strategy, seed)];
}

/** The strategies that take nothing for granted of what actions reach. */
export const unreduced: readonly Strategy[] = strategies.filter((name) => name !== "dpor");

/** The teams of a strategy, which take turns, for runs of which nobody knows what their actions reach. */
export function teamsOf(strategy: Strategy | Scheduler, seed: number): readonly Team[] {
  if (typeof strategy === "object") return [new TeamOfOne(new OwnStrategy(strategy))];
  return strategy === "portfolio"
    ? TURNS.filter((name) => name !== "dpor").map((name) => teamOf(name, seed))
    : [teamOf(strategy, seed)];
}

function teamOf(strategy: Exclude<Strategy, "portfolio">, seed: number): Team {
  if (strategy === "depth-first") return new TreeTeam();
  if (strategy === "bounded") return new TreeTeam({ grows: true });
  return new DrawingTeam((seed) => schedulerOf(strategy, seed), { seed });
}

function schedulerOf(strategy: Exclude<Strategy, "portfolio">, seed: number): Scheduler {
  switch (strategy) {
    case "depth-first":
      return new DepthFirst();
    case "bounded":
      return new Bounded();
    case "dpor":
      return new Dpor();
    case "random":
      return new RandomWalk({ seed });
    case "pos":
      return new Pos({ seed });
    case "pct":
      return new Pct({ seed });
  }
}
