/**
 * Rounds: several runs of a scenario at once, which share their drains.
 *
 * - The states of runs are disjoint, and the order of microtasks within each is the same as alone, so only its timing
 *   distinguishes a run in a round from one alone. A property says so.
 * - If something goes wrong that cannot be attributed to a run (an unhandled rejection, an error in a microtask's
 *   listener, an endless loop), the runs are repeated one by one, with the same choices. If a run changes something
 *   that all share, the change is undone, and from then on each run is alone.
 * - It yields after each drain; the host must then take a turn of the event loop, in which rejections are reported.
 */

import { ScenarioError } from "../errors.ts";
import type { BugKind, Clock, RunEnd, Scheduler } from "../explorer/mod.ts";
import { builtinModule } from "./bundle.ts";
import { type Drained, NeedsModuleError, NeedsTextError, NeedsTurnError } from "./ground.ts";
import { Live, type Performed } from "./live.ts";
import { Realm, type RealmOptions } from "./realm.ts";
import type { Rejections } from "./rejections.ts";
import { textOfPlace, verdictOf } from "./verdict.ts";

/** Options for performing runs. */
export interface RoundsOptions extends RealmOptions {
  /** The name of the scenario among the module's exports. */
  readonly name: string;
  /** The title of the scenario. */
  readonly title: string;
  /** The second argument of the scenario. */
  readonly input: unknown;
  /** The order in which timers fire. */
  readonly clock: Clock;
  /** The number of completions after which a run is too long. */
  readonly stepLimit: number;
  /** The maximum duration of a drain, in milliseconds. */
  readonly timeout: number;
  /** The kinds of bugs to ignore. */
  readonly ignore: readonly BugKind[];
  /** Whether runs share their drains. */
  readonly isTogether: boolean;
}

/** Options of a round. */
export interface RoundOptions {
  /** Whether to keep a trace, step by step; false by default. */
  readonly traces?: boolean;
  /** Whether to run without faults even if the scenario requests some; false by default. */
  readonly isFaultless?: boolean;
  /** How many times longer than usual a drain may take; 1 by default. */
  readonly patience?: number;
}

/** The maximum number of runs in a round. */
export const ROUND = 64;
const GROWTH = 4;

/** The size of the next round: the first rounds are small, so that a bug that shows at once costs little. */
export function larger(size: number): number {
  return Math.min(ROUND, GROWTH * size);
}

/** The number of turns to wait for a run that has nothing pending. */
const SETTLING = 8;

/** The most times longer than usual that a drain may take when others use the processor. */
const MOST_PATIENCE = 64;

/** The CPU time used by this thread, in milliseconds; by the whole process on platforms that know no more. */
function cpuMilliseconds(): number {
  const process = builtinModule("process") as
    | Partial<Record<"threadCpuUsage" | "cpuUsage", () => CpuUsage>>
    | undefined;
  const { user, system } = process?.threadCpuUsage?.() ?? process?.cpuUsage?.() ?? { user: Infinity, system: 0 };
  return (user + system) / 1000;
}

/** In microseconds. */
interface CpuUsage {
  readonly user: number;
  readonly system: number;
}

/** Performs runs of a scenario. */
export class Rounds {
  readonly #options: RoundsOptions;
  readonly #rejections: Rejections;
  #realm: Realm;
  // The realms of workers, by worker number and module.
  readonly #workers = new Map<string, Realm>();
  // Whether runs change what they share; if so, each is performed alone.
  #changes = false;

  /** Prepares runs. `listen` creates the listener for the rejections of the present realms. */
  constructor(options: RoundsOptions, listen: (owns: (promise: unknown) => boolean) => Rejections) {
    this.#options = options;
    this.#realm = new Realm(options);
    this.#rejections = listen((promise) => this.#realms().some((realm) => realm.owns(promise)));
  }

  #realms(): readonly Realm[] {
    return [this.#realm, ...this.#workers.values()];
  }

  /** Replaces all realms. */
  #renew(): void {
    this.#workers.clear();
    this.#realm = new Realm(this.#options);
  }

  /** The realm in which a run continues: its own, or that of a worker. */
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

  /** Performs a run of each of these schedulers, which have begun; returns the runs in the same order. */
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

  /** Performs runs together; returns false if something cannot be attributed to one of them. */
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
        const isStarved = cpuMilliseconds() - begun < this.#options.timeout / 2;
        // The queue may contain an endless loop. Other consequences are reported in a turn, and are attributed to
        // nobody.
        this.#restore(lives.length);
        this.#renew();
        yield;
        if (!isAlone) return false;
        if (isStarved && patience < MOST_PATIENCE) {
          return yield* this.#performAll(lives, { ...options, patience: 2 * patience });
        }
        this.#end(going, { isEndless: true, realm, kind: "complete" });
        return true;
      }
      yield;
      // If microtasks are done in a turn, so are the ticks that they have queued.
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

  /** Tells a run of its unhandled rejections, and of those that result from that. */
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

  /** Ends each worker that has an unhandled rejection. */
  #endWorkers(lives: readonly Live[]): void {
    for (const [key, realm] of this.#workers) {
      const place = Number.parseInt(key) - 1;
      for (const reason of this.#rejections.take((promise) => realm.owns(promise))) {
        for (const { run } of lives) run?.outside.workers[place]?.fails(reason, { isRejection: true });
      }
    }
  }

  /** Undoes the changes of the first `places` runs. */
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
   * Takes turns for runs that have nothing pending. If such a run then continues, something of this process settled on
   * its own.
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

  /** Performs the next step of runs, and all that results from it. */
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
    // Ticks that microtasks have queued run after them.
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
