/**
 * Moves time.
 *
 * One step at time t:
 *
 * 1. release: every delegated system whose event is due shows the reply to its previous request;
 * 2. update: all updates due at t run against the released values; delegated systems sample their inputs and post them;
 * 3. time advances to the next event or the boundary;
 * 4. the publishes due there run, then the monitor.
 *
 * - Initialization runs the initialization events, then the publishes due at 0 and the monitor; it updates nothing.
 * - `advanceTo(T)` leaves the updates due exactly at T pending; `advancePendingEvents()` runs them.
 * - One long advance is many short ones: a boundary changes no value.
 * - A run is a value: nothing in it depends on real time, which only paces it and fills its report.
 *
 * The steps are a generator that yields a promise wherever it must wait, so one text serves both faces: the methods
 * that return promises, and their `Sync` twins for systems that never wait.
 *
 * @example
 * ```ts
 * import { defineSystem, scalar } from "../diagram/mod.ts";
 * import { Simulator } from "./simulator.ts";
 *
 * const counter = defineSystem({
 *   name: "counter",
 *   state: { n: scalar(0) },
 *   outputs: { n: { type: scalar(), value: ({ state }) => state.n } },
 *   update: { period: 0.1, run: ({ state, next }) => void (next.n = state.n + 1) },
 * });
 * await using simulator = new Simulator(counter);
 * await simulator.initialize();
 * await simulator.advanceTo(0.3);
 * if (simulator.context.output("n") !== 3) throw new Error("updates at 0, 0.1 and 0.2; that at 0.3 is pending");
 * await simulator.advancePendingEvents();
 * if (simulator.context.output("n") !== 4) throw new Error("and now it ran");
 * ```
 *
 * @module
 */

import {
  type Context,
  type ContextSnapshot,
  type ContextWriter,
  type EventStatus,
  type LeafContext,
  mostSevere,
  openContext,
  succeeded,
  type System,
  type Timing,
} from "../diagram/mod.ts";
import { EventFailedError } from "../errors.ts";
import { ArrivalLog, type Arrivals } from "./arrivals.ts";
import { type FarHost, type FarSession, INITIALIZATION, type RealClock, type Reply } from "./far_side.ts";
import { compare, exact, type Instant, namesBefore, type Rational } from "./instants.ts";
import { type Lag, NearSide, type NearSnapshot } from "./near_side.ts";
import { Pacer } from "./pacing.ts";
import { type Action, type Group, makePlan, type Plan } from "./plan.ts";
import { openRecorder, type Recorder } from "./recorder.ts";
import type { Trace } from "./trace.ts";

/** What looks at the whole context after each step and may end the run. */
export type Monitor = (context: Context) => EventStatus | void;

/** Told of what took real time, in milliseconds since the epoch; `lane` is `main` or the path of a delegated system. */
export type Observer = (span: { lane: string; name: string; started: number; finished: number; t: number }) => void;

/** How a system is simulated. */
export interface SimulatorOptions {
  /** Who runs the delegated systems. */
  readonly host?: FarHost;
  /** The real clock; pacing, reports and `now.wall()` need one. */
  readonly clock?: RealClock;
  /** Simulated seconds per real second; 0, the default, is as fast as it can. */
  readonly rate?: number;
  /** Whether the last period is paced too. */
  readonly paceFinal?: boolean;
  /** Looks after each step and may end the run. */
  readonly monitor?: Monitor;
  /** The ports to record, such as `y0` or `plant.motor.y`; by default every scalar and vector output of the system. */
  readonly record?: readonly string[];
  /** Replays the arrival order of a non-deterministic run. */
  readonly arrivals?: Arrivals;
  /** Is told what took real time. */
  readonly observe?: Observer;
}

/** How an advance ended. */
export interface AdvanceStatus {
  /** At the boundary, or because an event or the monitor said so. */
  readonly reason: "reached-boundary" | "reached-termination";
  /** The simulated time, in seconds. */
  readonly t: number;
  /** Who ended it: a system's path or `monitor`; "" at a boundary. */
  readonly by: string;
  /** Why it was ended; "" at a boundary. */
  readonly message: string;
}

