/**
 * Schedules as a fast-check arbitrary: orders in which the tasks of a program can act, jointly with its parameters.
 *
 * - A value is a run of the program in the model: it says its outcome, and the bug that it shows, if any.
 * - Most schedules are small: the default order but for a few places. They shrink towards fewer such departures, and
 *   earlier ones, and so towards fewer preemptions; the parameters shrink with them.
 * - fast-check's seed and path replay a counterexample, and so does its schedule ({@linkcode ScheduledRun.schedule}).
 *
 * @example
 * ```ts
 * import fc from "npm:fast-check@4.10.2";
 * import { defineProgram } from "../program/mod.ts";
 * import { cell, lock } from "../sync/mod.ts";
 * import { holds, schedules } from "./schedules.ts";
 *
 * const program = defineProgram({
 *   name: "kept",
 *   claim: "Under a lock no update is lost.",
 *   shared: () => ({ guard: lock(), count: cell() }),
 *   tasks: (_settings) => ["a", "b"].map((name) => ({
 *     name,
 *     *run({ guard, count }) {
 *       using _held = yield* guard.lock();
 *       yield* count.store((yield* count.load()) + 1);
 *     },
 *   })),
 *   outcome: ({ count }) => count.load(),
 *   expected: () => [2],
 * });
 * fc.assert(fc.property(schedules(program, { fc }), holds));
 * ```
 */

import {
  type Departure,
  type Finding,
  type Granularity,
  type Point,
  type Scheduler,
  Search,
  type Shown,
  traceLines,
  traceOf,
} from "../explorer/mod.ts";
import { type AnyProgram, dataText, type Settings, settingsOf } from "../program/mod.ts";
import type { Arbitrary, FastCheck, FastCheckArbitrary } from "./fast_check.ts";
import { parameterValue } from "./parameters.ts";

/** What schedules are made of. */
export interface SchedulesOptions {
  /** fast-check. */
  readonly fc: FastCheck;
  /** The variant; the first by default. */
  readonly variant?: string;
  /** The values of parameters; within their ranges, at most twice the default, where nothing is said. */
  readonly parameters?: Readonly<Record<string, Arbitrary<unknown>>>;
  /** Decides the chance of the program; 0 by default. */
  readonly seed?: number;
  /** How many departures from the default order at most; 6 by default. */
  readonly departures?: number;
  /** Where tasks may switch; `operation` by default. */
  readonly granularity?: Granularity;
  /** After how many operations a run is cut; 10,000 by default. */
  readonly stepLimit?: number;
}

/**
 * Where a schedule departs from the run with the turns before: at the open point of that number, counted around, to that
 * other action, counted around. So each turn means something in each run, however it and the parameters shrink.
 */
interface Turn {
  readonly point: number;
  readonly action: number;
}

interface Case {
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly turns: readonly Turn[];
}

const DEPARTURES = 6;
const FEWEST_POINTS = 8;

/**
 * Schedules of a program, jointly with its parameters; see the module.
 *
 * @throws {RangeError} where the variant or the parameters are none that the program has.
 */
export function schedules(program: AnyProgram, options: SchedulesOptions): FastCheckArbitrary<ScheduledRun> {
  const { fc, variant, parameters: given = {}, seed, departures = DEPARTURES, granularity, stepLimit } = options;
  // The names are checked by who makes the settings.
  const values = Object.fromEntries(
    Object.entries(program.parameters).map(([name, parameter]) => [name, given[name] ?? parameterValue(parameter, fc)]),
  );
  const searches = new Searches(program, { granularity, stepLimit });
  const settingsFor = (parameters: Readonly<Record<string, unknown>>) => {
    return settingsOf(program, { variant, seed, parameters });
  };
  const strange = Object.keys(given).find((name) => !Object.hasOwn(program.parameters, name));
  if (strange !== undefined) settingsFor({ [strange]: undefined });
  // A run with larger parameters has more points.
  const scout = new Turning([]);
  searches.of(settingsFor({})).execution.run(scout);
  const turn = fc.record({
    point: fc.integer({ min: 0, max: Math.max(FEWEST_POINTS, 2 * scout.points) }),
    action: fc.integer({ min: 0, max: program.tasks(settingsFor({})).length }),
  });
  const made = fc.record({
    parameters: fc.record({ ...values }),
    turns: fc.array(turn, { minLength: 0, maxLength: departures }) as Arbitrary<unknown>,
  }) as Arbitrary<unknown> as Arbitrary<Case>;
  const runs = made.map(({ parameters, turns }) => {
    const settings = settingsFor(parameters);
    return new ScheduledRun(program, settings, { search: () => searches.of(settings), turns });
  });
  // It is fast-check's own.
  return runs as Arbitrary<unknown> as FastCheckArbitrary<ScheduledRun>;
}

