/**
 * Measures how the cost of exploring grows: with the number of schedules, with their length, and with waiting loops.
 */

import type { AnyProgram, ExploreOptions, SharedCell, Steps } from "../../mod.ts";
import { cell, defineProgram, explore, pause } from "../../mod.ts";
import { compare, type Measure, type Table, took } from "./statistics.ts";

interface Cells {
  readonly guard: SharedCell<"i32">;
  readonly count: SharedCell<"i32">;
}

type Task = (cells: Cells) => Steps<unknown>;

/** A program of such tasks, new each time, with one expected count or any. */
function program(name: string, tasks: readonly Task[], counts?: number): AnyProgram {
  return defineProgram({
    name,
    claim: "All is counted.",
    shared: () => ({ guard: cell(), count: cell() }),
    tasks: (_settings) => tasks.map((run, task) => ({ name: `task ${task}`, run })),
    outcome: ({ count }) => count.load(),
    expected: () => counts === undefined ? () => true : [counts],
  });
}

function counts(times: number): Task {
  return function* ({ count }) {
    for (let time = 0; time < times; time++) yield* count.store((yield* count.load()) + 1);
  };
}

/** Reads a flag that many times, which another task sets at the end; nothing waits for it. */
function looks(times: number): Task {
  return function* ({ guard, count }) {
    for (let time = 0; time < times; time++) {
      if ((yield* guard.load()) === 1) break;
      yield* count.store(time);
    }
  };
}

/** Microseconds with DPOR per schedule, or per operation of one. */
function each(program: AnyProgram, budget: number, length = 1): Measure {
  return () => {
    const started = performance.now();
    const { schedules } = explore(program, { strategy: "dpor", budget, keepGoing: true, shrink: false, checks: false });
    if (schedules !== budget) throw new Error(`${schedules} schedules, ${budget} are wanted`);
    return Promise.resolve(1000 * (performance.now() - started) / (schedules * length));
  };
}

/** The cost of a schedule of a program with many; the ratios are 1 if it does not depend on how many came before. */
export async function dporByNumber({ rounds }: { rounds: number }): Promise<Table> {
  const many = program("many", [counts(3), counts(3), counts(3)]);
  const rows = [1000, 4000, 16_000].map((budget) => [`of ${budget}`, each(many, budget)] as const);
  return {
    title: "A schedule by DPOR, by their number",
    unit: "us",
    figures: await compare(Object.fromEntries(rows), { rounds }),
  };
}

/** The cost for long schedules of a polled flag; the ratios are 1 if the cost is linear in the length. */
export async function dporByLength({ rounds }: { rounds: number }): Promise<Table> {
  const set: Task = ({ guard }) => guard.store(1);
  const rows = [200, 400, 800].map((times) => {
    return [`${times} looks`, each(program("polled", [looks(times), set]), times, times)] as const;
  });
  return {
    title: "An operation of a schedule by DPOR, by its length",
    unit: "us",
    figures: await compare(Object.fromEntries(rows), { rounds }),
  };
}

function locked(take: (guard: SharedCell<"i32">) => Steps<boolean>): Task {
  return function* ({ guard, count }) {
    while (!(yield* take(guard)));
    yield* count.store((yield* count.load()) + 1);
    yield* guard.store(0);
  };
}

function* exchanged(guard: SharedCell<"i32">): Steps<boolean> {
  return (yield* guard.exchange(1)) === 0;
}

function* lookedAndStored(guard: SharedCell<"i32">): Steps<boolean> {
  if ((yield* guard.load()) === 1) return false;
  yield* guard.store(1);
  return true;
}

/** Milliseconds until a bug is found, or its absence proved. */
export async function waitingLoops({ rounds }: { rounds: number }): Promise<Table> {
  const until = (verdict: string, tasks: readonly Task[], count: number, options: ExploreOptions = {}) => () =>
    took(() => {
      const result = explore(program("loop", tasks, count), options);
      if (result.verdict !== verdict) throw new Error(`${result.verdict}, ${verdict} is wanted`);
    });
  const polls: Task = function* ({ guard }) {
    while ((yield* guard.load()) === 0) yield* pause(0.01);
  };
  const set: Task = function* ({ guard, count }) {
    yield* count.store(1);
    yield* guard.store(1);
  };
  const figures = await compare({
    "a wrong spin lock, found": until("bug", [locked(lookedAndStored), locked(lookedAndStored)], 2),
    "a right one, proved": until("proved", [locked(exchanged), locked(exchanged)], 2),
    "a flag that is polled, proved": until("proved", [polls, set], 1),
  }, { rounds });
  return { title: "Loops that wait", unit: "ms", figures };
}
