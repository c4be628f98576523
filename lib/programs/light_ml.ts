/**
 * Updating and saving models within a time window: one after the other, or concurrently with rendezvous channels.
 *
 * - `sequential` (scene 1): update a model, save it, go on to the next location.
 * - `concurrent` (scene 2): `createJobs` sends locations to workers, each worker sends the updated model to main, and
 *   main spawns a save for each. A send parks until its value is taken, so no more models are in flight than there are
 *   workers.
 * - Every location is saved exactly once. `inWindow` counts the models saved in time, `mostUpdates` the most updates in
 *   flight at once.
 * - `--trace` draws which task runs, and what each blocked task waits for.
 */

import { channel } from "../mailbox/mod.ts";
import { now, type Steps } from "../memory/mod.ts";
import { type AnyProgram, defineProgram, ensure, pause, type ProgramTask } from "../program/mod.ts";
import { cell, cells, type Shared } from "../sync/mod.ts";

function things(locations: number) {
  return {
    jobs: channel<number>(),
    results: channel<number>(),
    // Main never waits for a save that it spawns.
    spawned: channel<number>({ capacity: locations, bytes: 64 * locations }),
    begun: cell({ cell: "f64" }),
    updates: cell(),
    mostUpdates: cell(),
    saves: cells({ length: locations }),
    inWindow: cell(),
  };
}

type Things = Shared<ReturnType<typeof things>>;
type Task = ProgramTask<ReturnType<typeof things>>;

/** How long things take, in seconds. */
interface Times {
  readonly update: number;
  readonly save: number;
  readonly window: number;
  readonly spawn: number;
}

/** The program `light-ml`. */
export const lightMl: AnyProgram = defineProgram({
  name: "light-ml",
  claim:
    "Concurrent workers save more models in a window, each exactly once, with as many in flight as there are workers.",
  module: import.meta.url,
  variants: ["concurrent", "sequential"],
  parameters: {
    locations: { default: 6, min: 1, max: 8, explored: 1, description: "how many models there are to update" },
    workers: { default: 4, min: 1, max: 8, explored: 2, description: "how many workers update models" },
    update: { default: 0.05, max: 10, fraction: true, description: "seconds that an update takes" },
    save: { default: 0.02, max: 10, fraction: true, description: "seconds that a save takes" },
    window: { default: 0.15, max: 3600, fraction: true, description: "the length of the time window, in seconds" },
    spawn: { default: 0.001, max: 10, fraction: true, description: "seconds from the start of one worker to the next" },
  },
  shared: ({ parameters }) => things(parameters.locations),
  *outcome({ saves, inWindow, mostUpdates }) {
    const counts: number[] = [];
    for (let location = 0; location < saves.length; location++) counts.push(yield* saves.at(location).load());
    return { saves: counts, inWindow: yield* inWindow.load(), mostUpdates: yield* mostUpdates.load() };
  },
  tasks({ variant, parameters }) {
    const { locations, workers } = parameters;
    if (variant === "sequential") return [sequential(locations, parameters)];
    return [
      main(locations),
      createJobs(locations),
      ...Array.from({ length: workers }, (_, index) => worker(index, parameters)),
      ...Array.from({ length: locations }, (_, index) => saver(index, parameters)),
    ];
  },
  independent: (outcome) => "failed" in outcome ? outcome : { saves: outcome.saves },
  expected: ({ variant, parameters: { locations, workers } }) => (outcome) => {
    if ("failed" in outcome) return false;
    const { saves, inWindow, mostUpdates } = outcome;
    return saves.length === locations && saves.every((count) => count === 1) && inWindow <= locations &&
      mostUpdates >= 1 && mostUpdates <= (variant === "sequential" ? 1 : workers);
  },
});

function sequential(locations: number, times: Times): Task {
  return {
    name: "main",
    *run(shared) {
      yield* shared.begun.store(yield* now());
      for (let location = 0; location < locations; location++) {
        yield* updateModel(shared, times);
        yield* saveModel(shared, { location, times });
      }
    },
  };
}

function main(locations: number): Task {
  return {
    name: "main",
    *run({ begun, results, spawned }) {
      yield* begun.store(yield* now());
      for (let count = 0; count < locations; count++) yield* spawned.put(yield* results.take());
    },
  };
}

function createJobs(locations: number): Task {
  return {
    name: "createJobs",
    *run({ jobs }) {
      for (let location = 0; location < locations; location++) yield* jobs.put(location);
      yield* jobs.close();
    },
  };
}

function worker(index: number, times: Times): Task {
  return {
    name: `worker${index}`,
    *run(shared) {
      if (index > 0) yield* pause(index * times.spawn);
      yield* shared.jobs.forEach(function* (location): Steps<void> {
        yield* updateModel(shared, times);
        yield* shared.results.put(location);
      });
    },
  };
}

/** A save waiting to be spawned: main sends it a model. */
function saver(index: number, times: Times): Task {
  return {
    name: `save${index}`,
    *run(shared) {
      yield* saveModel(shared, { location: yield* shared.spawned.take(), times });
    },
  };
}

function* updateModel({ updates, mostUpdates }: Things, { update }: Times): Steps<void> {
  const inFlight = (yield* updates.add(1)) + 1;
  // The maximum so far; another task may raise it meanwhile.
  let seen = yield* mostUpdates.load();
  while (seen < inFlight) seen = yield* mostUpdates.compareExchange(seen, inFlight);
  yield* pause(update);
  yield* updates.add(-1);
}

function* saveModel(
  { begun, saves, inWindow }: Things,
  { location, times: { save, window } }: { readonly location: number; readonly times: Times },
): Steps<void> {
  yield* pause(save);
  ensure((yield* saves.at(location).add(1)) === 0, "a model is saved once");
  if ((yield* now()) <= (yield* begun.load()) + window * 1000) yield* inWindow.add(1);
}
