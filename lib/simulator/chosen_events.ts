/**
 * The events of a run whose times the state or an input chooses: when they are due, and what a snapshot stores of them.
 *
 * - A system is asked for its next time after each microstep in which one of its events ran, so neither other systems
 *   nor boundaries influence its times.
 * - Times are compared exactly. A time that `nextTime` names is snapped like a period; the end of a wait is the exact
 *   sum.
 * - Invariant: an event with a time of its own is in `times` from the moment its time is known until it is taken to
 *   run.
 */

import {
  type ChoosingNow,
  type ChosenEvent,
  compare,
  exact,
  type LeafContext,
  nearest,
  type Outcome,
  type PartContext,
  type Ports,
  type Rational,
  reduced,
  type SavedValue,
  shownTime,
  snapped,
  sum,
  type Values,
} from "../diagram/mod.ts";
import { EventTimeError, RunningProcessError } from "../errors.ts";
import type { Action } from "./actions.ts";
import { Appointments } from "./appointments.ts";
import { Trigger } from "./trigger.ts";
import { WaitingProcess } from "./waiting_process.ts";

/** What a snapshot stores of an event whose time the state or an input chooses, as JSON. */
export interface SavedChosen {
  /** When it happens next, if known: numerator and denominator of the time in seconds. */
  readonly time: readonly [string, string] | null;
  /** The value that its trigger saw last, or the place of its process. */
  readonly value: SavedValue | null;
}

/** A chosen event, as an action of its leaf. */
export interface ChosenAction extends Action {
  /** Its index among all of them. */
  readonly index: number;
  /** How many periodic updates of the leaf are declared before it. */
  readonly before: number;
  /** Whether it has a time of its own, so that its instant has a row. */
  readonly isTimed: boolean;
}

/** A sum of times with a larger denominator is rounded; sums of decimals and small fractions stay exact. */
const MOST_DENOMINATOR = 2n ** 64n;
/** How many conversions from seconds to exact times are remembered. */
const MOST_KNOWN = 1000;

export class ChosenEvents {
  /** In the order of the paths, and within a leaf in declared order. */
  readonly actions: readonly ChosenAction[];
  /** By index: when the event happens next, if known. */
  readonly times: Appointments;
  readonly #values: Values;
  readonly #present: () => Rational;
  readonly #events: readonly ChosenEvent[];
  readonly #triggers: readonly { readonly index: number; readonly trigger: Trigger }[];
  readonly #processes: readonly (WaitingProcess | undefined)[];
  /** By leaf: the events that name their times, which are asked for after the leaf has acted. */
  readonly #asked = new Map<PartContext, number[]>();
  readonly #nows: readonly ChoosingNow<Ports>[];
  /** The events to ask for their times before anything else happens. */
  readonly #toAsk = new Set<number>();
  readonly #known = new Map<number, Rational>();

