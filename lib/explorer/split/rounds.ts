/**
 * The strategies of the portfolio, each of which is somebody's for a round: as many schedules for each, so that all come out
 * as if they had taken turns.
 *
 * - A strategy goes on where it was; it is not parted. One may be some rounds ahead of another.
 * - A round in which one of them comes to its end, or something happens that the search decides about, is run again here, by
 *   turns. Invariant: of k strategies, each has run as many schedules as any other when a round begins.
 */

import type { Scheduler } from "../scheduler.ts";
import type { Search, SearchEnd, SearchLimits, Slices } from "../search.ts";
import { type Going, goingAt, type Position } from "../strategies/strategies.ts";
import { Limited, type Share, type ShareRequest } from "./share.ts";
import { type Placed, type Sharing, waiting } from "./sharing.ts";

/** How rounds go. */
export interface RoundsOptions {
  /** How far the search goes. */
  readonly limits: SearchLimits;
  /** What decides all chance. */
  readonly request: Omit<ShareRequest, "share">;
  /** What is under way. */
  readonly sharing: Sharing;
  /** How many schedules each strategy has in a round at least, and at most. */
  readonly sizes: { readonly least: number; readonly most: number };
}

/** Where a strategy is: what is left of it, or its scheduler, which has no more. */
export type Stand = Position | Scheduler;

function goingFrom(stand: Stand, seed: number): Going {
  return "strategy" in stand ? goingAt(stand, { seed }) : { scheduler: stand, rest: () => undefined };
}

/** How many rounds a strategy is ahead of another at most. */
const AHEAD = 8;
/** One of how many parts of what is known a round is. */
const PART = 8;
/** How many runs a share has that ends after some schedules. */
const ANY = Number.MAX_SAFE_INTEGER;

/** Runs rounds from where the strategies are, and gives schedulers that say how far each has come. */
export function* goByRounds(
  search: Search,
  from: readonly Stand[],
  { limits, request, sharing, sizes }: RoundsOptions,
): Slices<{ readonly ended: SearchEnd; readonly schedulers: readonly Scheduler[] }> {
  const { keepGoing = false, budget } = limits;
  const { seed } = request.settings;
  const sampled = from.findIndex((stand) => goingFrom(stand, seed).scheduler.draws);
  let stands = from;
  // By round that is not joined: how many schedules each strategy has; by strategy and round: its share.
  const lengths: number[] = [];
  let lines: Placed[][] = stands.map(() => []);
  const told = (ended: SearchEnd, schedulers?: readonly Scheduler[]) => {
    return { ended, schedulers: schedulers ?? stands.map((stand) => goingFrom(stand, seed).scheduler) };
  };
  const lengthOf = (round: number): number => {
    const before = lengths.slice(0, round).reduce((sum, length) => sum + length, 0);
    const left = Math.floor((budget - search.schedules) / stands.length) - before;
    const known = Math.floor(search.schedules / (PART * stands.length));
    return lengths[round] ??= Math.min(left, Math.max(sizes.least, Math.min(sizes.most, known)));
  };
  for (;;) {
    const end = search.endOf(limits);
    if (end !== undefined) return told(end);
    const heads = lines.map(([head]) => head);
    for (const head of heads) if (head?.error !== undefined) throw head.error;
    const isLast = stands.some((stand) => !("strategy" in stand)) || lengthOf(0) < 1;
    const isHere = isLast || (search.found !== undefined && !keepGoing);
    const results = heads.flatMap((head) => head?.result ?? []);
    const parts = results.map(({ part }) => part);
    if (!isHere && results.length === stands.length) {
      const [length = 0] = lengths;
      const rests = results.flatMap(({ rest, looks, part }) => {
        return rest === undefined || looks !== undefined || part.schedules !== length ? [] : [rest];
      });
      if (rests.length === stands.length && search.admits(parts, limits)) {
        search.join(parts);
        stands = rests;
        lines = lines.map(([, ...more]) => more);
        lengths.shift();
        continue;
      }
    }
    if (isHere || results.length === stands.length) {
      const schedules = Math.max(1, lengthOf(0));
      const here = stands.map((stand) => new Limited(goingFrom(stand, seed), { runs: ANY, schedules }));
      const ended = yield* search.goInSlices(here, { ...limits, isShare: true });
      const schedulers = here.map(({ scheduler }) => scheduler);
      if (ended === "found") return told("found", schedulers);
      const exhausted = here.find(({ isExhausted }) => isExhausted);
      if (exhausted?.watches) search.walk();
      if (exhausted !== undefined) {
        return told(search.found === undefined || keepGoing ? "exhausted" : "found", schedulers);
      }
      if (ended === "spent") {
        const isStopped = search.endOf(limits) === undefined;
        return told(isStopped || schedulers.every((one) => one.begin()) ? "spent" : "exhausted", schedulers);
      }
      // All have run as many schedules.
      stands = here.map(({ told, scheduler }) => told.rest ?? scheduler);
      lines = stands.map(() => []);
      lengths.length = 0;
      continue;
    }
    while (sharing.free > 0) {
      const next = nextOf(lines, stands);
      if (next === undefined || lengthOf(next.round) < 1) break;
      const { strategy, round, position } = next;
      const share: Share = {
        position,
        runs: ANY,
        schedules: lengthOf(round),
        stays: false,
        isSample: strategy === sampled,
      };
      const placed = waiting(share);
      lines[strategy]?.push(placed);
      sharing.start(placed, share, search.before);
    }
    const { until } = sharing;
    if ((yield { ...search.progress, until }) === true) return told("spent");
  }
}

/** The strategy that is most behind of those that may go on, and where; undefined where none may. */
function nextOf(
  lines: readonly (readonly Placed[])[],
  stands: readonly Stand[],
): { readonly strategy: number; readonly round: number; readonly position: Position } | undefined {
  const ready = lines.flatMap((line, strategy) => {
    const last = line.at(-1);
    const { rest, part, looks } = last?.result ?? {};
    // After what is run again here it goes on from there.
    const goesOn = part?.schedules === last?.share.schedules && looks === undefined && part?.found === undefined;
    const position = last === undefined ? stands[strategy] : goesOn ? rest : undefined;
    if (position === undefined || !("strategy" in position) || line.length >= AHEAD) return [];
    return [{ strategy, round: line.length, position }];
  });
  return ready.toSorted((one, other) => one.round - other.round)[0];
}