/**
 * The property that a schedule shows no bug.
 *
 * @throws {Error} where it shows one: with what happened, row by row, and the schedule.
 */
export function holds(run: ScheduledRun): void {
  if (run.finding === undefined) return;
  throw new Error(`Cannot hold ${run.program}: ${run.finding.kind}, ${run.finding.message}, no bug is wanted\n${run}`);
}

/** A run of a program in the model, under one schedule. It is performed when it is first asked about. */
export class ScheduledRun {
  /** How the program is set. */
  readonly settings: Settings;
  readonly #program: AnyProgram;
  readonly #search: () => Search;
  readonly #turns: readonly Turn[];
  #shown: (Shown & { readonly departures: readonly Departure[] }) | undefined;

  /** Made by {@linkcode schedules}. */
  constructor(program: AnyProgram, settings: Settings, { search, turns }: {
    search: () => Search;
    turns: readonly Turn[];
  }) {
    this.#program = program;
    this.settings = settings;
    this.#search = search;
    this.#turns = turns;
  }

  /** The program's name. */
  get program(): string {
    return this.#program.name;
  }

  /** What came out; undefined where the run came to its step limit. */
  get outcome(): unknown {
    return this.#run.judged?.outcome;
  }

  /** The bug that it shows, if any. */
  get finding(): Finding | undefined {
    return this.#run.judged?.finding;
  }

  /** Where it departs from the default order. */
  get departures(): readonly Departure[] {
    return this.#run.departures;
  }

  /** How often it takes the turn from a task that could go on. */
  get preemptions(): number {
    return this.#run.preemptions;
  }

  /** The schedule, as a text that replays it. */
  get schedule(): string {
    return this.#run.schedule;
  }

  /** The settings, the schedule, and what happens in it, row by row. */
  toString(): string {
    const { variant, parameters } = this.settings;
    const trace = traceOf(this.#program, this.schedule, { ...this.settings });
    const lines = traceLines(trace).map(({ text }) => text);
    return [`${this.program} (${variant}) ${dataText(parameters)} ${this.schedule}`, ...lines].join("\n");
  }

  /** What fast-check shows of a counterexample. */
  [Symbol.for("fast-check/toStringMethod")](): string {
    return this.toString();
  }

  get #run(): Shown & { readonly departures: readonly Departure[] } {
    if (this.#shown === undefined) {
      const search = this.#search();
      const { execution } = search;
      const turns: Turn[] = [];
      for (const { point, action } of this.#turns) {
        const before = new Turning(turns);
        execution.run(before);
        if (before.points > 0) turns.push({ point: point % before.points, action });
      }
      execution.run(new Turning(turns));
      const departures = search.departures();
      this.#shown = { ...search.show(departures, { afresh: false }), departures };
    }
    return this.#shown;
  }
}

/** The default order but for some turns; counts the points at which it is open who goes on. */
class Turning implements Scheduler {
  readonly watches = false;
  points = 0;
  readonly #actions: ReadonlyMap<number, number>;

  constructor(turns: readonly Turn[]) {
    this.#actions = new Map(turns.map(({ point, action }) => [point, action]));
  }

  begin(): boolean {
    return true;
  }

  pick({ actions }: Point): number {
    if (actions.length === 1) return 0;
    const action = this.#actions.get(this.points++);
    return action === undefined ? 0 : 1 + action % (actions.length - 1);
  }

  end(): void {}
}

/** The searches of the last settings, since a model is made once for many runs. */
class Searches {
  readonly #program: AnyProgram;
  readonly #options: { granularity: Granularity | undefined; stepLimit: number | undefined };
  readonly #known = new Map<string, Search>();

  constructor(program: AnyProgram, options: { granularity: Granularity | undefined; stepLimit: number | undefined }) {
    this.#program = program;
    this.#options = options;
  }

  of(settings: Settings): Search {
    const key = dataText(settings.parameters);
    let search = this.#known.get(key);
    if (search === undefined) {
      if (this.#known.size === MOST_SEARCHES) this.#known.clear();
      search = new Search(this.#program, settings, this.#options);
      this.#known.set(key, search);
    }
    return search;
  }
}

const MOST_SEARCHES = 16;
