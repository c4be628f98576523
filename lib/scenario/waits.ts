/**
 * What a hanging scenario waits for: each `await` that nothing ends, with its line.
 *
 * - The run is repeated with a text whose awaits report themselves. If the result differs, nothing is reported.
 * - A wait within the library is reported at the place of its caller.
 * - A wait that depends on another wait (through a call that waits itself, or `Promise.all`) comes after that one.
 */

import { type Departure, Replay } from "../explorer/mod.ts";
import { builtinModule } from "./bundle.ts";
import { chainNames, MOST_CHAINS } from "./chains.ts";
import { isLibrary } from "./library.ts";
import { nameOf } from "./named_promise.ts";
import type { Rejections } from "./rejections.ts";
import { Rounds, type RoundsOptions } from "./rounds.ts";
import type { SourcePlace } from "./source_map.ts";
import { textOfPlace } from "./verdict.ts";

interface Wait {
  readonly awaited: object;
  readonly place: SourcePlace;
}

/** The maximum number of waits to report. */
const MOST = 8;

/** The waits of a run at its end, one line each; none if they cannot be determined. */
export function* waitsOf(
  departures: readonly Departure[],
  { print, options, listen }: {
    readonly print: number;
    readonly options: RoundsOptions;
    readonly listen: (owns: (promise: unknown) => boolean) => Rejections;
  },
): Generator<void, readonly string[]> {
  const waits: Wait[] = [];
  const made = new Map<unknown, SourcePlace | undefined>();
  const rounds = new Rounds({
    ...options,
    waits: {
      awaits(awaited, place) {
        if (typeof awaited === "object" && awaited !== null && place !== undefined) waits.push({ awaited, place });
      },
      made: (promise, place) => made.set(promise, place),
    },
  }, listen);
  const replay = new Replay(departures, { names: chainNames(MOST_CHAINS) });
  replay.begin();
  const [run] = yield* rounds.perform([replay], { traces: true });
  if (run?.judged.finding?.kind !== "hang" || run.fingerprint !== print) return [];
  const { promised } = rounds.realm.run(0).outside;
  const open = yield* pendingOf(waits.map(({ awaited }) => awaited));
  const pending = waits.filter(({ awaited }) => open.has(awaited));
  const isRoot = ({ awaited }: Wait) => made.has(awaited) || promised.has(awaited);
  const atCaller = (wait: Wait) =>
    isLibrary(wait.place) ? { ...wait, place: made.get(wait.awaited) ?? wait.place } : wait;
  const roots = pending.filter(isRoot).map(atCaller);
  // The callers of the library wait for what is already reported.
  const called = new Set(pending.filter((wait) => isRoot(wait) && isLibrary(wait.place)).map(atCaller).map(textOfWait));
  const others = pending.filter((wait) => !isRoot(wait) && !isLibrary(wait.place) && !called.has(textOfWait(wait)));
  const lines = [...roots, ...others].map(({ awaited, place }) => {
    const label = promised.get(awaited) ?? nameOf(awaited);
    if (label !== undefined) return `${textOfPlace(place)} awaits ${label}, which nothing gives it`;
    if (!made.has(awaited)) return `${textOfPlace(place)} awaits what waits itself`;
    const origin = made.get(awaited);
    const where = origin === undefined ? "" : ` made at ${textOfPlace(origin)}`;
    return `${textOfPlace(place)} awaits a promise${where}, which nothing in the world completes`;
  });
  const told = [...new Set(lines)];
  return told.length <= MOST ? told : [...told.slice(0, MOST), `and ${told.length - MOST} more`];
}

function textOfWait({ place }: Wait): string {
  return textOfPlace(place);
}

/** Those of the values that are pending promises. */
function* pendingOf(awaited: readonly object[]): Generator<void, ReadonlySet<object>> {
  const util = builtinModule("util") as { inspect(value: unknown, options: object): string } | undefined;
  if (util !== undefined) {
    return new Set(awaited.filter((one) => util.inspect(one, { depth: 0 }).includes("<pending>")));
  }
  // A browser cannot inspect promises; after a turn, the callbacks of settled ones have run.
  const pending = new Set(awaited.filter((one) => one instanceof Promise));
  for (const one of pending) {
    const settled = () => void pending.delete(one);
    one.then(settled, settled);
  }
  yield;
  return pending;
}
