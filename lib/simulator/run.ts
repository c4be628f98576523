/**
 * A run: the steps of a simulation as work that yields what it has to wait for.
 *
 * - Invariant: `#time` is the exact time of the context's t; `#pending` is the instant whose updates have not run.
 * - Invariant: a value changes only in `#release`, at the end of `#update`, and where time moves.
 */

import type {
  Context,
  ContextWriter,
  EventStatus,
  Ports,
  PublishHandler,
  System,
  Timing,
  UpdateHandler,
} from "../diagram/mod.ts";
import { mostSevere, openContext, statusOf, succeeded } from "../diagram/mod.ts";
import { EventFailedError } from "../errors.ts";
import { Delegations } from "./delegations.ts";
import { compare, type Instant, namesBefore, type Rational } from "./instants.ts";
import { Pacer } from "./pacing.ts";
import type { NearSide } from "./near_side.ts";
import { type Action, makePlan, type Plan } from "./plan.ts";
import { openRecorder, type Recorder } from "./recorder.ts";
import type { AdvanceStatus, Boundary, Counters, SimulatorOptions, SimulatorSnapshot } from "./simulation.ts";
import { atBoundary } from "./simulation.ts";
import type { Waits } from "./waits.ts";

/** What an instant brings. */
interface Agenda {
  readonly sides: readonly NearSide[];
  readonly updates: readonly Action<UpdateHandler<Ports, Ports>>[];
  readonly publishes: readonly Action<PublishHandler<Ports, Ports>>[];
  /** Whether any periodic update is due, so that the instant has a row. */
  readonly periodic: boolean;
}

/** What came of several events, and whose was the most severe. */
interface Outcome {
  readonly status: EventStatus;
  readonly by: string;
}

const NOTHING: Outcome = { status: succeeded(), by: "" };

export class Run {
  /** All values at the present instant. */
  readonly context: Context;
  /** What only the simulator does to them. */
  readonly writer: ContextWriter;
  readonly delegations: Delegations;
  readonly recorder: Recorder;
  /** What holds steps back; only with a clock. */
  readonly pacer: Pacer | undefined;

  readonly #plan: Plan;
  readonly #agendas = new Map<string, Agenda>();
  readonly #options: SimulatorOptions;
  #time: Rational = { num: 0n, den: 1n };
  #pending: Instant | undefined;
  #counters = { steps: 0, initializations: 0, updates: 0, publishes: 0 };
  /** How a far side's own system ended itself. */
  #ended: AdvanceStatus | undefined;