/** How many events ran; those that did nothing are not counted. */
export interface Counters {
  /** Instants at which any periodic event was due. */
  readonly steps: number;
  /** Initialization events. */
  readonly initializations: number;
  /** Instants at which a periodic update ran or a delegated system posted. */
  readonly updates: number;
  /** Publish events. */
  readonly publishes: number;
}

/** A run at one instant, as plain structured-cloneable data. */
export interface SimulatorSnapshot {
  /** All values of this side. */
  readonly context: ContextSnapshot;
  /** The exact time. */
  readonly time: Rational;
  /** Whether the updates due at that time have not run. */
  readonly pending: boolean;
  /** The events so far. */
  readonly counters: Counters;
  /** How many rows were recorded. */
  readonly rows: number;
  /** The delegated systems by path. */
  readonly delegated: Readonly<Record<string, NearSnapshot>>;
}

/** A time to advance to. */
interface Boundary {
  readonly time: Rational;
  readonly t: number;
  /** The timing that names t, where the boundary is itself an event: of a far side's near side. */
  readonly named: Timing | undefined;
}

/** Work that yields what it has to wait for. */
type Waits<T> = Generator<Promise<unknown>, T, void>;

const CONTINUE = succeeded();

/** See the module. */
export class Simulator {
  /** All values at the present instant. */
  readonly context: Context;
  /** The recorded rows. */
  readonly trace: Trace;

  readonly #writer: ContextWriter;
  readonly #plan: Plan;
  readonly #sides: ReadonlyMap<object, NearSide>;
  readonly #options: SimulatorOptions;
  readonly #recorder: Recorder;
  readonly #pacer: Pacer | undefined;
  readonly #replay: ArrivalLog | undefined;
  readonly #arrivals = new ArrivalLog();
  #session: FarSession | undefined;
  #time: Rational = { num: 0n, den: 1n };
  /** The instant whose updates have not run; t of the context is its t. */
  #pending: Instant | undefined;
  #phase: "fresh" | "ready" | "busy" | "failed" | "ended" = "fresh";
  #counters = { steps: 0, initializations: 0, updates: 0, publishes: 0 };
  #ended: AdvanceStatus | undefined;
  #wall = 0;

  /** Prepares a run; nothing happens before `initialize`. */
  constructor(system: System, options: SimulatorOptions = {}) {
    const { clock, rate = 0 } = options;
    const opened = openContext(system, clock === undefined ? {} : { wall: () => clock.now() });
    this.context = opened.context;
    this.#writer = opened.writer;
    this.#options = options;
    this.#plan = makePlan(opened.writer);
    this.#sides = new Map(this.#plan.delegated.map((part) => [part, new NearSide(part)]));
    if (clock === undefined && rate !== 0) {
      throw new TypeError(
        `Cannot pace ${system.name} at rate ${rate}: there is no real clock, the option clock is wanted`,
      );
    }
    this.#pacer = clock === undefined ? undefined : new Pacer({ clock, rate });
    this.#replay = options.arrivals === undefined ? undefined : ArrivalLog.from(options.arrivals);
    this.#recorder = openRecorder(system, { context: this.context, record: options.record });
    this.trace = this.#recorder.trace;
    if (this.#sides.size > 0 && options.host === undefined) {
      const paths = this.#plan.delegated.map(({ path }) => path).join(", ");
      throw new TypeError(`Cannot simulate ${system.name}: ${paths} delegated and nobody to run it, a host is wanted`);
    }
  }

