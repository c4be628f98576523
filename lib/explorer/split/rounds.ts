/**
 * The strategies of the portfolio in rounds: each worker runs one strategy for a round. All strategies run equally many
 * schedules, so the result is as if they had taken turns.
 *
 * - A strategy continues where it stopped, and is not divided. One may be some rounds ahead of another.
 * - A round in which a strategy ends, or something happens that depends on the state of the search, is run again here,
 *   by turns. Invariant: all strategies have run equally many schedules when a round begins.
 */

import type { Scheduler } from "../scheduler.ts";
import type { Search, SearchEnd, SearchLimits, Slices } from "../search.ts";
import { type Going, goingAt, type Position } from "../strategies/strategies.ts";
import { Limited, type Share, type ShareRequest } from "./share.ts";
import { type Placed, type Sharing, waiting } from "./sharing.ts";

/** Options of rounds. */
export interface RoundsOptions {
  /** The limits of the search. */
  readonly limits: SearchLimits;
  /** The request of every share. */
  readonly request: Omit<ShareRequest, "share">;
  /** The shares in progress. */
  readonly sharing: Sharing;
  /** The minimum and the maximum number of schedules that each strategy has in a round. */
  readonly sizes: { readonly least: number; readonly most: number };
}

/** The state of a strategy: its position, or its scheduler if no runs are left. */
export type Stand = Position | Scheduler;

function goingFrom(stand: Stand, seed: number): Going {
  return "strategy" in stand ? goingAt(stand, { seed }) : { scheduler: stand, rest: () => undefined };
}

/** The maximum number of rounds that a strategy may be ahead. */
const AHEAD = 8;
/** A round has the number of schedules run so far, divided by this. */
const PART = 8;
/** The number of runs of a share that is limited by its schedules. */
const ANY = Number.MAX_SAFE_INTEGER;

/** Runs rounds, starting at the strategies' states; returns schedulers that know how far each strategy has come. */
export function* goByRounds(
  search: Search,
  from: readonly Stand[],
  { limits, request, sharing, sizes }: RoundsOptions,
): Slices<{ readonly ended: SearchEnd; readonly schedulers: readonly Scheduler[] }> {
  const { keepGoing = false, budget } = limits;
  const { seed } = request.settings;
  const sampled = from.findIndex((stand) => goingFrom(stand, seed).scheduler.draws);
  let stands = from;
  // By round not yet joined: the number of schedules of each strategy. By strategy and round: its share.
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
      // All strategies have run equally many schedules.
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

/** The strategy furthest behind among those that may continue, and its position; undefined if none may. */
function nextOf(
  lines: readonly (readonly Placed[])[],
  stands: readonly Stand[],
): { readonly strategy: number; readonly round: number; readonly position: Position } | undefined {
  const ready = lines.flatMap((line, strategy) => {
    const last = line.at(-1);
    const { rest, part, looks } = last?.result ?? {};
    // A share that is run again here determines where its strategy continues.
    const goesOn = part?.schedules === last?.share.schedules && looks === undefined && part?.found === undefined;
    const position = last === undefined ? stands[strategy] : goesOn ? rest : undefined;
    if (position === undefined || !("strategy" in position) || line.length >= AHEAD) return [];
    return [{ strategy, round: line.length, position }];
  });
  return ready.toSorted((one, other) => one.round - other.round)[0];
}
