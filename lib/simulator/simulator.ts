/**
 * Runs a simulation: advances the time of a system from event to event.
 *
 * One step at time t:
 *
 * 1. release: every delegated system whose event is due shows the reply to its previous request, or, with a latency of
 *    n, to the request of n events earlier;
 * 2. update: all updates due at t run against the released values; delegated systems sample their inputs and post them;
 * 3. time advances to the next event or the boundary;
 * 4. the publishes due there run, then the monitor.
 *
 * - An instant is a time at which an event is due by its own time: periodic, named by `nextTime`, or after a process's
 *   wait. Everything due there is one step. Events that become due at the same instant after that step, or that a
 *   changed value triggers, run in further microsteps: only updates, against the values that the microstep before left.
 *   `microsteps` limits their number.
 * - Initialization runs the initialization events, then the publishes due at its time and the monitor; it updates nothing.
 * - `advanceTo(T)` leaves the updates due exactly at T pending; `advancePendingEvents()` runs them.
 * - One long advance equals many short ones: a boundary changes no value.
 * - Apart from systems that are not deterministic, nothing in a run depends on real time, which only paces it and fills
 *   its report.
 *
 * The steps are a generator that yields a promise wherever it must wait, so the same code serves the methods that
 * return promises and their `Sync` twins, for systems that never wait.
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
 */

import { compare, type Context, exact, type Rational, shownTime, type System, type Timing } from "../diagram/mod.ts";
import { isRefusedSnapshot } from "../errors.ts";
import type { Arrivals } from "./arrivals.ts";
import type { PartValues } from "./inspection.ts";
import type { Lag } from "./near_side.ts";
import type { Profile } from "./profile/profile.ts";
import { Run } from "./run.ts";
import type { LogOptions, SignalLog } from "./signal_log.ts";
import type { AdvanceStatus, Boundary, Counters, SimulatorOptions } from "./simulation.ts";
import type { SimulatorSnapshot } from "./snapshot.ts";
import type { Trace } from "./trace.ts";
import { finish, finishSync, type Waits } from "./waits.ts";

/** The phase of a simulator's life; methods need `ready`, initialization needs any phase but `busy` and `ended`. */
type Phase = "fresh" | "ready" | "busy" | "failed" | "ended";

const SAYS: Readonly<Record<Phase, string>> = {
  fresh: "not initialized",
  ready: "initialized",
  busy: "at work",
  failed: "failed",
  ended: "ended",
};

/** Runs a simulation of a system: `initialize`, then `advanceTo`, then `end`. */
export class Simulator implements AsyncDisposable {
  /** All values at the current instant. */
  readonly context: Context;
  /** The recorded rows. */
  readonly trace: Trace;

  readonly #run: Run;
  readonly #clock: SimulatorOptions["clock"];
  #phase: Phase = "fresh";
  /** Simulated seconds and real milliseconds of all advances. */
  #advanced = 0;
  #wall = 0;

  /**
   * Prepares a run; nothing happens before `initialize`.
   *
   * @throws {TypeError} if the clock lacks a method, as `performance` does, or an option needs a clock or a host and
   * there is none.
   * @throws {RangeError} if the rate or the number of microsteps is out of range.
   */
  constructor(system: System, options: SimulatorOptions = {}) {
    checkClock(options.clock);
    this.#run = new Run(system, options);
    this.#clock = options.clock;
    this.context = this.#run.context;
    this.trace = this.#run.recorder.trace;
  }

  /** How many events ran since initialization. */
  get counters(): Counters {
    return this.#run.counters;
  }