  /** How many events ran. */
  get counters(): Counters {
    return { ...this.#counters };
  }

  /** How late the releases of non-deterministic systems were, by path. */
  get lag(): Readonly<Record<string, Lag>> {
    return Object.fromEntries([...this.#sides.values()].map((side) => [side.part.path, side.lag]));
  }

  /** The arrival order of this run's non-deterministic systems; `arrivals` of another run replays it. */
  get arrivals(): Arrivals {
    return (this.#replay ?? this.#arrivals).data();
  }

  /** How many steps started after their real time. */
  get overruns(): number {
    return this.#pacer?.overruns ?? 0;
  }

  /** Simulated over real seconds of all advances, without initialization; NaN without a clock. */
  get rate(): number {
    return this.#options.clock === undefined ? NaN : this.context.t * 1000 / this.#wall;
  }

  /** Fixes an input of the system itself. */
  fix(input: string, value: unknown): void {
    this.#writer.fix(input, value);
  }

  /** Runs the initialization events, starts the far sides and takes their first outputs. */
  async initialize(): Promise<AdvanceStatus> {
    return await this.#drive("initialize", "fresh", this.#initialize());
  }

  /** The same, where nothing has to be waited for. */
  initializeSync(): AdvanceStatus {
    return this.#driveSync("initialize", "fresh", this.#initialize());
  }

  /**
   * Advances to `t` seconds; what is due exactly there stays pending.
   *
   * @throws {RangeError} where `t` is not finite or lies in the past.
   */
  async advanceTo(t: number): Promise<AdvanceStatus> {
    const boundary = this.#boundary(t);
    const started = this.#options.clock?.now() ?? 0;
    try {
      return await this.#drive("advance", "ready", this.#advance(boundary, true));
    } finally {
      this.#wall += (this.#options.clock?.now() ?? 0) - started;
    }
  }

  /** The same, where nothing has to be waited for. */
  advanceToSync(t: number): AdvanceStatus {
    return this.#driveSync("advance", "ready", this.#advance(this.#boundary(t), true));
  }

  /** Runs what is due at the present instant and was left pending; time stays. */
  async advancePendingEvents(): Promise<AdvanceStatus> {
    return await this.#drive("advance", "ready", this.#advancePending());
  }

  /** The same, where nothing has to be waited for. */
  advancePendingEventsSync(): AdvanceStatus {
    return this.#driveSync("advance", "ready", this.#advancePending());
  }

  /** Advances to an event of the near side and runs what is due there: what a far side does for one request. */
  advanceThroughSync(event: { time: Rational; t: number; named: Timing }): AdvanceStatus {
    return this.#driveSync("advance", "ready", this.#advanceThrough(event));
  }

  /** The whole run at this instant. */
  async snapshot(): Promise<SimulatorSnapshot> {
    return await this.#drive("take a snapshot", "ready", this.#snapshot());
  }

  /** The same, where nothing has to be waited for. */
  snapshotSync(): SimulatorSnapshot {
    return this.#driveSync("take a snapshot", "ready", this.#snapshot());
  }

  /** Puts a snapshot of the same system back, in this run or in another one that is initialized. */
  async restore(saved: SimulatorSnapshot): Promise<void> {
    await this.#drive("restore", "ready", this.#restore(saved));
  }

  /** The same, where nothing has to be waited for. */
  restoreSync(saved: SimulatorSnapshot): void {
    this.#driveSync("restore", "ready", this.#restore(saved));
  }

  /** Joins the last requests, surfaces their errors and ends the far sides; harmless twice. */
  async end(): Promise<void> {
    if (this.#phase === "ended") return;
    const join = this.#phase === "ready";
    this.#phase = "ended";
    try {
      if (join) await waitFor(this.#joinLast());
    } finally {
      await this.#session?.close();
    }
  }

  /** The same as `end`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.end();
  }

  *#initialize(): Waits<AdvanceStatus> {
    const { host } = this.#options;
    if (host !== undefined && this.#sides.size > 0) {
      const opened = host.open(this.#plan.delegated.map((part) => ({ path: part.path, system: part.system })));
      // A session that fails to open has ended its own guests.
      if (opened instanceof Promise) yield opened.then((session) => void (this.#session = session));
      else this.#session = opened;
      [...this.#sides.values()].forEach((side, index) => {
        const far = this.#session?.sides[index];
        if (far !== undefined) side.open(far);
      });
    }
    let status = CONTINUE;
    let by = "";
    const named: Timing = { period: Infinity, offset: 0 };
    for (const level of this.#plan.levels) {
      const sides = this.#sidesOf(level.delegated);
      const requests = sides.map((side) => side.sample(INITIALIZATION, { t: 0, named }));
      sides.forEach((side, index) => {
        const request = requests[index];
        if (request !== undefined) side.post(request, false);
      });
      ({ status, by } = this.#update(level.leaves, { status, by, counter: "initializations" }));
      const joined = this.#session?.join(sides.map(({ far }) => far));
      if (joined instanceof Promise) yield joined;
      for (const side of sides) side.initialize();
      this.#writer.changed();
    }
    return yield* this.#arrive(this.#plan.timeline.instantAt(this.#time), { status, by });
  }

  *#advance(boundary: Boundary, doubles: boolean): Waits<AdvanceStatus> {
    for (;;) {
      const here = compare(this.#time, boundary.time);
      if (this.#pending !== undefined) {
        if (here >= 0 || (doubles && this.context.t === boundary.t)) break;
        const status = yield* this.#step(this.#pending);
        if (status !== undefined) return status;
      }
      if (here >= 0) break;
      const next = this.#plan.timeline.next(this.#time);
      const order = next === undefined ? 1 : compare(next.exact, boundary.time);
      if (next !== undefined && (order <= 0 || (doubles && next.t === boundary.t))) {
        const shared = order === 0 && boundary.named !== undefined && namesBefore(boundary.named, next.named);
        this.#move(next.exact, shared ? boundary.t : next.t);
        const status = yield* this.#arrive(next, { status: CONTINUE, by: "" });
        if (status.reason === "reached-termination") return status;
      } else {
        this.#move(boundary.time, boundary.t);
        const status = yield* this.#arrive(undefined, { status: CONTINUE, by: "" });
        if (status.reason === "reached-termination") return status;
        break;
      }
    }
    if (this.#options.paceFinal === true) {
      const rest = this.#pacer?.wait(this.context.t);
      if (rest !== undefined) yield rest;
    }
    return { reason: "reached-boundary", t: this.context.t, by: "", message: "" };
  }

  *#advancePending(): Waits<AdvanceStatus> {
    const status = this.#pending === undefined ? undefined : yield* this.#step(this.#pending);
    return status ?? { reason: "reached-boundary", t: this.context.t, by: "", message: "" };
  }

  *#advanceThrough(event: { time: Rational; t: number; named: Timing }): Waits<AdvanceStatus> {
    // A far side whose own system reached termination stays at that instant and shows those outputs.
    if (this.#ended !== undefined) return this.#ended;
    const status = yield* this.#advance(event, false);
    this.#ended = status.reason === "reached-termination" ? status : undefined;
    if (this.#ended !== undefined) return status;
    const pending = yield* this.#advancePending();
    this.#ended = pending.reason === "reached-termination" ? pending : undefined;
    return pending;
  }

  /** Release and update at the present instant; a status where the run is over. */
  *#step(instant: Instant): Waits<AdvanceStatus | undefined> {
    const { clock } = this.#options;
    const breath = clock?.breathe();
    if (breath !== undefined) yield breath;
    const rest = this.#pacer?.wait(this.context.t);
    if (rest !== undefined) yield rest;
    const groups = this.#due(instant);
    const sides = this.#sidesOf(groups.flatMap(({ delegated }) => delegated));
    yield* this.#release(sides, instant);

    const updates = groups.flatMap((group) => group.updates);
    if (updates.length + sides.length > 0) this.#recorder.record();
    this.#pending = undefined;
    this.#counters.steps++;
    const started = clock?.now() ?? 0;
    const at = { t: this.context.t, named: instant.named };
    const requests = sides.map((side) => side.sample(side.event(instant.exact), at));
    sides.forEach((side, index) => {
      const request = requests[index];
      if (request !== undefined) side.post(request, this.#replay !== undefined);
    });
    const before = this.#counters.updates;
    const { status, by } = this.#update([...updates, ...this.#plan.perStep], {
      status: CONTINUE,
      by: "",
      counter: "updates",
    });
    const ran = sides.length > 0 || this.#counters.updates > before;
    this.#counters.updates = before + (ran && updates.length + sides.length > 0 ? 1 : 0);
    this.#span("main", "update", started);
    return this.#verdict(status, by);
  }

  *#release(sides: readonly NearSide[], instant: Instant): Waits<void> {
    const started = this.#options.clock?.now() ?? 0;
    const awaited = sides.filter((side) => side.part.system.deterministic && side.pending);
    if (awaited.length > 0) {
      const joined = this.#session?.join(awaited.map(({ far }) => far));
      if (joined instanceof Promise) yield joined;
      this.#span("main", "wait", started);
    }
    for (const side of sides) {
      const k = side.event(instant.exact);
      let reply: Reply | undefined;
      if (side.part.system.deterministic) reply = side.releaseExpected();
      else if (this.#replay === undefined) reply = side.releaseNewest(k, this.#arrivals);
      else {
        const recorded = side.releaseRecorded(k, this.#replay);
        let step = recorded.next();
        while (step.done !== true) {
          const joined = this.#session?.join([side.far]);
          if (joined instanceof Promise) yield joined;
          step = recorded.next();
        }
        reply = step.value;
      }
      if (reply !== undefined && this.#options.observe !== undefined) {
        const { started, finished } = reply;
        this.#options.observe({
          lane: side.part.path,
          name: `update ${reply.k}`,
          started,
          finished,
          t: this.context.t,
        });
      }
    }
    if (sides.length > 0) this.#writer.changed();
  }

  /** Runs handlers against the values of this instant; what they write becomes visible when all have run. */
  #update(
    actions: readonly Action<LeafContext["system"]["behavior"]["update"][number]["run"]>[],
    before: { status: EventStatus; by: string; counter: "initializations" | "updates" },
  ): { status: EventStatus; by: string } {
    let { status, by } = before;
    const parts = new Set(actions.map(({ part }) => part));
    for (const part of parts) part.begin();
    for (const { part, run } of actions) {
      const outcome = run(part.now) ?? CONTINUE;
      if (outcome.severity !== "did-nothing") this.#counters[before.counter]++;
      const worse = mostSevere(status, outcome);
      if (worse !== status) by = part.path;
      status = worse;
    }
    for (const part of parts) part.commit();
    if (parts.size > 0) this.#writer.changed();
    return { status, by };
  }

  /** Publishes at an instant that time has just reached, then asks the monitor. */
  // deno-lint-ignore require-yield -- a step of the generators above, which wait
  *#arrive(instant: Instant | undefined, before: { status: EventStatus; by: string }): Waits<AdvanceStatus> {
    let { status, by } = before;
    this.#pending = instant;
    if (instant !== undefined) {
      const started = this.#options.clock?.now() ?? 0;
      const publishes = [...this.#due(instant).flatMap((group) => group.publishes), ...this.#plan.publishPerStep];
      for (const { part, run } of publishes) {
        const outcome = run(part.now) ?? CONTINUE;
        if (outcome.severity !== "did-nothing") this.#counters.publishes++;
        const worse = mostSevere(status, outcome);
        if (worse !== status) by = part.path;
        status = worse;
      }
      if (publishes.length > 0) this.#span("main", "publish", started);
    }
    const seen = this.#options.monitor?.(this.context) ?? CONTINUE;
    const worst = mostSevere(status, seen);
    if (worst !== status) by = "monitor";
    return this.#verdict(worst, by) ?? { reason: "reached-boundary", t: this.context.t, by: "", message: "" };
  }

  *#snapshot(): Waits<SimulatorSnapshot> {
    const sides = [...this.#sides.values()];
    for (const { part } of sides) {
      if (!part.system.deterministic) {
        throw new TypeError(`Cannot take a snapshot: ${part.path} is not deterministic, a deterministic run is wanted`);
      }
    }
    yield* this.#joinLast();
    const delegated: Record<string, NearSnapshot> = {};
    for (const side of sides) {
      let far = side.far.snapshot();
      if (far instanceof Promise) yield far.then((saved) => void (far = saved));
      delegated[side.part.path] = side.save(far);
    }
    return {
      context: this.#writer.save(),
      time: this.#time,
      pending: this.#pending !== undefined,
      counters: this.counters,
      rows: this.trace.length,
      delegated,
    };
  }

  *#restore(saved: SimulatorSnapshot): Waits<void> {
    yield* this.#joinLast();
    for (const side of this.#sides.values()) {
      const near = saved.delegated[side.part.path];
      if (near === undefined) {
        throw new TypeError(`Cannot restore: the snapshot has no ${side.part.path}, one of the same system is wanted`);
      }
      const done = side.far.restore(near.far);
      if (done instanceof Promise) yield done;
      side.load(near);
    }
    this.#writer.load(saved.context);
    this.#time = saved.time;
    this.#pending = saved.pending ? this.#plan.timeline.instantAt(saved.time) : undefined;
    this.#counters = { ...saved.counters };
    this.trace.truncate(saved.rows);
  }

  /** Waits for the requests in flight and keeps their replies for the next release. */
  *#joinLast(): Waits<void> {
    const sides = [...this.#sides.values()].filter(({ pending, part }) => pending && part.system.deterministic);
    if (sides.length > 0) {
      const joined = this.#session?.join(sides.map(({ far }) => far));
      if (joined instanceof Promise) yield joined;
    }
    for (const side of sides) side.collect();
  }

  #sidesOf(parts: readonly object[]): NearSide[] {
    return parts.map((part) => this.#sides.get(part)).filter((side) => side !== undefined);
  }

  #due(instant: Instant): Group[] {
    return instant.due.map((index) => this.#plan.groups[index]).filter((group) => group !== undefined);
  }

  #move(time: Rational, t: number): void {
    this.#time = time;
    this.#writer.setTime(t);
  }

