/**
 * Rounds: several runs of a scenario at once, that share their drains.
 *
 * - The states of runs are disjoint, and the order of microtasks within each is what it is alone, so nothing but the time tells a
 *   run in a round from one alone. A property says so.
 * - Where something is wrong that nobody can tell the run of (a rejection that nobody handles, an error in a microtask's listener, an
 *   endless loop), the runs are repeated one by one, with the same choices. Where a run changes what all share, that is undone, and
 *   from then on each is alone.
 * - It yields after each drain: its host then has to take a turn of the event loop, in which rejections are heard of.
 *
 * Longer than most files because what runs share (the realm, the drain, the blame for what goes wrong) is decided round by round,
 * over the same few fields.
 */

import { ScenarioError } from "../errors.ts";
import {
  type BugKind,
  type Clock,
  type Departure,
  faultChoice,
  fingerprint,
  type Judged,
  type Point,
  type RunEnd,
  type Scheduler,
} from "../explorer/mod.ts";
import { builtinModule } from "./bundle.ts";
import { type Drained, NeedsModuleError, NeedsTurnError } from "./ground.ts";
import { Realm, type RealmOptions } from "./realm.ts";
import type { Rejections } from "./rejections.ts";
import type { SourcePlace } from "./source_map.ts";
import { textOfPlace, verdictOf } from "./verdict.ts";
import type { Completion } from "./world/outside.ts";
import type { Run } from "./world/main.ts";

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

/** A completion that came, as a trace shows it. */
export interface Step {
  readonly chain: number;
  readonly label: string;
  /** What came of it. */
  readonly notes: readonly string[];
  /** The chain that would have come, where it is another. */
  readonly instead: number | undefined;
  readonly insteadLabel: string | undefined;
  /** Where the code asked for it. */
  readonly source: string | undefined;
}

/** A run that was performed. */
export interface Performed {
  readonly kind: RunEnd["kind"];
  readonly judged: Judged;
  /** Where it departs from the order. */
  readonly departures: readonly Departure[];
  /** How often it does. */
  readonly preemptions: number;
  /** What befell it, of what the scenario has asked for. */
  readonly faults: readonly string[];
  /** How many completions came. */
  readonly steps: number;
  /** What came, in 32 bits. */
  readonly fingerprint: number;
  /** What came, step by step; only where that was asked for. */
  readonly trace: readonly Step[];
  /** What the code printed. */
  readonly printed: readonly string[];
}

/** How a round is performed. */
export interface RoundOptions {
  /** Whether what comes is kept step by step. */
  readonly traces?: boolean;
  /** Whether an action is told by the number of its chain alone, however many there are. */
  readonly isWide?: boolean;
  /** Whether no fault befalls the runs, though the scenario asks for some. */
  readonly isFaultless?: boolean;
  /** How many times as long as usual a drain may take. */
  readonly patience?: number;
}

/** For how many chains an action's number is told by its chain alone. */
const WIDE = 2 ** 20;
const LEAST_WIDTH = 8;
const NONE: readonly number[] = [];
/** How many turns are taken for a run that nothing is left for. */
const SETTLING = 8;
const NOTHING: ReadonlyMap<number, readonly number[]> = new Map();

/** How many times as long as usual a drain may take where others take the processor. */
const MOST_PATIENCE = 64;

/** How long this process has computed. */
function cpuMilliseconds(): number {
  const { cpuUsage } = builtinModule("process") as {
    cpuUsage?: () => { readonly user: number; readonly system: number };
  };
  const { user, system } = cpuUsage?.() ?? { user: Infinity, system: 0 };
  return (user + system) / 1000;
}

/** Performs runs of a scenario. */
export class Rounds {
  readonly #options: RoundsOptions;
  readonly #rejections: Rejections;
  #realm: Realm;
  // The realms of workers, by their numbers and modules.
  readonly #workers = new Map<string, Realm>();
  // The most chains that a run had, rounded up: what strategies take for the number of tasks.
  #width = LEAST_WIDTH;
  #widest = 0;
  // Whether runs change what they share; then each is alone.
  #changes = false;
  readonly #assumptions = new Set<string>();

  /** Prepares runs. `listen` gives what hears of the rejections of the present realm. */
  constructor(options: RoundsOptions, listen: (owns: (promise: unknown) => boolean) => Rejections) {
    this.#options = options;
    this.#realm = new Realm(options);
    this.#rejections = listen((promise) => this.#realms().some((realm) => realm.owns(promise)));
  }