  /** How late the releases of delegated systems were, by path; 0 for deterministic systems. */
  get lag(): Readonly<Record<string, Lag>> {
    return Object.fromEntries(this.#run.delegations.sides.map((side) => [side.part.path, side.lag]));
  }

  /**
   * The order in which replies of non-deterministic systems arrived; the option `arrivals` replays it in another run.
   */
  get arrivals(): Arrivals {
    return this.#run.delegations.arrivals;
  }

  /** How many steps started after their real time. */
  get overruns(): number {
    return this.#run.pacer?.overruns ?? 0;
  }

  /** Simulated seconds per real second over all advances, initialization excluded; NaN without a clock. */
  get rate(): number {
    return this.#clock === undefined ? NaN : this.#advanced * 1000 / this.#wall;
  }

  /**
   * Where the real time of all advances went, system by system, and an estimate of what delegating them would gain on
   * that many `cores`. The time of the last requests is included after `end`.
   *
   * @throws {TypeError} if the option `profile` was not set.
   */
  profile({ cores }: { readonly cores: number }): Profile {
    const { profiler } = this.#run;
    if (profiler !== undefined) return profiler.profile({ cores });
    throw new TypeError("Cannot profile: the run is not measured, the option profile is wanted");
  }

  /** Sets an input of the system itself, from now on. */
  fix(input: string, value: unknown): void {
    this.#run.fix(input, value);
  }

  /**
   * Logs ports of the system, such as `y0`, or of its parts, such as `plant.motor.u`, from now on and from the start of
   * each further run. The default is every scalar and vector output of the system, at each change.
   *
   * @throws {DiagramError} if there is no such port, or it is on a far side and no output shows it.
   * @throws {RangeError} if the period is not above 0.
   */
  log(ports?: readonly string[], options: LogOptions = {}): SignalLog {
    this.#refuseWhileBusy("log");
    return this.#run.log(ports, { ...options, hasBegun: this.#phase === "ready" });
  }

  /**
   * Begins a run at time `at` (in seconds, 0 by default): resets states to their declared initial values, runs the
   * initialization events, starts the far sides and takes their first outputs. Calling it again begins another run,
   * also after a failure; inputs and parameters keep the values that were set.
   * @throws {RangeError} if the time is not finite.
   */
  async initialize({ at = 0 }: { at?: number } = {}): Promise<AdvanceStatus> {
    return await this.#drive("initialize", "any", this.#initialized(at));
  }

  /** Does what `initialize` does, if nothing has to be waited for. */
  initializeSync({ at = 0 }: { at?: number } = {}): AdvanceStatus {
    return this.#driveSync("initialize", "any", this.#initialized(at));
  }

  /**
   * Sets a parameter of the leaf at a path, such as `plant.motor`; "" is a system that is itself a leaf. The value
   * holds for everything still to run at this instant; on a far side it holds from the next request on, as an input
   * does.
   *
   * @throws {DiagramError} if there is no such parameter.
   * @throws {TypeError} if the value has the wrong type.
   */
  setParameter(path: string, name: string, value: unknown): void {
    this.#refuseWhileBusy(`set parameter ${name} of ${path}`);
    this.#run.setParameter(path, name, value);
  }

  /**
   * Runs a forced event of the leaf at a path, at this instant: it sees the current values, and what it writes is
   * visible at once.
   *
   * @throws {DiagramError} if there is no such event on this side.
   */
  force(event: string, path: string): AdvanceStatus {
    return this.#driveSync(`force ${event}`, "ready", this.#run.force(path, event));
  }

  /**
   * Advances to `t` seconds; updates due exactly at `t` stay pending.
   *
   * @throws {RangeError} if `t` is not finite or lies in the past.
   */
  async advanceTo(t: number): Promise<AdvanceStatus> {
    const boundary = this.#boundary(t);
    const started = { wall: this.#clock?.now() ?? 0, t: this.context.t };
    try {
      return await this.#drive("advance", "ready", this.#run.advance(boundary, { doubles: true }));
    } finally {
      this.#wall += (this.#clock?.now() ?? 0) - started.wall;
      this.#advanced += this.context.t - started.t;
    }
  }

  /** Does what `advanceTo` does, if nothing has to be waited for. */
  advanceToSync(t: number): AdvanceStatus {
    return this.#driveSync("advance", "ready", this.#run.advance(this.#boundary(t), { doubles: true }));
  }

  /** Runs the updates left pending at the current instant, without advancing time. */
  async advancePendingEvents(): Promise<AdvanceStatus> {
    return await this.#drive("advance", "ready", this.#run.advancePending());
  }

  /** Does what `advancePendingEvents` does, if nothing has to be waited for. */
  advancePendingEventsSync(): AdvanceStatus {
    return this.#driveSync("advance", "ready", this.#run.advancePending());
  }

  /** Whether a handler may return a promise; then only the methods that return promises can be used. */
  get isAsync(): boolean {
    return this.#run.isAsync;
  }

  /** Advances to an event of the near side and runs what is due there, as a far side does for each request. */
  async advanceThrough(event: { time: Rational; t: number; named: Timing }): Promise<AdvanceStatus> {
    return await this.#drive("advance", "ready", this.#run.advanceThrough(event));
  }

  /** Does what `advanceThrough` does, if nothing has to be waited for. */
  advanceThroughSync(event: { time: Rational; t: number; named: Timing }): AdvanceStatus {
    return this.#driveSync("advance", "ready", this.#run.advanceThrough(event));
  }

  /**
   * The values of the part at a path, such as `plant.motor`, wherever it runs; "" is the system itself. For a part on a
   * far side it waits for the newest request, and returns the values after it. Values are copies.
   *
   * @throws {DiagramError} if there is no such part.
   * @throws {TypeError} if the part is on the far side of a system that is not deterministic.
   */
  async inspect(path: string): Promise<PartValues> {
    this.#refuseWhileBusy(`inspect ${path}`);
    return (await this.#drive(`inspect ${path}`, "ready", this.#run.inspect(path)))();
  }

  /** Does what `inspect` does, if nothing has to be waited for. */
  inspectSync(path: string): PartValues {
    this.#refuseWhileBusy(`inspect ${path}`);
    return this.#driveSync(`inspect ${path}`, "ready", this.#run.inspect(path))();
  }

  /**
   * The whole run at this instant, as JSON.
   *
   * @throws {RunningProcessError} if a process is in a wait (on a far side, it is the cause of a `GuestError`); the run
   * can go on.
   * @throws {TypeError} if a system is not deterministic.
   */
  async snapshot(): Promise<SimulatorSnapshot> {
    return await this.#drive("take a snapshot", "ready", this.#run.snapshot());
  }

  /** Does what `snapshot` does, if nothing has to be waited for. */
  snapshotSync(): SimulatorSnapshot {
    return this.#driveSync("take a snapshot", "ready", this.#run.snapshot());
  }

  /**
   * Restores a snapshot of the same system, in this run or in another initialized one. The snapshot may have been
   * through `JSON.stringify` and `JSON.parse`.
   *
   * @throws {TypeError} if it is not a snapshot, or one of another system; then nothing has changed.
   * @throws {GuestError} if a far side refuses its part; then the run has failed, and can be initialized again.
   */
  async restore(saved: SimulatorSnapshot): Promise<void> {
    await this.#drive("restore", "ready", this.#run.restore(saved));
  }

  /** Does what `restore` does, if nothing has to be waited for. */
  restoreSync(saved: SimulatorSnapshot): void {
    this.#driveSync("restore", "ready", this.#run.restore(saved));
  }

  /** Waits for the last requests, throws their errors and ends the far sides; calling it again does nothing. */
  async end(): Promise<void> {
    if (this.#phase === "ended") return;
    const join = this.#phase === "ready";
    this.#phase = "ended";
    try {
      if (join) await finish(this.#run.end());
    } finally {
      await this.#run.delegations.close();
    }
  }

  /** The same as `end`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.end();
  }

  #initialized(at: number): Waits<AdvanceStatus> {
    return this.#run.initialize(startTime(at), { isAfterFailure: this.#phase === "failed" });
  }

  #boundary(t: number): Boundary {
    const time = Number.isFinite(t) ? exact(t) : undefined;
    // Rounding can make the t of an instant exceed its exact time, so the exact times decide what is past.
    if (time === undefined || (t < this.context.t && compare(time, this.#run.time) < 0)) {
      throw new RangeError(`Cannot advance to ${t}: a finite time from ${shownTime(this.context.t)} s on is wanted`);
    }
    return { time, t, named: undefined };
  }

  async #drive<T>(what: string, wanted: "any" | "ready", work: Waits<T>): Promise<T> {
    this.#enter(what, wanted);
    const profiler = what === "advance" ? this.#run.profiler : undefined;
    profiler?.start();
    let phase: Phase = "failed";
    try {
      const result = await finish(work);
      phase = "ready";
      return result;
    } catch (error) {
      if (isRefusedSnapshot(error)) phase = "ready";
      throw error;
    } finally {
      profiler?.stop();
      this.#leave(phase);
    }
  }

  #driveSync<T>(what: string, wanted: "any" | "ready", work: Waits<T>): T {
    this.#enter(what, wanted);
    const profiler = what === "advance" ? this.#run.profiler : undefined;
    profiler?.start();
    let phase: Phase = "failed";
    try {
      const result = finishSync(what, work);
      phase = "ready";
      return result;
    } catch (error) {
      if (isRefusedSnapshot(error)) phase = "ready";
      throw error;
    } finally {
      profiler?.stop();
      this.#leave(phase);
    }
  }

  #enter(what: string, wanted: "any" | "ready"): void {
    this.#refuseWhileBusy(what);
    if (wanted === "ready" && this.#phase !== "ready") {
      throw new TypeError(
        `Cannot ${what}: the simulator is ${SAYS[this.#phase]}, one that is initialized and at rest is wanted`,
      );
    }
    this.#phase = "busy";
  }

  #refuseWhileBusy(what: string): void {
    if (this.#phase !== "busy" && this.#phase !== "ended") return;
    throw new TypeError(`Cannot ${what}: the simulator is ${SAYS[this.#phase]}, one that is at rest is wanted`);
  }

  /** Leaves the busy phase; a run that was ended meanwhile stays ended. */
  #leave(phase: Phase): void {
    if (this.#phase === "busy") this.#phase = phase;
  }
}

function startTime(at: number): number {
  // A time of -0 is 0.
  if (Number.isFinite(at)) return at + 0;
  throw new RangeError(`Cannot initialize at ${at}: a finite time is wanted`);
}

/** Refuses a clock that lacks a part. */
function checkClock(clock: SimulatorOptions["clock"]): void {
  const missing = (["now", "sleepUntil", "breathe"] as const).find((name) => {
    return clock !== undefined && typeof clock[name] !== "function";
  });
  if (missing === undefined) return;
  throw new TypeError(`Cannot simulate: the clock has no ${missing}(), one such as host.clock is wanted`);
}
