/** The strategies: creates the schedulers and teams of a strategy by its name. */

import { Bounded, type BoundedPath } from "./bounded.ts";
import { DepthFirst, type Path, WHOLE } from "./depth_first.ts";
import { ALL_BRANCHES, type Branches, Dpor } from "./dpor.ts";
import { OwnStrategy } from "./own_strategy.ts";
import { FIRST_RUN, Pct, type PctRun } from "./pct.ts";
import { Pos } from "./pos.ts";
import { RandomWalk } from "./random_walk.ts";
import type { Scheduler } from "../scheduler.ts";
import type { Strategy } from "./names.ts";
import { type Team, teamBeginning, TeamOfOne } from "./team.ts";
import { teamAt } from "./team_share.ts";

export { strategies, type Strategy, unreduced } from "./names.ts";

/** The strategies that take turns in the portfolio, in order. */
const TURNS = ["bounded", "random", "pos", "dpor", "pct"] as const;

/** Where a strategy continues: its remaining runs, as plain data. */
export type Position =
  | { readonly strategy: "depth-first"; readonly at: Path }
  | { readonly strategy: "bounded"; readonly at: BoundedPath }
  | { readonly strategy: "dpor"; readonly at: Branches }
  | { readonly strategy: "random" | "pos"; readonly at: number }
  | { readonly strategy: "pct"; readonly at: PctRun };

/** Creates the schedulers of a strategy, which take turns. */
export function schedulersOf(strategy: Strategy | Scheduler, seed: number): readonly Scheduler[] {
  if (typeof strategy === "object") return [new OwnStrategy(strategy)];
  return strategiesOf(strategy).map((name) => goingAt(beginningOf(name), { seed }).scheduler);
}

/** Creates the teams of a strategy, which take turns; for runs whose actions have unknown accesses. */
export function teamsOf(strategy: Strategy | Scheduler, seed: number): readonly Team[] {
  if (typeof strategy === "object") return [new TeamOfOne(new OwnStrategy(strategy))];
  return strategiesOf(strategy).filter((name) => name !== "dpor").map((name) => teamAt(teamBeginning(name), { seed }));
}

/** The strategies that take turns in a strategy. */
export function strategiesOf(strategy: Strategy): readonly Position["strategy"][] {
  return strategy === "portfolio" ? TURNS : [strategy];
}

/** The first position of a strategy. */
export function beginningOf(strategy: Position["strategy"]): Position {
  switch (strategy) {
    case "depth-first":
      return { strategy, at: WHOLE };
    case "bounded":
      return { strategy, at: { ...WHOLE, bound: 0, isBounded: false } };
    case "dpor":
      return { strategy, at: ALL_BRANCHES };
    case "random":
    case "pos":
      return { strategy, at: 0 };
    case "pct":
      return { strategy, at: FIRST_RUN };
  }
}

/** A scheduler that continues at a position. */
export interface Going {
  /** The scheduler. */
  readonly scheduler: Scheduler;
  /** Returns the remaining runs after a run; undefined if there are none. The scheduler must not be used after that. */
  readonly rest: () => Position | undefined;
}

/** Creates the scheduler that continues at a position; with `stays`, it ends when the present bound is done. */
export function goingAt(
  { strategy, at }: Position,
  { seed, stays = false }: { readonly seed: number; readonly stays?: boolean },
): Going {
  switch (strategy) {
    case "depth-first":
      return going(new DepthFirst({ from: at }), (at) => ({ strategy, at }));
    case "bounded":
      return going(new Bounded({ from: at, stays }), (at) => ({ strategy, at }));
    case "dpor":
      return going(new Dpor({ from: at }), (at) => ({ strategy, at }));
    case "random":
      return going(new RandomWalk({ seed, run: at }), (at) => ({ strategy, at }));
    case "pos":
      return going(new Pos({ seed, run: at }), (at) => ({ strategy, at }));
    case "pct":
      return going(new Pct({ seed, from: at }), (at) => ({ strategy, at }));
  }
}

function going<A>(scheduler: Scheduler & { rest(): A | undefined }, positionOf: (at: A) => Position): Going {
  return {
    scheduler,
    rest: () => {
      const at = scheduler.rest();
      return at === undefined ? undefined : positionOf(at);
    },
  };
}
