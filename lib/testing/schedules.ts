/**
 * A fast-check arbitrary of schedules: random orders in which the tasks of a program act, along with random parameters.
 *
 * - A value is a run of the program in the model, with its outcome and the bug that it shows, if any.
 * - Most schedules are small: the default order with a few departures. They shrink toward fewer and earlier departures,
 *   and so toward fewer preemptions; the parameters shrink with them.
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

/** Options of {@linkcode schedules}. */
export interface SchedulesOptions {
  /** The fast-check module. */
  readonly fc: FastCheck;
  /** The program's variant; the first by default. */
  readonly variant?: string;
  /** Arbitraries for parameters, by name; by default within their ranges, and at most twice the default. */
  readonly parameters?: Readonly<Record<string, Arbitrary<unknown>>>;
  /** The seed of the program's random numbers; 0 by default. */
  readonly seed?: number;
  /** The most departures from the default order; 6 by default. */
  readonly departures?: number;
  /** Where tasks may switch; `operation` by default. */
  readonly granularity?: Granularity;
  /** The number of operations after which a run is cut; 10,000 by default. */
  readonly stepLimit?: number;
}

/**
 * A departure from the run that the turns before it make: at the point with that number, to the other action with that
 * number, both modulo their count. So a turn has a meaning in every run, however it and the parameters shrink.
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
 * Random schedules of a program, along with random parameters, as an arbitrary for `fc.property`.
 *
 * @throws {RangeError} if the program lacks the variant or a parameter.
 */
export function schedules(program: AnyProgram, options: SchedulesOptions): FastCheckArbitrary<ScheduledRun> {
  const { fc, variant, parameters: given = {}, seed, departures = DEPARTURES, granularity, stepLimit } = options;
  // Making the settings checks the names.
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
    turns: fc.array(turn, { minLength: 0, maxLength: departures }),
  }) as Arbitrary<unknown> as Arbitrary<Case>;
  const runs = made.map(({ parameters, turns }) => {
    const settings = settingsFor(parameters);
    return new ScheduledRun(program, settings, { search: () => searches.of(settings), turns });
  });
  // It is an arbitrary of fast-check's own.
  return runs as Arbitrary<unknown> as FastCheckArbitrary<ScheduledRun>;
}

/**
 * The property that a schedule shows no bug.
 *
 * @throws {Error} if it shows one; the message has the events row by row, and the schedule.
 */
export function holds(run: ScheduledRun): void {
  if (run.finding === undefined) return;
  throw new Error(`${run.program} has a bug (${run.finding.kind}): ${run.finding.message}
${run}`);
}

/** A run of a program in the model, under one schedule. It is performed when one of its results is first read. */
export class ScheduledRun {
  /** The variant, parameters and seed of the program. */
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

  /** The outcome; undefined if the run reached its step limit. */
  get outcome(): unknown {
    return this.#run.judged?.outcome;
  }

  /** The bug that the run shows, if any. */
  get finding(): Finding | undefined {
    return this.#run.judged?.finding;
  }

  /** The departures from the default order. */
  get departures(): readonly Departure[] {
    return this.#run.departures;
  }

  /** How often another task runs although the current task could continue. */
  get preemptions(): number {
    return this.#run.preemptions;
  }

  /** The schedule as text, which replays the run. */
  get schedule(): string {
    return this.#run.schedule;
  }

  /** The settings, the schedule, and the events, row by row. */
  toString(): string {
    const { variant, parameters } = this.settings;
    const trace = traceOf(this.#program, this.schedule, { ...this.settings });
    const lines = traceLines(trace).map(({ text }) => text);
    return [`${this.program} (${variant}) ${dataText(parameters)} ${this.schedule}`, ...lines].join("\n");
  }

  /** The text that fast-check shows for a counterexample. */
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

/** The default order except for some turns; counts the points at which there is a choice. */
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

/** The searches for recent settings, so that many runs share one model. */
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
