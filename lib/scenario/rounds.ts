/**
 * Rounds: several runs of a scenario at once, that share their drains.
 *
 * - The states of runs are disjoint, and the order of microtasks within each is what it is alone, so nothing but the time tells a
 *   run in a round from one alone. A property says so.
 * - Where something is wrong that nobody can tell the run of (a rejection that nobody handles, an error in a microtask's listener, an
 *   endless loop), the runs are repeated one by one, with the same choices. Where a run changes what all share, that is undone, and
 *   from then on each is alone.
 * - It yields after each drain: its host then has to take a turn of the event loop, in which rejections are heard of.
 */

import { ScenarioError } from "../errors.ts";
import type { BugKind, Clock, RunEnd, Scheduler } from "../explorer/mod.ts";
import { builtinModule } from "./bundle.ts";
import { type Drained, NeedsModuleError, NeedsTextError, NeedsTurnError } from "./ground.ts";
import { Live, type Performed } from "./live.ts";
import { Realm, type RealmOptions } from "./realm.ts";
import type { Rejections } from "./rejections.ts";
import { textOfPlace, verdictOf } from "./verdict.ts";

/** How runs are performed. */
export interface RoundsOptions extends RealmOptions {
  /** The name of the scenario among the module's exports. */
  readonly name: string;
  /** What it is called. */
  readonly title: string;
  /** What it is handed besides the world. */
  readonly input: unknown;
  /** Whether timers come in the order of their times. */
  readonly clock: Clock;
  /** After how many completions a run is too long. */
  readonly stepLimit: number;
  /** For how many milliseconds a drain may take. */
  readonly timeout: number;
  /** The kinds of bugs that do not count. */
  readonly ignore: readonly BugKind[];
  /** Whether runs share their drains. */
  readonly isTogether: boolean;
}

/** How a round is performed. */
export interface RoundOptions {
  /** Whether what comes is kept step by step. */
  readonly traces?: boolean;
  /** Whether no fault befalls the runs, though the scenario asks for some. */
  readonly isFaultless?: boolean;
  /** How many times as long as usual a drain may take. */
  readonly patience?: number;
}

/** How many runs share a round at most. */
export const ROUND = 64;
const GROWTH = 4;

/** How many runs the next round has: the first ones are small, so that a bug that shows at once costs little. */
export function larger(size: number): number {
  return Math.min(ROUND, GROWTH * size);
}

/** How many turns are taken for a run that nothing is left for. */
const SETTLING = 8;

/** How many times as long as usual a drain may take where others take the processor. */
const MOST_PATIENCE = 64;

/** How long this process has computed. */
function cpuMilliseconds(): number {
  const process = builtinModule("process") as {
    cpuUsage?: () => { readonly user: number; readonly system: number };
  } | undefined;
  const { user, system } = process?.cpuUsage?.() ?? { user: Infinity, system: 0 };
  return (user + system) / 1000;
}

/** Performs runs of a scenario. */
export class Rounds {
  readonly #options: RoundsOptions;
  readonly #rejections: Rejections;
  #realm: Realm;
  // The realms of workers, by their numbers and modules.
  readonly #workers = new Map<string, Realm>();
  // Whether runs change what they share; then each is alone.
  #changes = false;

  /** Prepares runs. `listen` gives what hears of the rejections of the present realm. */
  constructor(options: RoundsOptions, listen: (owns: (promise: unknown) => boolean) => Rejections) {
    this.#options = options;
    this.#realm = new Realm(options);
    this.#rejections = listen((promise) => this.#realms().some((realm) => realm.owns(promise)));
  }

  #realms(): readonly Realm[] {
    return [this.#realm, ...this.#workers.values()];
  }

