/**
 * A search whose runs are shared out to workers, with the same result as if they had run here, one after the other.
 *
 * - The first runs are performed here, since most bugs appear in them. The remaining runs then stand in line as shares.
 * - The results of shares are joined in order. A share in which something happens that depends on the state of the
 *   search, such as its first bug or the end of the budget, is run again here. So neither the number of workers nor
 *   their speed affects the result.
 * - Shares grow with the number of schedules run so far, so that the cost of starting one stays relatively small.
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

/** Options of a search that is shared out. */
export interface SplitOptions {
  /** The strategy. */
  readonly strategy: Strategy;
  /** The limits of the search. */
  readonly limits: SearchLimits;
  /** Everything that determines the result of a share, except the share itself. */
  readonly request: Omit<ShareRequest, "share">;
  /** The workers that perform shares. */
  readonly workers: Workers;
  /** The sizes of shares. */
  readonly sizes?: Sizes | undefined;
}

/** The sizes of shares. */
export interface Sizes {
  /** The number of schedules to run before any share. */
  readonly first: number;
  /** The minimum number of runs in a share. */
  readonly least: number;
  /** The maximum number of runs in a share. */
  readonly most: number;
}

/** The end of a search, and schedulers that know how far each strategy has come. */
export interface SplitEnd {
  /** How the search ended. */
  readonly ended: SearchEnd;
  /** The schedulers, in the order of the strategies. */
  readonly schedulers: readonly Scheduler[];
}

// The size of the largest share bounds how long the others wait for the last one, and how much may have to be run again here.
const SIZES: Sizes = { first: 1000, least: 1000, most: 100_000 };
/** A share has the number of schedules run so far, divided by this and by the number of workers. */
const PART = 4;

/** Performs a search whose runs are shared out. */
export function* goSplit(search: Search, options: SplitOptions): Slices<SplitEnd> {
  const { strategy, limits, request, workers, sizes = SIZES } = options;
  const { seed } = request.settings;
  const first = strategiesOf(strategy).map((name) => goingAt(beginningOf(name), { seed }));
  const schedulers = first.map(({ scheduler }) => scheduler);
  // A multiple of the number of strategies, so that each has had equally many turns.
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

/** Performs the shares of a plan. */
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
      // The budget ended before the share did, or the search was stopped.
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