  /** What runs have taken for granted. */
  get assumptions(): readonly string[] {
    return [...this.#assumptions].sort();
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
    const realm = this.#workers.get(key) ?? new Realm({ ...options, bundle, modules, isWorker: true });
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
    if (this.#widest > this.#width) this.#width = 2 ** Math.ceil(Math.log2(this.#widest));
    return performed;
  }

  /** Performs runs at once; false where nobody can tell of which of them something is. */
  *#performAll(lives: readonly Live[], options: RoundOptions): Generator<void, boolean> {
    const { traces = false, isWide = false, isFaultless = false, patience = 1 } = options;
    const begun = cpuMilliseconds();
    const { name, input, clock, stepLimit } = this.#options;
    const isAlone = lives.length === 1;
    const realm = this.#realm;
    this.#rejections.forget();
    const doubts = { are: false };
    const isOrdered = clock === "ordered";
    for (const live of lives) {
      const run = realm.run(isAlone ? 0 : live.place);
      live.begin(run, { tasks: isWide ? WIDE : this.#width, traces });
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
        // The queue may hold an endless loop.
        this.#renew();
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
      if (isAlone) this.#endWorkers(going);
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
        const NeededError = run.refused.inTurns ? NeedsTurnError : ScenarioError;
        throw new NeededError(run.refused.message + (place === undefined ? "" : ` (${textOfPlace(place)})`));
      }
      if (run.unfit !== undefined) {
        throw new ScenarioError(
          `Cannot explore ${this.#options.title}: it ${run.unfit}, an async function of the world is wanted`,
        );
      }
      this.#widest = Math.max(this.#widest, run.outside.chains);
      for (const assumption of run.outside.assumptions) this.#assumptions.add(assumption);
      const rejections = this.#rejections.heard;
      live.end(kind, verdictOf({ run, isEndless, rejections, last: live.last, placesIn }, ignore), placesIn);
    }
  }
}

/** A run that is under way. Its choices are kept, so that it can be repeated from the start. */
class Live {
  readonly place: number;
  run: Run | undefined;
  next: Completion | undefined;
  readonly #scheduler: Scheduler;
  readonly #picks: number[] = [];
  readonly #candidates: Completion[] = [];
  readonly #actions: number[] = [];
  #point: { -readonly [K in keyof RunEnd]: RunEnd[K] } = startOf(this.#actions, LEAST_WIDTH);
  #departures: Departure[] = [];
  #print = 0;
  #traces = false;
  #steps: { readonly completion: Completion; readonly instead: Completion | undefined; notes: readonly string[] }[] =
    [];
  #performed: Performed | undefined;

  constructor(scheduler: Scheduler, place: number) {
    this.#scheduler = scheduler;
    this.place = place;
  }

  /** What came last, for people. */
  get last(): string {
    return this.next?.label ?? "the start";
  }

  begin(run: Run, { tasks, traces }: { readonly tasks: number; readonly traces: boolean }): void {
    this.run = run;
    this.next = undefined;
    this.#point = startOf(this.#actions, tasks);
    this.#departures = [];
    this.#print = 0;
    this.#traces = traces;
    this.#steps = [];
    this.#performed = undefined;
  }

  /** Chooses what comes next, or says how the run has ended. */
  decide(
    { isOrdered, isFaultless, stepLimit }: {
      readonly isOrdered: boolean;
      readonly isFaultless: boolean;
      readonly stepLimit: number;
    },
  ): "goes on" | RunEnd["kind"] {
    const { run } = this;
    const point = this.#point;
    if (run === undefined) return "cut";
    const { outside } = run;
    const step = this.#steps.at(-1);
    if (step !== undefined && this.#traces) step.notes = outside.notes.splice(0);
    if (run.refused !== undefined || run.unfit !== undefined) return "complete";
    if (outside.crash !== undefined || outside.broken !== undefined || outside.state === "threw") return "complete";
    const candidates = this.#candidates;
    outside.candidates(candidates, { isOrdered, isFaultless });
    if (candidates.length === 0) return "complete";
    if (point.step >= stepLimit) return "too-long";
    this.#actions.length = 0;
    for (const { chain, fault } of candidates) this.#actions.push(chain + point.tasks * faultChoice(fault));
    point.preempts = candidates.length > 1;
    const pick = this.#picks[point.step] ?? this.#scheduler.pick(point);
    const chosen = candidates[pick];
    if (chosen === undefined) return "cut";
    this.#picks[point.step] = pick;
    this.#print = fingerprint(this.#print, `${chosen.chain} ${chosen.label}`);
    if (pick > 0) {
      point.preemptions++;
      this.#departures.push({ step: point.step, task: chosen.chain, choice: faultChoice(chosen.fault) });
    }
    if (this.#traces) {
      this.#steps.push({ completion: chosen, instead: pick > 0 ? candidates[0] : undefined, notes: [] });
    }
    point.last = chosen.chain;
    point.step++;
    this.next = chosen;
    return "goes on";
  }

  end(kind: RunEnd["kind"], judged: Judged, placesIn: (stack: string | undefined) => readonly SourcePlace[]): void {
    const point = this.#point;
    point.kind = kind;
    const place = (stack: string | undefined) => {
      const [first] = placesIn(stack);
      return first === undefined ? undefined : `${first.source}:${first.line}:${first.column}`;
    };
    this.#performed = {
      kind,
      judged,
      departures: this.#departures,
      preemptions: point.preemptions,
      faults: [...this.run?.outside.faults ?? []],
      steps: point.step,
      fingerprint: this.#print,
      trace: this.#steps.map(({ completion: { chain, label, stack }, instead, notes }) => ({
        chain,
        label,
        notes,
        instead: instead?.chain,
        insteadLabel: instead?.label,
        source: place(stack),
      })),
      printed: [...this.run?.outside.printed ?? []],
    };
  }

  /** What the run came to, once it is certain; the scheduler hears of it. */
  performed(): Performed {
    this.#scheduler.end(this.#point);
    if (this.#performed === undefined) {
      throw new Error("Cannot tell of a run: it is under way, one that has ended is wanted");
    }
    return this.#performed;
  }
}

function startOf(actions: readonly number[], tasks: number): { -readonly [K in keyof RunEnd]: RunEnd[K] } & Point {
  return {
    kind: "complete",
    actions,
    tasks,
    step: 0,
    preempts: false,
    preemptions: 0,
    begins: () => NONE,
    last: -1,
    accesses: NONE,
    woken: NONE,
    pending: NOTHING,
  };
}