  /** Forgets all realms. */
  #renew(): void {
    this.#workers.clear();
    this.#realm = new Realm(this.#options);
  }

  /** The realm in which a run goes on: its own, or that of a worker. */
  #realmOf({ run, next }: Live): Realm {
    const worker = run?.outside.workers[(next?.realm ?? 0) - 1];
    if (run === undefined || next === undefined || worker === undefined) return this.#realm;
    const key = `${next.realm} ${worker.url}`;
    const { modules, waits: _, ...options } = this.#options;
    const bundle = modules.get(worker.url) ?? this.#options.bundle;
    const realm = this.#workers.get(key) ?? new Realm({ ...options, bundle, modules, outside: run.outside });
    this.#workers.set(key, realm);
    run.outside.farSides[next.realm] = realm.scope(run.outside);
    return realm;
  }

  /** The realm of the last run. */
  get realm(): Realm {
    return this.#realm;
  }

  /** Performs a run of each of these schedulers, which have begun; in their order. */
  *perform(schedulers: readonly Scheduler[], options: RoundOptions = {}): Generator<void, readonly Performed[]> {
    const lives = schedulers.map((scheduler, place) => new Live(scheduler, place));
    let isOver = false;
    const isTogether = this.#options.isTogether && this.#options.drain === "own-queue" && !this.#realm.isDynamic;
    if (lives.length > 1 && !this.#changes && isTogether) {
      isOver = yield* this.#performAll(lives, options);
    }
    const performed: Performed[] = [];
    for (const live of lives) {
      if (!isOver) yield* this.#performAll([live], options);
      performed.push(live.performed());
    }
    return performed;
  }

  /** Performs runs at once; false where nobody can tell of which of them something is. */
  *#performAll(lives: readonly Live[], options: RoundOptions): Generator<void, boolean> {
    const { traces = false, isFaultless = false, patience = 1 } = options;
    const begun = cpuMilliseconds();
    const { name, input, clock, stepLimit } = this.#options;
    const isAlone = lives.length === 1;
    const realm = this.#realm;
    this.#rejections.forget();
    const doubts = { are: false };
    const isOrdered = clock === "ordered";
    for (const live of lives) {
      const run = realm.run(isAlone ? 0 : live.place);
      live.begin(run, { traces });
    }
    let going = lives;
    for (let isFirst = true; going.length > 0; isFirst = false) {
      let drained: Drained = "done";
      const isHere = isFirst || going.every(({ next }) => next?.realm === 0);
      const byRealm = isHere ? [[realm, going] as const] : Map.groupBy(going, (live) => this.#realmOf(live));
      for (const [place, there] of byRealm) {
        drained = this.#drain(() => {
          for (const { run, next } of there) {
            if (isFirst) run?.begin({ ...realm.start, name, input, traces });
            else if (next !== undefined && run !== undefined) place.perform(run, next);
          }
        }, { realm: place, going: there, isAlone, doubts, patience });
        if (drained !== "done") break;
      }
      if (drained !== "done") {
        // The queue may hold an endless loop. What else came of it is heard of in a turn, and is nobody's.
        this.#restore(lives.length);
        this.#renew();
        yield;
        if (!isAlone) return false;
        const isStarved = cpuMilliseconds() - begun < this.#options.timeout / 2;
        if (isStarved && patience < MOST_PATIENCE) {
          return yield* this.#performAll(lives, { ...options, patience: 2 * patience });
        }
        this.#end(going, { isEndless: true, realm, kind: "complete" });
        return true;
      }
      yield;
      // Where microtasks are done in a turn, so are the ticks that they have put in line.
      while (going.some(({ run }) => run?.outside.hasTicks)) {
        for (const { run } of going) if (run?.outside.hasTicks) run.tick();
        yield;
      }
      if (this.#options.drain === "turn") yield* this.#settled(going);
      for (const error of this.#rejections.uncaught) for (const { run } of going) run?.crashes(error);
      if (isAlone) {
        this.#endWorkers(going);
        yield* this.#tell(going, { realm, doubts, patience });
      }
      if (!isAlone && (doubts.are || this.#rejections.heard.length > 0)) {
        this.#restore(lives.length);
        return false;
      }
      const left: Live[] = [];
      for (const live of going) {
        const state = live.decide({ isOrdered, isFaultless, stepLimit });
        if (state === "goes on") left.push(live);
        else this.#end([live], { isEndless: false, realm, kind: state });
      }
      going = left;
    }
    this.#restore(isAlone ? 1 : lives.length);
    return isAlone || !this.#changes;
  }

  /** Tells a run of its rejections that nobody handles, and of those that come of it. */
  *#tell(
    lives: readonly Live[],
    how: { readonly realm: Realm; readonly doubts: { are: boolean }; readonly patience: number },
  ): Generator<void, void> {
    const [run] = lives.flatMap((live) => live.run ?? []);
    if (run === undefined) return;
    const tell = () => {
      let isTold = false;
      this.#drain(() => {
        isTold = this.#rejections.tell(({ reason, promise }) => run.handles(reason, promise));
      }, { ...how, going: lives, isAlone: true });
      return isTold;
    };
    while (this.#rejections.heard.length > 0 && tell()) yield;
  }

  /** A rejection that nobody handles ends the worker that it is of. */
  #endWorkers(lives: readonly Live[]): void {
    for (const [key, realm] of this.#workers) {
      const place = Number.parseInt(key) - 1;
      for (const reason of this.#rejections.take((promise) => realm.owns(promise))) {
        for (const { run } of lives) run?.outside.workers[place]?.fails(reason, { isRejection: true });
      }
    }
  }

  /** Puts back what runs have changed, up to that place. */
  #restore(places: number): void {
    const changed = this.#realms().flatMap((one) => one.restore(places) ?? []);
    if (changed.length > 0) this.#changes = true;
    const spoiled = changed.find(({ isSpoiled }) => isSpoiled);
    if (spoiled === undefined) return;
    if (this.#options.drain === "own-queue") return this.#renew();
    throw new ScenarioError(
      `Cannot explore ${this.#options.title}: it changes ${spoiled.name} for good, and all of this process has it, ` +
        "code that leaves the language as it is is wanted",
    );
  }

  /**
   * Takes turns for a run that nothing is left for: where it then goes on, something of this process has settled on its own.
   */
  *#settled(lives: readonly Live[]): Generator<void, void> {
    const isStuck = ({ run }: Live) => {
      return run?.outside.state === "runs" && run.outside.pending.length === 0 && run.refused === undefined &&
        run.unfit === undefined;
    };
    if (!lives.some(isStuck)) return;
    for (let turn = 0; turn < SETTLING; turn++) yield;
    if (lives.some(isStuck)) return;
    throw new ScenarioError(
      `Cannot explore ${this.#options.title}: it waits for something of this process, an io that stands for it is wanted`,
    );
  }

  /** Performs the next step of runs, with all that comes of it. */
  #drain(
    act: () => void,
    { realm, going, isAlone, doubts, patience }: {
      readonly realm: Realm;
      readonly going: readonly Live[];
      readonly isAlone: boolean;
      readonly patience: number;
      readonly doubts: { are: boolean };
    },
  ): Drained {
    const timeout = patience * this.#options.timeout;
    const blame = () => {
      if (isAlone) return;
      realm.blameNobody(() => {
        doubts.are = true;
      });
    };
    let drained = realm.drain(() => {
      act();
      blame();
    }, { timeout });
    // Ticks that microtasks have put in line come behind them.
    while (drained === "done" && going.some(({ run }) => run?.outside.hasTicks)) {
      drained = realm.drain(() => {
        for (const { run } of going) if (run?.outside.hasTicks) run.tick();
        blame();
      }, { timeout });
    }
    return drained;
  }

  #end(
    lives: readonly Live[],
    { isEndless, realm, kind }: {
      readonly isEndless: boolean;
      readonly realm: Realm;
      readonly kind: RunEnd["kind"];
    },
  ): void {
    const { ignore } = this.#options;
    for (const live of lives) {
      const { run } = live;
      if (run === undefined) continue;
      const placesIn = (stack: string | undefined) => {
        return [realm, ...this.#workers.values()].flatMap((one) => one.placesIn(stack));
      };
      if (run.refused !== undefined) {
        const [place] = placesIn(run.refused.stack);
        const { module } = run.refused;
        if (module !== undefined) throw new NeedsModuleError(run.refused.message, { module });
        if (run.refused.ofText) throw new NeedsTextError(run.refused.message);
        const NeededError = run.refused.inTurns ? NeedsTurnError : ScenarioError;
        throw new NeededError(run.refused.message + (place === undefined ? "" : ` (${textOfPlace(place)})`));
      }
      if (run.unfit !== undefined) {
        const { name, title } = this.#options;
        const is = `${name === "default" ? "its default export" : "it"} ${run.unfit}`;
        throw new ScenarioError(`Cannot explore ${title}: ${is}, an async function of the world is wanted`);
      }
      const rejections = this.#rejections.heard;
      live.end(kind, verdictOf({ run, isEndless, rejections, last: live.last, placesIn }, ignore), placesIn);
    }
  }
}