  private constructor(
    parts: readonly LeafContext[],
    { values, present }: { readonly values: Values; readonly present: () => Rational },
  ) {
    const all = parts.flatMap((part) => part.system.behavior.chosen.map((event) => ({ part, event })));
    this.#values = values;
    this.#present = present;
    this.times = new Appointments(all.length);
    this.#events = all.map(({ event }) => event);
    this.#nows = all.map(({ part }) => choosingNow(part, values));
    this.#processes = all.map(({ part, event }) => {
      return event.kind === "process" ? new WaitingProcess(event.run, part.path) : undefined;
    });
    this.#triggers = all.flatMap(({ part, event }, index) => {
      return event.kind === "triggered" ? [{ index, trigger: new Trigger(event, { part, values }) }] : [];
    });
    this.actions = all.map(({ part, event }, index) => {
      if (event.kind === "aperiodic") this.#asked.set(part, [...this.#asked.get(part) ?? [], index]);
      const run = event.kind === "process" ? this.#segmentOf(index) : event.run;
      return { index, part, run, before: event.before, isTimed: event.kind !== "triggered" };
    });
  }

  /** The chosen events of these parts; `undefined` if there are none. */
  static of(
    parts: readonly PartContext[],
    options: { readonly values: Values; readonly present: () => Rational },
  ): ChosenEvents | undefined {
    const leaves = parts.filter((part) => part.kind === "leaf" && part.system.behavior.chosen.length > 0);
    return leaves.length === 0 ? undefined : new ChosenEvents(leaves as LeafContext[], options);
  }

  /** Forgets the last run. */
  reset(): void {
    this.#toAsk.clear();
    this.#events.forEach((_, index) => {
      this.times.set(index, undefined);
      this.#processes[index]?.reset();
    });
  }

  /** Begins an initialized run: processes are due at once. */
  begin(): void {
    for (const { trigger } of this.#triggers) trigger.begin();
    this.#events.forEach(({ kind }, index) => {
      if (kind === "process") this.times.set(index, this.#present());
      else if (kind === "aperiodic") this.#ask(index);
    });
  }

  /** The events to ask for their times after these leaves have acted. */
  askedOf(parts: Iterable<PartContext>): readonly number[] {
    return [...new Set(parts)].flatMap((part) => this.#asked.get(part) ?? []);
  }

  /** Asks these events for their next times. */
  ask(events: readonly number[]): void {
    for (const index of events) this.#ask(index);
  }

  /** Has a leaf's events asked for their times before anything else happens. */
  askLater(part: PartContext): void {
    for (const index of this.#asked.get(part) ?? []) this.#toAsk.add(index);
  }

  /** Takes the events that are due at the current instant. */
  take(): number[] {
    this.#askWaiting();
    const due = this.times.takeUntil(this.#present());
    for (const { index, trigger } of this.#triggers) if (trigger.fires()) due.push(index);
    return due.sort((one, other) => one - other);
  }

  /** The path of an event's system. */
  pathOf(index: number): string {
    return this.actions[index]?.part.path ?? "";
  }

  /**
   * What a snapshot stores, by path.
   *
   * @throws {RunningProcessError} if a process is in a wait.
   */
  save(): Record<string, SavedChosen[]> {
    this.#askWaiting();
    const saved: Record<string, SavedChosen[]> = {};
    const seen = new Map(this.#triggers.map(({ index, trigger }) => [index, trigger]));
    for (const { index, part } of this.actions) {
      const process = this.#processes[index];
      if (process?.isRunning) throw new RunningProcessError(part.path, this.#values.t);
      const time = this.times.timeOf(index);
      (saved[part.path] ??= []).push({
        time: time === undefined ? null : [String(time.num), String(time.den)],
        value: process?.save() ?? seen.get(index)?.save() ?? null,
      });
    }
    return saved;
  }

  /**
   * Reads the part of a snapshot, and returns a function that restores it.
   *
   * @throws {TypeError} if the snapshot lacks one of these events.
   */
  read(saved: Readonly<Record<string, readonly SavedChosen[]>> | undefined): () => void {
    const seen = new Map(this.#triggers.map(({ index, trigger }) => [index, trigger]));
    const places = new Map<string, number>();
    const loads = this.actions.map(({ index, part: { path } }) => {
      const place = places.get(path) ?? 0;
      places.set(path, place + 1);
      const own = saved !== undefined && Object.hasOwn(saved, path) ? saved[path]?.[place] : undefined;
      const time = timeFrom(own?.time);
      if (own === undefined || time === undefined) {
        throw new TypeError(`Cannot restore ${path}: the snapshot has no time of its event ${place}, one is wanted`);
      }
      const load = (this.#processes[index] ?? seen.get(index))?.read(own.value);
      return () => {
        this.times.set(index, time === null ? undefined : time);
        load?.();
      };
    });
    return () => {
      this.#toAsk.clear();
      for (const load of loads) load();
    };
  }

  #askWaiting(): void {
    for (const index of this.#toAsk) this.#ask(index);
    this.#toAsk.clear();
  }

  #ask(index: number): void {
    const event = this.#events[index];
    if (event?.kind !== "aperiodic") return;
    const before = this.#values.lent;
    const seconds: unknown = event.nextTime(this.#nows[index] as ChoosingNow<Ports>);
    if (this.#values.lent > before) this.#values.takeBack(before, () => `nextTime of ${this.pathOf(index)}`);
    const refuse = (is: string, wanted: string): never =>
      this.#refuse(index, `names ${is} for its next event, ${wanted}`);
    if (typeof seconds !== "number") return refuse(describe(seconds), "a number of seconds is wanted");
    if (seconds === Infinity) return this.times.set(index, undefined);
    if (!Number.isFinite(seconds)) return refuse(String(seconds), "a time from now on or Infinity is wanted");
    const [t, present] = [this.#values.t, this.#present()];
    // The t of an instant may differ from its exact time by rounding: as for a boundary, equal doubles are one instant.
    const time = seconds === t ? present : this.#exact(seconds);
    const isPast = compare(time, present) < 0;
    if (isPast && seconds < t) refuse(`${shownTime(seconds)} s`, "a time from now on or Infinity is wanted");
    this.times.set(index, isPast ? present : time);
  }

  /** The handler of a process: runs it up to its next wait, whose end is the time of the next segment. */
  #segmentOf(index: number): (now: never) => Outcome {
    return (now) => {
      const { waits, seconds, status } = (this.#processes[index] as WaitingProcess).go(now);
      this.times.set(index, waits ? this.#after(index, seconds) : undefined);
      return status;
    };
  }

  #after(index: number, seconds: unknown): Rational {
    if (typeof seconds !== "number" || !(Number.isFinite(seconds) && seconds >= 0)) {
      const is = typeof seconds === "number" ? `${seconds} s` : describe(seconds);
      this.#refuse(index, `waits for ${is}, a finite number of seconds from 0 up is wanted`);
    }
    const present = this.#present();
    const whole = sum(present, this.#exact(seconds));
    const time = whole.den <= MOST_DENOMINATOR ? whole : reduced(whole);
    if (time.den <= MOST_DENOMINATOR) return time;
    const rounded = exact(snapped(nearest(time)));
    return compare(rounded, present) < 0 ? present : rounded;
  }

  #exact(seconds: number): Rational {
    const known = this.#known.get(seconds);
    if (known !== undefined) return known;
    const time = exact(snapped(seconds));
    if (this.#known.size < MOST_KNOWN) this.#known.set(seconds, time);
    return time;
  }

  #refuse(index: number, problem: string): never {
    throw new EventTimeError(this.pathOf(index), this.#values.t, problem);
  }
}

/** What `nextTime` sees. */
function choosingNow({ now: { state, parameter } }: LeafContext, values: Values): ChoosingNow<Ports> {
  return {
    get t() {
      return values.t;
    },
    state,
    parameter,
  };
}

function describe(value: unknown): string {
  return value === null ? "null" : typeof value;
}

/** A time read from a snapshot; null if it has none, undefined if it is malformed. */
function timeFrom(saved: SavedChosen["time"] | undefined): Rational | null | undefined {
  if (saved === null || saved === undefined) return saved;
  const [num, den] = Array.isArray(saved) ? saved : ["", ""];
  return /^-?\d+$/.test(num) && /^[1-9]\d*$/.test(den) ? { num: BigInt(num), den: BigInt(den) } : undefined;
}