  #verdict(status: EventStatus, by: string): AdvanceStatus | undefined {
    if (status.severity === "failed") throw new EventFailedError(by, this.context.t, status.message);
    if (status.severity !== "reached-termination") return undefined;
    return { reason: "reached-termination", t: this.context.t, by, message: status.message };
  }

  #span(lane: string, name: string, started: number): void {
    const { clock, observe } = this.#options;
    if (clock !== undefined && observe !== undefined) {
      observe({ lane, name, started, finished: clock.now(), t: this.context.t });
    }
  }

  #boundary(t: number): Boundary {
    if (!Number.isFinite(t) || t < this.context.t) {
      throw new RangeError(`Cannot advance to ${t}: a finite time from ${this.context.t} s on is wanted`);
    }
    return { time: exact(t), t, named: undefined };
  }

  #enter(what: string, phase: "fresh" | "ready"): void {
    if (this.#phase === phase) {
      this.#phase = "busy";
      return;
    }
    const wanted = phase === "fresh" ? "a fresh one is wanted" : "one that is initialized and at rest is wanted";
    const is = { fresh: "not initialized", ready: "initialized", busy: "at work", failed: "failed", ended: "ended" };
    throw new TypeError(`Cannot ${what}: the simulator is ${is[this.#phase]}, ${wanted}`);
  }

  async #drive<T>(what: string, phase: "fresh" | "ready", work: Waits<T>): Promise<T> {
    this.#enter(what, phase);
    try {
      const result = await waitFor(work);
      this.#leave("ready");
      return result;
    } catch (error) {
      this.#leave("failed");
      throw error;
    }
  }

  #driveSync<T>(what: string, phase: "fresh" | "ready", work: Waits<T>): T {
    this.#enter(what, phase);
    try {
      const step = work.next();
      if (step.done !== true) {
        throw new TypeError(`Cannot ${what} synchronously: something has to be waited for, the promise face is wanted`);
      }
      this.#leave("ready");
      return step.value;
    } catch (error) {
      this.#leave("failed");
      throw error;
    }
  }

  #leave(phase: "ready" | "failed"): void {
    if (this.#phase === "busy") this.#phase = phase;
  }
}

async function waitFor<T>(work: Waits<T>): Promise<T> {
  let step = work.next();
  while (step.done !== true) {
    try {
      await step.value;
    } catch (error) {
      step = work.throw(error);
      continue;
    }
    step = work.next();
  }
  return step.value;
}
