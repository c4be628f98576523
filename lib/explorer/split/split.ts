/**
 * A search whose runs are shared out, and come out as if they had been run here, one after the other.
 *
 * - The first runs are run here: most bugs come up in them. What is left of a strategy then stands in line as shares.
 * - What shares come to is joined in their order. A share in which something happens that the search decides about, such as
 *   its first bug or the end of the budget, is run again here: so neither how many workers there are nor who is fast
 *   changes what comes out.
 * - Shares grow with what is known, so that what it costs to begin one stays small.
 */

import { SeenError } from "../looks.ts";
import type { Scheduler } from "../scheduler.ts";
import type { Search, SearchEnd, SearchLimits, Slices } from "../search.ts";
import { beginningOf, goingAt, strategiesOf, type Strategy } from "../strategies/strategies.ts";
import { Line, type Plan, shareOf } from "./line.ts";
import { goByRounds, type RoundsOptions } from "./rounds.ts";
import { Limited, type ShareRequest, type Workers } from "./share.ts";
import { Sharing } from "./sharing.ts";
import { Tree } from "./tree.ts";

/** How a search is shared out. */
export interface SplitOptions {
  /** The strategy. */
  readonly strategy: Strategy;
  /** How far it goes. */
  readonly limits: SearchLimits;
  /** What decides what a share comes to, but for the share itself. */
  readonly request: Omit<ShareRequest, "share">;
  /** What performs shares. */
  readonly workers: Workers;
  /** How large shares are. */
  readonly sizes?: Sizes | undefined;
}

/** How large shares are. */
export interface Sizes {
  /** How many schedules are run before any share. */
  readonly first: number;
  /** How many runs a share has at least. */
  readonly least: number;
  /** How many it has at most. */
  readonly most: number;
}

/** What a search came to, and schedulers that say how far each strategy has come. */
export interface SplitEnd {
  /** How it ended. */
  readonly ended: SearchEnd;
  /** The schedulers, in the order of the strategies. */
  readonly schedulers: readonly Scheduler[];
}

// A share begins with no answers known, and learns them anew: the larger it is, the less that costs.
const SIZES: Sizes = { first: 1000, least: 1000, most: 1_000_000 };
/** One of how many parts of what is known a share is, for each worker. */
const PART = 4;

/** Runs a search whose runs are shared out. */
export function* goSplit(search: Search, options: SplitOptions): Slices<SplitEnd> {
  const { strategy, limits, request, workers, sizes = SIZES } = options;
  const { seed } = request.settings;
  const first = strategiesOf(strategy).map((name) => goingAt(beginningOf(name), { seed }));
  const schedulers = first.map(({ scheduler }) => scheduler);
  // So that each strategy has had as many turns.
  const step = sizes.first - sizes.first % first.length;
  for (let pause = step;; pause += step) {
    const ended = yield* search.goInSlices(schedulers, { ...limits, pause });
    if (ended !== "paused") return { ended, schedulers };
    if (workers.areThere?.() !== false) break;
  }
  const sharing = new Sharing(workers, request);
  const going = { limits, request, sharing, sizes };
  const stands = first.map(({ scheduler, rest }) => rest() ?? scheduler);
  if (strategy === "portfolio") return yield* goByRounds(search, stands, going);
  const [stand] = stands;
  if (stand === undefined || !("strategy" in stand)) {
    return { ended: yield* search.goInSlices(schedulers, limits), schedulers };
  }
  const isTree = stand.strategy === "dpor";
  const plan = isTree ? new Tree(stand.at, search.execution.model.tasks.length) : new Line(stand);
  const end = yield* goAlong(search, plan, going);
  return { ended: end, schedulers: [goingAt(plan.position, { seed }).scheduler] };
}

/** Runs what is planned. */
function* goAlong(
  search: Search,
  plan: Plan,
  { limits, request, sharing, sizes }: RoundsOptions,
): Slices<SearchEnd> {
  const { keepGoing = false, budget } = limits;
  for (;;) {
    const { head } = plan;
    const end = search.endOf(limits);
    if (end === "found") return "found";
    if (head === undefined) {
      if (plan.position.strategy === "dpor") search.walk();
      return search.found === undefined || keepGoing ? "exhausted" : "found";
    }
    if (end !== undefined) return end;
    if (head.error !== undefined) throw head.error;
    const isHere = search.found !== undefined && !keepGoing;
    const { result } = head;
    if (result?.looks !== undefined && !isHere) throw new SeenError(result.looks);
    if (result !== undefined && search.admits([result.part], limits)) {
      search.join([result.part]);
      plan.joined(result);
      continue;
    }
    if (result !== undefined || isHere) {
      const { position, stays } = head.share;
      const here = new Limited(goingAt(position, { seed: request.settings.seed, stays }), head.share);
      const ended = yield* search.goInSlices([here], { ...limits, isShare: true });
      if (ended === "found") return "found";
      const { told } = here;
      plan.joined(told);
      // What the budget left of the share is more.
      if (ended === "spent" && (told.rest !== undefined || search.endOf(limits) === undefined)) return "spent";
      continue;
    }
    let needed = budget - search.schedules;
    const most = Math.max(sizes.least, Math.min(sizes.most, Math.floor(search.schedules / (PART * sharing.workers))));
    for (const placed of plan.open(2 * sharing.workers)) {
      if (needed <= 0) break;
      if (placed.state === "waiting") {
        if (sharing.free <= 0) break;
        sharing.start(
          placed,
          shareOf(placed.share, { runs: Math.min(most, needed), schedules: needed }),
          search.before,
        );
      }
      needed -= placed.result?.part.schedules ?? placed.share.runs;
    }
    const { until } = sharing;
    if ((yield { ...search.progress, until }) === true) return "spent";
  }
}
