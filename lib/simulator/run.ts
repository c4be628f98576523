/**
 * A run: the steps of a simulation, as generators that yield whatever they have to wait for.
 *
 * - Invariant: `#at` is the exact time of the context's t; `#pending` is the instant whose updates have not run.
 * - Invariant: the next instant of the queue is later than `#at`.
 * - The file is long because every act (a step, a restart, a snapshot, a forced event) changes the same few fields.
 * - Invariant: a value changes only in `#release`, at the end of `#update`, and where time moves.
 */

import type { Context, ContextWriter, LeafContext, Rational, System, Timing } from "../diagram/mod.ts";
import { compare, exact, openContext, snapped, statusOf } from "../diagram/mod.ts";
import { DiagramError, EventFailedError, ZenoError } from "../errors.ts";
import { Actions, NOTHING, type Outcome, worse } from "./actions.ts";
import { type Agenda, Agendas } from "./agendas.ts";
import { checkPath, type PartValues, valuesOf } from "./inspection.ts";
import { ChosenEvents } from "./chosen_events.ts";
import { Delegations } from "./delegations.ts";
import { EventQueue } from "./event_queue.ts";
import type { Reply } from "./far_side.ts";
import { type Instant, namesBefore } from "./instants.ts";
import type { NearSide } from "./near_side.ts";
import { Pacer } from "./pacing.ts";
import { makePlan, type Plan } from "./plan.ts";
import { Profiler } from "./profile/profile.ts";
import { Recorder } from "./recorder.ts";
import { ownInstant, Schedule, type Upcoming } from "./schedule.ts";
import type { AdvanceStatus, Boundary, Counters, SimulatorOptions } from "./simulation.ts";
import { atBoundary } from "./simulation.ts";
import { type LogOptions, SignalLog } from "./signal_log.ts";
import { SignalLogs } from "./signal_logs.ts";
import { shownOutputs, signalsOf } from "./signals.ts";
import { readValues, saveValues, type SimulatorSnapshot, timeOf } from "./snapshot.ts";
import { checkSnapshot } from "./snapshot_shape.ts";
import { nothing, settled, type Soon, then, type Waits } from "./waits.ts";

const MICROSTEPS = 1000;

export class Run {
  /** All values at the current instant. */
  readonly context: Context;
  /** What only the simulator may do with the values. */
  readonly writer: ContextWriter;
  readonly delegations: Delegations;
  readonly recorder: Recorder;
  /** Holds steps back until their real time; only with a clock. */
  readonly pacer: Pacer | undefined;
  /** Measures where real time goes; only with the option `profile`. */
  readonly profiler: Profiler | undefined;

  /** Whether a handler may return a promise. */
  readonly isAsync: boolean;

  readonly #system: System;
  readonly #plan: Plan;
  readonly #queue: Upcoming;
  /** The events whose times the state or an input chooses, if there are any. */
  readonly #chosen: ChosenEvents | undefined;
  /** How many microsteps an instant may have after its first step. */
  readonly #microsteps: number;
  readonly #agendas: Agendas;
  readonly #options: SimulatorOptions;
  #at: { readonly exact: Rational } = { exact: { num: 0n, den: 1n } };
  #pending: Instant | undefined;
  /** Whether a change after the last step may have made chosen events due at the current instant. */
  #unsettled = false;
  #counters = { steps: 0, initializations: 0, updates: 0, publishes: 0 };
  /** How the system of a far side ended its own run. */
  #ended: AdvanceStatus | undefined;
  /** The logs, if there are any. */
  #logs: SignalLogs | undefined;
  /** Whether an input or a parameter was set since the last instant, which logs have yet to see. */
  #isTouched = false;

