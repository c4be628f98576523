/**
 * Measures what exploring costs: schedules per second by strategy, compared with fast-check's scheduler on the same
 * program.
 */

import fc from "fast-check";
import type { AnyProgram, ExploreOptions, Shared, Steps } from "../../mod.ts";
import { cell, defineProgram, ensure, explore, exploreSplit, Host, lock } from "../../mod.ts";
import { counter as counting } from "../../lib/programs/counter.ts";
import { compare, type Table, took } from "./statistics.ts";

const TASKS = 3;
const TIMES = 2;
/** All interleavings of three tasks that each load and store a counter twice. */
const SCHEDULES = 34_650;
const PEER_SCHEDULES = 5000;
const WARMUPS = 2;
/** The number of schedules of a split search. */
const SPLIT = 500_000;

const counter = (order: "atomic" | "plain") =>
  defineProgram({
    name: "counter",
    claim: "Updates can be lost.",
    shared: () => ({ count: cell({ order }) }),
    tasks: (_settings) =>
      Array.from({ length: TASKS }, (_, task) => ({
        name: `task ${task}`,
        *run({ count }) {
          for (let time = 0; time < TIMES; time++) yield* count.store((yield* count.load()) + 1);
        },
      })),
    outcome: ({ count }) => count.load(),
    expected: () => [2, 3, 4, 5, 6],
  });

/** Thousands of schedules per second. */
export async function schedules({ rounds }: { rounds: number }): Promise<Table> {
  const all = (program: AnyProgram, options: ExploreOptions) => () => {
    const started = performance.now();
    const result = explore(program, { budget: 100_000, keepGoing: true, shrink: false, ...options });
    const took = performance.now() - started;
    if (options.strategy === "depth-first" && result.schedules !== SCHEDULES) throw new Error("all are wanted");
    return Promise.resolve(result.schedules / took);
  };
  const atomic = counter("atomic");
  const figures = await compare({
    "fast-check, scheduler": peer,
    "depth-first, no checks": all(atomic, { strategy: "depth-first", checks: false }),
    "depth-first": all(atomic, { strategy: "depth-first" }),
    "depth-first, plain cells": all(counter("plain"), { strategy: "depth-first" }),
    "dpor": all(atomic, { strategy: "dpor" }),
  }, { rounds, warmups: WARMUPS });
  return { title: "Schedules of three tasks of four steps", unit: "thousand/s", figures };
}

/** The time of a search on several warm workers. */
export async function splitting({ rounds }: { rounds: number }): Promise<Table> {
  await using host = new Host();
  const options = {
    parameters: { tasks: 3, times: 3 },
    strategy: "depth-first",
    keepGoing: true,
    shrink: false,
  } as const;
  const split = (workers: number) => () =>
    took(async () => {
      const result = await exploreSplit(counting, { ...options, budget: SPLIT, workers, host });
      if (result.schedules !== SPLIT) throw new Error("as many schedules as the budget has are wanted");
    });
  const figures = await compare({
    "on one worker": split(1),
    "on two workers": split(2),
    "here": () => took(() => explore(counting, { ...options, budget: SPLIT })),
  }, { rounds, warmups: 1 });
  return { title: `${SPLIT / 1000} thousand schedules, depth-first`, unit: "ms", figures };
}

/** Milliseconds until a bug is found. */
export async function untilFound({ rounds }: { rounds: number }): Promise<Table> {
  const figures = await compare({
    "bluetooth, portfolio": () =>
      took(() => {
        if (explore(bluetooth()).verdict !== "bug") throw new Error("it has a bug");
      }),
  }, { rounds, warmups: WARMUPS });
  return { title: "Until the bug is found", unit: "ms", figures };
}

/** The same three tasks; fast-check's scheduler decides the order in which their awaits are released. */
async function peer(): Promise<number> {
  const started = performance.now();
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), async (scheduler) => {
      let count = 0;
      const load = scheduler.scheduleFunction(() => Promise.resolve(count));
      const store = scheduler.scheduleFunction((value: number) => Promise.resolve(void (count = value)));
      const task = async () => {
        for (let time = 0; time < TIMES; time++) await store((await load()) + 1);
      };
      const tasks = Array.from({ length: TASKS }, task);
      await scheduler.waitFor(Promise.all(tasks));
      if (count < 2 || count > TASKS * TIMES) throw new Error("the count is out of range");
    }),
    { numRuns: PEER_SCHEDULES },
  );
  return PEER_SCHEDULES / (performance.now() - started);
}

const things = () => ({ guard: lock(), pending: cell({ initial: 1 }), flag: cell(), event: cell(), stopped: cell() });

type Driver = Shared<ReturnType<typeof things>>;

function* change({ guard, pending }: Driver, by: number): Steps<number> {
  using _held = yield* guard.lock();
  const left = (yield* pending.load()) + by;
  yield* pending.store(left);
  return left;
}

function* leave(driver: Driver): Steps<void> {
  if ((yield* change(driver, -1)) === 0) yield* driver.event.store(1);
}

/** A driver that is stopped while work is added, a known example from the literature; a new program each time. */
function bluetooth(): AnyProgram {
  return defineProgram({
    name: "bluetooth",
    claim: "A stopped driver does no work.",
    specimens: ["plain"],
    shared: things,
    tasks: () => [
      {
        name: "stop",
        *run(driver) {
          yield* driver.flag.store(1);
          yield* leave(driver);
          if ((yield* driver.event.load()) === 1) yield* driver.stopped.store(1);
        },
      },
      {
        name: "add",
        *run(driver) {
          if ((yield* driver.flag.load()) === 0) {
            yield* change(driver, 1);
            ensure((yield* driver.stopped.load()) === 0, "the driver has not stopped");
          }
          yield* leave(driver);
        },
      },
    ],
    outcome: function* () {},
    expected: () => () => true,
  });
}