  /** Prepares the steps; nothing happens yet. */
  constructor(system: System, options: SimulatorOptions) {
    const { clock, rate = 0, host, contracts } = options;
    const opened = openContext(system, { contracts, ...clock === undefined ? {} : { wall: () => clock.now() } });
    this.context = opened.context;
    this.writer = opened.writer;
    this.#options = options;
    this.#plan = makePlan(opened.writer);
    if (clock === undefined && rate !== 0) {
      throw new TypeError(`Cannot pace ${system.name} at rate ${rate}: there is no clock, the option clock is wanted`);
    }
    this.pacer = clock === undefined ? undefined : new Pacer({ clock, rate });
    const posting = (lane: string, k: number) => {
      const now = this.#now();
      options.observe?.({ lane, name: "post", k, started: now, finished: now, t: this.context.t });
    };
    this.delegations = new Delegations(this.#plan.delegated, {
      ...options,
      posting: options.observe === undefined ? undefined : posting,
    });
    this.recorder = openRecorder(system, { context: this.context, record: options.record });
    if (this.delegations.sides.length > 0 && host === undefined) {
      const paths = this.delegations.names.join(", ");
      throw new TypeError(`Cannot simulate ${system.name}: ${paths} delegated and nobody to run it, a host is wanted`);
    }
  }

  /** The exact time of the present instant. */
  get time(): Rational {
    return this.#time;
  }

  get counters(): Counters {
    return { ...this.#counters };
  }

  /** Level by level: initialization events, and the far sides' first outputs; then publishes and the monitor. */
  *initialize(): Waits<AdvanceStatus> {
    yield* this.delegations.open();
    let outcome = NOTHING;
    for (const level of this.#plan.levels) {
      const sides = this.delegations.of(level.delegated);
      this.delegations.postInitialization(sides);
      const ran = this.#update(level.leaves);
      this.#counters.initializations += ran.count;
      outcome = worse(outcome, ran);
      yield* this.delegations.initialized(sides);
      this.writer.changed();
    }
    return this.#arrive(this.#plan.timeline.instantAt(this.#time), outcome);
  }

  /** Steps up to a boundary; with `doubles` an event is at the boundary also where only the doubles are equal. */
  *advance(boundary: Boundary, { doubles }: { doubles: boolean }): Waits<AdvanceStatus> {
    for (;;) {
      const reached = compare(this.#time, boundary.time) >= 0 || (doubles && this.context.t === boundary.t);
      if (reached) break;
      const over = yield* this.advancePending();
      if (over.reason === "reached-termination") return over;
      const next = this.#plan.timeline.next(this.#time);
      const order = next === undefined ? 1 : compare(next.exact, boundary.time);
      const within = next !== undefined && (order <= 0 || (doubles && next.t === boundary.t));
      const event = within ? namedBy(boundary, next) : undefined;
      // The t of the instant before may exceed its exact time, and time does not step back.
      if (event === undefined) this.#move(boundary.time, Math.max(boundary.t, this.context.t));
      else this.#move(event.exact, event.t);
      const status = this.#arrive(event, NOTHING);
      if (status.reason === "reached-termination") return status;
    }
    if (this.#options.paceFinal === true) {
      const rest = this.pacer?.wait(this.context.t);
      if (rest !== undefined) yield rest;
    }
    return atBoundary(this.context.t);
  }

  /** Runs what is due at the present instant and has not run. */
  *advancePending(): Waits<AdvanceStatus> {
    const instant = this.#pending;
    if (instant === undefined) return atBoundary(this.context.t);
    return yield* this.#step(instant);
  }

  /** What a far side does for one request: advances to the near side's event and runs what is due there. */
  *advanceThrough(event: { time: Rational; t: number; named: Timing }): Waits<AdvanceStatus> {
    // A far side whose own system reached termination stays at that instant and shows those outputs.
    let status = this.#ended ?? (yield* this.advance(event, { doubles: false }));
    if (status.reason === "reached-boundary") status = yield* this.advancePending();
    if (status.reason === "reached-termination") this.#ended = status;
    return status;
  }

  /** Waits for the requests in flight at the end of the run, and surfaces their errors. */
  *end(): Waits<void> {
    const started = this.#now();
    yield* this.delegations.joinLast({
      joined: () => this.#span("wait", started),
      collected: (lane, { k, started, finished }) => {
        this.#options.observe?.({ lane, name: "update", k, started, finished, t: this.context.t });
      },
    });
  }

  /** The whole run at this instant. */
  *snapshot(): Waits<SimulatorSnapshot> {
    const delegated = yield* this.delegations.snapshot();
    return {
      context: this.writer.save(),
      time: this.#time,
      pending: this.#pending !== undefined,
      ended: this.#ended,
      counters: this.counters,
      rows: this.recorder.trace.length,
      delegated,
    };
  }

  /** Puts a snapshot of the same system back. */
  *restore(saved: SimulatorSnapshot): Waits<void> {
    yield* this.delegations.restore(saved.delegated);
    this.writer.load(saved.context);
    this.#time = saved.time;
    this.#pending = saved.pending ? this.#plan.timeline.instantAt(saved.time) : undefined;
    this.#ended = saved.ended;
    this.#counters = { ...saved.counters };
    this.recorder.trace.truncate(saved.rows);
  }

  /** Release, then update, at the present instant. */
  *#step(instant: Instant): Waits<AdvanceStatus> {
    const rest = this.#options.clock?.breathe();
    if (rest !== undefined) yield rest;
    const paced = this.pacer?.wait(this.context.t);
    if (paced !== undefined) {
      const started = this.#now();
      yield paced;
      this.#span("pace", started);
    }

    const { sides, updates, periodic } = this.#agenda(instant);
    yield* this.#release(sides, instant);

    if (periodic) this.recorder.record();
    const started = this.#now();
    this.#pending = undefined;
    this.#counters.steps++;
    this.delegations.post(sides, instant, this.context.t);
    const ran = this.#update(updates);
    if (periodic && sides.length + ran.count > 0) this.#counters.updates++;
    this.#span("update", started);
    return this.#verdict(ran) ?? atBoundary(this.context.t);
  }

  *#release(sides: readonly NearSide[], instant: Instant): Waits<void> {
    if (sides.length === 0) return;
    let started = this.#now();
    const t = this.context.t;
    yield* this.delegations.release(sides, instant, {
      joined: () => {
        this.#span("wait", started);
        started = this.#now();
      },
      released: (lane, { k, started: began, finished }) => {
        this.#options.observe?.({ lane, name: "update", k, started: began, finished, t });
        this.#options.observe?.({ lane, name: "release", k, started, finished: this.#now(), t });
      },
    });
    this.#span("release", started);
    this.writer.changed();
  }

  /** Runs handlers against the values of this instant; what they write becomes visible when all have run. */
  #update(actions: readonly Action<UpdateHandler<Ports, Ports>>[]): Outcome & { readonly count: number } {
    if (actions.length === 0) return { ...NOTHING, count: 0 };
    // A part with two actions begins and commits twice, which is the same as once.
    for (const { part } of actions) part.begin();
    const ran = run(actions);
    if (ran.status.severity !== "failed") { for (const { part } of actions) part.commit(); }
    this.writer.changed();
    return ran;
  }

  /** Publishes at a time that was just reached, then asks the monitor. */
  #arrive(instant: Instant | undefined, before: Outcome): AdvanceStatus {
    this.#pending = instant;
    let outcome = before;
    if (instant !== undefined) {
      const { publishes } = this.#agenda(instant);
      const started = this.#now();
      if (publishes.length > 0) {
        const ran = run(publishes);
        this.#counters.publishes += ran.count;
        outcome = worse(outcome, ran);
        this.#span("publish", started);
      }
    }
    const seen = this.#options.monitor?.(this.context);
    if (seen !== undefined) outcome = worse(outcome, { status: statusOf(seen, "the monitor"), by: "monitor" });
    return this.#verdict(outcome) ?? atBoundary(this.context.t);
  }

  #verdict({ status, by }: Outcome): AdvanceStatus | undefined {
    if (status.severity === "failed") throw new EventFailedError(by, this.context.t, status.message);
    if (status.severity !== "reached-termination") return undefined;
    return { reason: "reached-termination", t: this.context.t, by, message: status.message };
  }

  /** Everything due at an instant; the same timings meet again and again. */
  #agenda({ due }: Instant): Agenda {
    const key = due.join();
    const known = this.#agendas.get(key);
    if (known !== undefined) return known;
    const groups = due.map((index) => this.#plan.groups[index]).filter((group) => group !== undefined);
    const sides = this.delegations.of(groups.flatMap(({ delegated }) => delegated));
    const updates = groups.flatMap((group) => group.updates);
    const agenda: Agenda = {
      sides,
      updates: [...updates, ...this.#plan.perStep],
      publishes: [...groups.flatMap((group) => group.publishes), ...this.#plan.publishPerStep],
      periodic: updates.length + sides.length > 0,
    };
    this.#agendas.set(key, agenda);
    return agenda;
  }

  #move(time: Rational, t: number): void {
    this.#time = time;
    this.writer.setTime(t);
  }

  /** The real time, where somebody is told of it. */
  #now(): number {
    return this.#options.observe === undefined ? 0 : this.#options.clock?.now() ?? 0;
  }

  #span(name: string, started: number): void {
    this.#options.observe?.({ lane: "main", name, started, finished: this.#now(), t: this.context.t });
  }
}

/** Runs all of them, counts those that did something, and gives the most severe status with the path of its part. */
function run(actions: readonly Action<UpdateHandler<Ports, Ports>>[]): Outcome & { readonly count: number } {
  let outcome = NOTHING;
  let count = 0;
  for (const { part, run } of actions) {
    const status = part.call(run);
    if (status.severity !== "did-nothing") count++;
    outcome = worse(outcome, { status, by: part.path });
  }
  return { ...outcome, count };
}

function worse(one: Outcome, other: Outcome): Outcome {
  return mostSevere(one.status, other.status) === one.status ? one : other;
}

/** The instant as everybody sees it: a boundary that is an event at the same time may be the one that names it. */
function namedBy({ time, t, named }: Boundary, instant: Instant): Instant {
  const names = named !== undefined && compare(instant.exact, time) === 0 && namesBefore(named, instant.named);
  return names ? { ...instant, t, named } : instant;
}