  /** Prepares the steps; nothing happens yet. */
  constructor(system: System, options: SimulatorOptions) {
    const { clock, rate = 0, strict = false, host, contracts, refuseNaN } = options;
    const wall = clock === undefined ? {} : { wall: () => clock.now() };
    const opened = openContext(system, { contracts, refuseNaN, ...wall });
    this.context = opened.context;
    this.writer = opened.writer;
    this.#system = system;
    this.#options = options;
    const { parts, values } = opened.writer;
    this.#chosen = ChosenEvents.of(parts, { values, present: () => this.#at.exact });
    this.#microsteps = checkedMicrosteps(options.microsteps ?? MICROSTEPS);
    const awaited = parts.find((part) => part.kind === "leaf" && part.system.behavior.async);
    this.isAsync = awaited !== undefined;
    if (awaited !== undefined && options.awaits !== true) {
      throw new TypeError(
        `Cannot simulate ${awaited.path} here: its handlers may return promises (async: true), which only a guest awaits, ` +
          `delegate() to a thread or a process is wanted`,
      );
    }
    this.#plan = makePlan(opened.writer, this.#chosen?.actions ?? []);
    const queue = new EventQueue(this.#plan.timings);
    this.#queue = this.#chosen === undefined ? queue : new Schedule(queue, this.#chosen.times);
    if (clock === undefined && (rate !== 0 || strict)) {
      throw new TypeError(`Cannot pace ${system.name} at rate ${rate}: there is no clock, the option clock is wanted`);
    }
    this.pacer = clock === undefined ? undefined : new Pacer({ clock, rate, strict });
    if (clock === undefined && options.profile) {
      throw new TypeError(`Cannot profile ${system.name}: there is no clock, the option clock is wanted`);
    }
    this.profiler = options.profile && clock !== undefined ? new Profiler(opened.writer, () => clock.now()) : undefined;
    const posting = (lane: string, k: number) => {
      const now = this.#now();
      options.observe?.({ lane, name: "post", k, started: now, finished: now, t: this.context.t });
    };
    this.delegations = new Delegations(this.#plan.delegated, {
      ...options,
      posting: options.observe === undefined ? undefined : posting,
    });
    this.#agendas = new Agendas(this.#plan, {
      sidesOf: (parts) => this.delegations.of(parts),
      chosen: this.#chosen,
      profiler: this.profiler,
      values,
    });
    this.recorder = new Recorder(system, { writer: opened.writer, record: options.record });
    if (this.delegations.sides.length > 0 && host === undefined) {
      const { names } = this.delegations;
      const are = `${names.join(", ")} ${names.length === 1 ? "is" : "are"} delegated`;
      throw new TypeError(
        `Cannot simulate ${system.name}: ${are} and there is no host, the option host is wanted`,
      );
    }
  }

  /** The exact time of the current instant. */
  get time(): Rational {
    return this.#at.exact;
  }

  get counters(): Counters {
    return { ...this.#counters };
  }

  /**
   * Begins a run at time t, with all states at their declared initial values, and with new far sides if the run before
   * failed. Level by level, it runs the initialization events and takes the far sides' first outputs; then come the
   * publishes and the monitor.
   */
  *initialize(t: number, { isAfterFailure }: { readonly isAfterFailure: boolean }): Waits<AdvanceStatus> {
    const time = exact(snapped(t));
    yield* this.delegations.begin(time, { isAfterFailure });
    this.writer.values.discard();
    for (const part of this.writer.parts) if (part.kind === "leaf") part.reset();
    this.recorder.trace.truncate(0);
    this.#logs?.begin(time);
    this.#isTouched = false;
    this.pacer?.restart();
    this.#counters = { steps: 0, initializations: 0, updates: 0, publishes: 0 };
    this.#ended = undefined;
    this.#chosen?.reset();
    const periodic = this.#seek(time);
    this.#move(time, periodic?.t ?? t);
    let outcome = NOTHING;
    for (const level of this.#plan.levels) {
      const sides = this.delegations.of(level.delegated);
      const leaves = new Actions(level.leaves, this.writer.values);
      this.delegations.postInitialization(sides, this.context.t);
      outcome = worse(outcome, yield* settled(this.#update(leaves)));
      this.#counters.initializations += leaves.did;
      yield* this.delegations.initialized(sides, (path, reply) => outcome = worse(outcome, endOf(path, reply)));
      this.writer.changed();
    }
    this.#logs?.look();
    this.#unsettled = false;
    const own = this.#beginChosen(time);
    const now = periodic ?? own;
    if (now === undefined) this.#logs?.sample(time);
    return (yield* settled(this.#arrive(now, outcome))) ?? atBoundary(this.context.t);
  }

  /** Steps up to a boundary. With `doubles`, an event whose t is not above the boundary's is at the boundary, too. */
  *advance(boundary: Boundary, { doubles }: { doubles: boolean }): Waits<AdvanceStatus> {
    const { t } = boundary;
    const queue = this.#queue;
    const limit = queue.limit(boundary.time);
    const mayWait = this.#options.clock !== undefined;
    this.#lookAgain();
    let reached = compare(this.time, boundary.time) >= 0 || (doubles && this.context.t >= t);
    while (!reached) {
      const pending = this.#pending;
      if (pending !== undefined) {
        const agenda = this.#agendas.of(pending.due);
        const over = mayWait || this.isAsync || agenda.sides.length > 0
          ? yield* this.#slowStep(pending, agenda)
          : this.#step(pending, { agenda, before: NOTHING }) as AdvanceStatus | undefined;
        if (over !== undefined) return over;
      } else if (this.#unsettled) {
        const over = yield* settled(this.#settle());
        if (over !== undefined) return over;
      }
      const next = queue.peek();
      const order = queue.order(limit);
      const event = next !== undefined && (order <= 0 || (doubles && next.t <= t))
        ? namedBy(boundary, next, order)
        : undefined;
      // The t of the previous instant may exceed the exact time of this one, and t must never decrease.
      if (this.#logs?.isPeriodic) this.#sampleUntil(event?.exact ?? boundary.time, event === undefined);
      if (event === undefined) this.#move(boundary.time, Math.max(t, this.context.t));
      else {
        queue.skip();
        this.#move(event, Math.max(event.t, this.context.t));
      }
      reached = event === undefined || order >= 0 || (doubles && this.context.t >= t);
      const arrived = this.#arrive(event, NOTHING);
      const over = arrived instanceof Promise ? yield* settled(arrived) : arrived;
      if (over !== undefined) return over;
    }
    if (this.#options.paceFinal === true) {
      const rest = this.pacer?.wait(this.context.t);
      if (rest !== undefined) yield rest;
    }
    return atBoundary(this.context.t);
  }

  /** Runs what is due at the current instant and has not run. */
  *advancePending(): Waits<AdvanceStatus> {
    this.#lookAgain();
    const instant = this.#pending;
    const over = instant !== undefined
      ? yield* this.#slowStep(instant, this.#agendas.of(instant.due))
      : this.#unsettled
      ? yield* settled(this.#settle())
      : undefined;
    return over ?? atBoundary(this.context.t);
  }

  /** Serves one request on a far side: advances to the near side's event and runs what is due there. */
  *advanceThrough(event: { time: Rational; t: number; named: Timing }): Waits<AdvanceStatus> {
    // A far side whose own system reached termination stays at that instant, and keeps showing its outputs.
    let status = this.#ended ?? (yield* this.advance(event, { doubles: false }));
    if (status.reason === "reached-boundary") status = yield* this.advancePending();
    if (status.reason === "reached-termination") this.#ended = status;
    return status;
  }

  /** Finds a forced event of the leaf at a path, and returns the work that runs it at this instant. */
  force(path: string, event: string): Waits<AdvanceStatus> {
    const leaf = this.#leafAt(path, `force ${event} of ${path}`);
    const { forced } = leaf.system.behavior;
    const run = Object.hasOwn(forced, event) ? forced[event] : undefined;
    if (run !== undefined) return this.#forced(leaf, new Actions([{ part: leaf, run }], this.writer.values));
    const names = Object.keys(forced).join(", ") || "it has none";
    throw new DiagramError(`Cannot force ${event} of ${path}: there is no such event, one of (${names}) is wanted`);
  }

  /** Sets an input of the system itself. */
  fix(input: string, value: unknown): void {
    this.writer.fix(input, value);
    this.#touch(undefined);
  }

  /** Makes a log of ports, which begins at this instant if the run `hasBegun`. */
  log(ports: readonly string[] | undefined, { hasBegun, ...options }: LogOptions & { hasBegun: boolean }): SignalLog {
    const { writer } = this;
    if (ports !== undefined && !Array.isArray(ports)) {
      throw new TypeError(`Cannot log ${ports} of ${this.#system.name}: it is not a list, a list of ports is wanted`);
    }
    const signals = signalsOf(this.#system, { names: ports ?? shownOutputs(this.#system), writer, act: "log" });
    const log = new SignalLog(signals, { ...options, values: writer.values });
    log.begin(this.time);
    if (hasBegun && log.period === undefined) log.look();
    (this.#logs ??= new SignalLogs()).add(log);
    return log;
  }

  /** Sets a parameter of the leaf at a path; on a far side it holds from the next request on. */
  setParameter(path: string, name: string, value: unknown): void {
    const far = this.delegations.sides.find(({ part }) => path === part.path || path.startsWith(`${part.path}.`));
    if (far === undefined) {
      const leaf = this.#leafAt(path === "" ? this.#system.name : path, `set parameter ${name} of ${path}`);
      this.writer.values.keep(leaf.parameterSignal(name), value);
      this.writer.changed();
      this.#touch(leaf);
      return;
    }
    far.setParameter({ path: path.slice(far.part.path.length + 1), name, value });
  }

  /**
   * Finds the part at a path, also on a far side. The work results in a function that returns the part's values, or
   * throws the reason why they are unknown.
   *
   * @throws {DiagramError} if there is no such part.
   */
  inspect(path: string): Waits<() => PartValues> {
    const system = this.#system;
    checkPath(system, path);
    const at = path === "" && system.kind !== "diagram" ? system.name : path;
    const side = this.delegations.sides.find(({ part }) => at === part.path || at.startsWith(`${part.path}.`));
    if (side !== undefined) return this.delegations.inspect(side, at.slice(side.part.path.length + 1));
    const values = valuesOf(system, { path: at, context: this.context });
    return nothing(() => values);
  }

  /** Waits for the requests in flight at the end of the run, and throws their errors. */
  *end(): Waits<void> {
    const started = this.#now();
    yield* this.delegations.joinLast({
      joined: () => this.#span("wait", started),
      collected: (lane, { k, started, finished }) => {
        if (finished > 0) this.profiler?.replied(lane, { started, finished });
        this.#options.observe?.({ lane, name: "update", k, started, finished, t: this.context.t });
      },
    });
  }

  /** The whole run at this instant. */
  snapshot(): Waits<SimulatorSnapshot> {
    // This throws for a process that cannot be saved, before anything happens: so the run can go on.
    return this.#saved(this.#chosen?.save() ?? {});
  }

  *#saved(chosen: SimulatorSnapshot["chosen"]): Waits<SimulatorSnapshot> {
    const delegated = yield* this.delegations.snapshot();
    const { num, den } = this.time;
    return {
      t: this.context.t,
      time: [String(num), String(den)],
      pending: this.#pending !== undefined,
      unsettled: this.#unsettled,
      ended: this.#ended ?? null,
      counters: this.counters,
      rows: this.recorder.trace.length,
      ...saveValues(this.#system, this.writer),
      chosen,
      delegated,
    };
  }

  /**
   * Reads a snapshot of the same system, and returns the work that restores it.
   *
   * @throws {TypeError} if it is a snapshot of another system; then nothing has changed.
   */
  restore(saved: SimulatorSnapshot): Waits<void> {
    checkSnapshot(saved);
    const load = readValues(saved, { system: this.#system, writer: this.writer });
    const loadChosen = this.#chosen?.read(saved.chosen);
    const loadFar = this.delegations.read(saved.delegated);
    const loadAll = () => {
      load();
      loadChosen?.();
    };
    return this.#restored(saved, { time: timeOf(saved), load: loadAll, loadFar });
  }

  *#restored(
    saved: SimulatorSnapshot,
    { time, load, loadFar }: { time: Rational; load: () => void; loadFar: () => Waits<void> },
  ): Waits<void> {
    yield* loadFar();
    const before = this.context.t;
    load();
    this.#at = { exact: time };
    const now = this.#seek(time);
    this.#pending = saved.pending ? now ?? ownInstant({ time, t: saved.t }) : undefined;
    this.#unsettled = saved.unsettled;
    this.#ended = saved.ended ?? undefined;
    this.#counters = { ...this.#counters, ...saved.counters };
    this.recorder.trace.truncate(saved.rows);
    this.#isTouched = false;
    this.#logs?.restore(time, { t: saved.t, pending: saved.pending, before });
  }

  *#forced(leaf: LeafContext, actions: Actions): Waits<AdvanceStatus> {
    const outcome = yield* settled(this.#update(actions));
    this.#logs?.look();
    this.#touch(leaf);
    return this.#verdict(outcome) ?? atBoundary(this.context.t);
  }

  /** Shows the logs what was set from outside. */
  #lookAgain(): void {
    if (this.#isTouched) this.#logs?.look();
    this.#isTouched = false;
  }

  /** Visits the sampling times of logs before the next event, or up to a boundary. */
  #sampleUntil(until: Rational, isIncluded: boolean): void {
    const logs = this.#logs;
    for (let due = logs?.due(until, { isIncluded }); due !== undefined; due = logs?.due(until, { isIncluded })) {
      this.#move(due.time, Math.max(due.t, this.context.t));
      logs?.sample(due.time);
    }
  }

  /** A step that may have to wait, for its real time or for the replies that it releases. */
  *#slowStep(instant: Instant, agenda: Agenda): Waits<AdvanceStatus | undefined> {
    const rest = this.#options.clock?.breathe();
    if (rest !== undefined) yield rest;
    const paced = this.pacer?.wait(this.context.t);
    if (paced !== undefined) {
      const started = this.#now();
      this.profiler?.idle();
      yield paced;
      this.profiler?.paced();
      this.#span("pace", started);
    }
    const released = agenda.sides.length === 0 ? NOTHING : yield* this.#release(agenda.sides, instant);
    return yield* settled(this.#step(instant, { agenda, before: released }));
  }

  /** Runs the updates of the current instant, after its releases; returns a status if they end the run. */
  #step(
    instant: Instant,
    { agenda, before }: { readonly agenda: Agenda; readonly before: Outcome },
  ): Soon<AdvanceStatus | undefined> {
    const { sides } = agenda;
    const { updates, hasRow, asked } = this.#chosen === undefined
      ? agenda
      : this.#agendas.of([...instant.due, ...this.#takeDue(this.#chosen)]);
    if (hasRow) this.recorder.record();
    this.#logs?.lookAt(this.time);
    const started = this.#now();
    this.#pending = undefined;
    this.#counters.steps++;
    if (sides.length > 0) this.delegations.post(sides, instant, this.context.t);
    return then(this.#update(updates), (ran) => {
      if (hasRow && sides.length + updates.did > 0) this.#counters.updates++;
      const last = this.#chosen === undefined ? ran : this.#settled(this.#chosen, { ran, asked });
      return then(last, (last) => {
        if (updates.length > 0 && last.status.severity !== "failed") this.#logs?.look();
        this.#span("update", started);
        return this.#verdict(worse(before, last));
      });
    });
  }

  /** Runs what became due at the current instant because something changed there. */
  #settle(): Soon<AdvanceStatus | undefined> {
    if (this.#chosen === undefined) return undefined;
    return then(this.#settled(this.#chosen, { ran: NOTHING, asked: [] }), (last) => {
      if (last.status.severity !== "failed") this.#logs?.look();
      return this.#verdict(last);
    });
  }

  /**
   * Runs microsteps of the current instant, after its updates and `from` earlier microsteps, until nothing is due there
   * or one of them ends the run.
   */
  #settled(
    chosen: ChosenEvents,
    { ran, asked, from = 0 }: { readonly ran: Outcome; readonly asked: readonly number[]; readonly from?: number },
  ): Soon<Outcome> {
    let outcome = ran;
    this.#unsettled = true;
    for (let count = from;; count++) {
      if (outcome.status.severity === "failed") return outcome;
      chosen.ask(asked);
      if (outcome.status.severity === "reached-termination") return outcome;
      const due = this.#takeDue(chosen);
      const first = due[0];
      if (first === undefined) break;
      if (count === this.#microsteps) {
        throw new ZenoError(chosen.pathOf(first - this.#plan.timings.length), this.context.t, count);
      }
      const actions = this.#plan.microstep(due);
      asked = chosen.askedOf(actions.map(({ part }) => part));
      const next = this.#update(this.#agendas.actions(actions));
      if (next instanceof Promise) {
        const [before, again] = [outcome, asked];
        return next.then((ran) => this.#settled(chosen, { ran: worse(before, ran), asked: again, from: count + 1 }));
      }
      outcome = worse(outcome, next);
    }
    this.#unsettled = false;
    return outcome;
  }

  /** Takes the chosen events that are due, as indices of the plan. */
  #takeDue(chosen: ChosenEvents): number[] {
    const first = this.#plan.timings.length;
    return chosen.take().map((index) => first + index);
  }

  /** Notes that something changed between two steps; in a leaf, if one is given. */
  #touch(leaf: LeafContext | undefined): void {
    this.#isTouched = true;
    if (this.#chosen === undefined) return;
    if (leaf !== undefined) this.#chosen.askLater(leaf);
    this.#unsettled = true;
  }

  /** Starts the chosen events of an initialized run; returns the current instant if one of them is due at once. */
  #beginChosen(time: Rational): Instant | undefined {
    this.#chosen?.begin();
    const first = this.#chosen?.times.first;
    return first === undefined || compare(first.time, time) > 0 ? undefined : ownInstant({ time, t: this.context.t });
  }

  *#release(sides: readonly NearSide[], instant: Instant): Waits<Outcome> {
    let started = this.#now();
    const t = this.context.t;
    let outcome = NOTHING;
    this.profiler?.idle();
    yield* this.delegations.release(sides, instant, {
      joined: () => {
        this.profiler?.waited();
        this.#span("wait", started);
        started = this.#now();
      },
      released: (lane, reply) => {
        const { k, started: began, finished } = reply;
        outcome = worse(outcome, endOf(lane, reply));
        if (finished > 0) this.profiler?.replied(lane, reply);
        // A reply from a snapshot was computed in another run.
        if (finished > 0) this.#options.observe?.({ lane, name: "update", k, started: began, finished, t });
        this.#options.observe?.({ lane, name: "release", k, started, finished: this.#now(), t });
      },
    });
    this.#span("release", started);
    this.writer.changed();
    return outcome;
  }

  /** Runs handlers on the values of this instant; what they write becomes visible after all have run. */
  #update(actions: Actions): Soon<Outcome> {
    if (actions.length === 0) return NOTHING;
    const { values } = this.writer;
    values.open();
    return then(actions.run(), (outcome) => {
      if (outcome.status.severity === "failed") values.discard();
      else values.commit();
      return outcome;
    });
  }

  /** Publishes at a time just reached, then calls the monitor; returns a status if that ends the run. */
  #arrive(instant: Instant | undefined, before: Outcome): Soon<AdvanceStatus | undefined> {
    this.#pending = instant;
    const publishes = instant === undefined ? undefined : this.#agendas.of(instant.due).publishes;
    if (publishes === undefined || publishes.length === 0) return this.#looked(before);
    const started = this.#now();
    // A handler may, with a type cast, write here, too.
    this.writer.values.open();
    return then(publishes.run(), (ran) => {
      this.#counters.publishes += publishes.did;
      // What it wrote that way is dropped.
      this.writer.values.discard();
      this.#span("publish", started);
      return this.#looked(worse(before, ran));
    });
  }

  /** Calls the monitor; returns a status if the run ends. */
  #looked(before: Outcome): AdvanceStatus | undefined {
    let outcome = before;
    const seen = this.#options.monitor?.(this.context);
    if (seen !== undefined) outcome = worse(outcome, { status: statusOf(seen, "the monitor"), by: "monitor" });
    return this.#verdict(outcome);
  }

  #verdict({ status, by }: Outcome): AdvanceStatus | undefined {
    if (status.severity === "failed") throw new EventFailedError(by, this.context.t, status.message);
    if (status.severity !== "reached-termination") return undefined;
    return { reason: "reached-termination", t: this.context.t, by, message: status.message };
  }

  /** Moves the queue past a time, and returns the instant at that time, if it is one. */
  #seek(time: Rational): Instant | undefined {
    this.#queue.seek(time);
    const first = this.#queue.peek();
    if (first === undefined || compare(first.exact, time) !== 0) return undefined;
    this.#queue.skip();
    return first;
  }

  #leafAt(path: string, act: string): LeafContext {
    const part = this.writer.partAt(path);
    if (part.kind === "leaf") return part;
    throw new DiagramError(`Cannot ${act}: it lives on the far side, a leaf of this side is wanted`);
  }

  #move(at: Rational | Instant, t: number): void {
    this.#at = "exact" in at ? at : { exact: at };
    this.writer.setTime(t);
  }

  /** The real time in milliseconds, or 0 without an observer. */
  #now(): number {
    return this.#options.observe === undefined ? 0 : this.#options.clock?.now() ?? 0;
  }

  #span(name: string, started: number): void {
    this.#options.observe?.({ lane: "main", name, started, finished: this.#now(), t: this.context.t });
  }
}

function checkedMicrosteps(microsteps: number): number {
  if (Number.isSafeInteger(microsteps) && microsteps >= 0) return microsteps;
  throw new RangeError(`Cannot limit an instant to ${microsteps} microsteps: an integer from 0 up is wanted`);
}

/** The outcome that a far side's reply reports. */
function endOf(path: string, { ended }: Reply): Outcome {
  if (ended === undefined) return NOTHING;
  const by = ended.by === "" ? path : `${path}.${ended.by}`;
  return { status: { severity: "reached-termination", message: ended.message }, by };
}

/** The instant as systems see it: if the boundary is an event at the same time, its timing may name the instant. */
function namedBy({ t, named }: Boundary, instant: Instant, order: number): Instant {
  if (named === undefined || order !== 0 || !namesBefore(named, instant.named)) return instant;
  return { exact: instant.exact, due: instant.due, t, named };
}
