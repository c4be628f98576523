import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { Host } from "../../lib/mode/mod.ts";
import { lightMl } from "../../lib/programs/mod.ts";
import type { Span } from "../../lib/simulator/mod.ts";
import { runs } from "../contracts/soak.ts";
import { outcomesOf, wellOf } from "./explored.ts";
import { checkEverywhere, MODES, randomRun, SHORT } from "./schedules.ts";

interface Outcome {
  readonly saves: readonly number[];
  readonly inWindow: number;
  readonly mostUpdates: number;
}

Deno.test("light-ml: every location is saved exactly once in every mode, in both scenes", async () => {
  const few = { locations: fc.integer({ min: 1, max: 3 }), workers: fc.integer({ min: 1, max: 2 }) };
  await checkEverywhere(lightMl, { ...few, update: SHORT, save: SHORT, spawn: SHORT }, { realRuns: 1 });
  await using host = new Host();
  for (const mode of MODES) {
    const { outcome, independent } = await host.run(lightMl, { mode });
    assertEquals(independent, { saves: [1, 1, 1, 1, 1, 1] }, mode);
    assert((outcome as Outcome).mostUpdates <= 4, mode);
  }
});

Deno.test("light-ml: concurrent workers save more models in the same window", async () => {
  await using host = new Host();
  const run = async (variant: string, parameters: Record<string, number>) => {
    return (await host.run(lightMl, { mode: "direct", variant, parameters })).outcome as Outcome;
  };
  const saves = Array.from({ length: 8 }, () => 1);
  // Alone, a model takes 70 ms; four workers need 50 ms for four models, and the saves do not hold them up.
  for (const [window, one, four] of [[0.06, 0, 0], [0.08, 1, 4], [0.15, 2, 8], [0.6, 8, 8]] as const) {
    const parameters = { window, locations: 8 };
    assertEquals(await run("sequential", parameters), { saves, inWindow: one, mostUpdates: 1 });
    assertEquals(await run("concurrent", parameters), { saves, inWindow: four, mostUpdates: 4 });
  }
});

Deno.test("light-ml: who is blocked on what, step by step, is the animation of the notes", async () => {
  await using host = new Host();
  const spans: Span[] = [];
  await host.run(lightMl, { mode: "direct", observe: (span) => void spans.push(span) });
  const blocked = spans.filter(({ name, lane }) => name !== "running" && !lane.startsWith("save"))
    .toSorted((one, other) => one.started - other.started);
  const steps = blocked.map(({ lane, name, started }) => {
    // A worker sleeps before its start and while it updates a model.
    return `${lane} ${name === "sleep" ? started < 0.1 && lane !== "worker0" ? "starts" : "updates" : name}`;
  });
  assertEquals(steps.slice(0, 17), [
    "main results.takeBytes",
    // Four jobs: each send parks until its worker takes.
    "createJobs jobs.putBytes",
    "worker0 updates",
    "worker1 starts",
    "worker2 starts",
    "worker3 starts",
    "createJobs jobs.putBytes",
    "worker1 updates",
    "createJobs jobs.putBytes",
    "worker2 updates",
    "createJobs jobs.putBytes",
    "worker3 updates",
    // The fifth job is in the channel, and nobody can take it.
    "createJobs jobs.putBytes",
    // A worker has sent its result and takes the pending job.
    "worker0 updates",
    // Main has taken the result, spawned a save, and waits for the next one.
    "main results.takeBytes",
    // The sixth job is in the channel.
    "createJobs jobs.putBytes",
    "worker1 updates",
  ]);
  // The send of the k-th job ends when worker k has taken it, before anybody else acts.
  const sends = blocked.filter(({ lane }) => lane === "createJobs");
  const updates = blocked.filter(({ name, lane, started }) =>
    name === "sleep" && (lane === "worker0" || started > 0.1)
  );
  sends.slice(0, 5).forEach(({ started, finished }, job) => {
    const taken = updates[job]?.started ?? NaN;
    assert(started < taken && taken < finished, `job ${job}: ${started}, ${taken}, ${finished}`);
  });
  const [save] = spans.filter(({ lane, name }) => lane === "save0" && name === "sleep");
  const spawns = blocked.filter(({ name }) => name === "results.takeBytes");
  assert((save?.started ?? 0) > (spawns[1]?.started ?? Infinity), "main goes on before the save does");
});

Deno.test("light-ml: every location is saved once, with at most as many updates as workers, under random schedules", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 5 }),
      fc.integer({ min: 1, max: 4 }),
      SHORT,
      SHORT,
      fc.nat(),
      (locations, workers, update, spawn, schedule) => {
        const end = randomRun(lightMl, schedule, { parameters: { locations, workers, update, spawn } });
        assert(end.kind === "outcome");
        const { saves, mostUpdates } = end.outcome as Outcome;
        assertEquals(saves, Array.from({ length: locations }, () => 1));
        assert(mostUpdates >= 1 && mostUpdates <= Math.min(workers, locations));
      },
    ),
    { numRuns: runs(100) },
  );
});

Deno.test("light-ml: all interleavings of one location hold; those of two are not exhausted", () => {
  const one = wellOf(lightMl, { parameters: { locations: 1, workers: 2, spawn: 0 }, strategy: "dpor" });
  assertEquals([one.verdict, outcomesOf(one)], ["proved", [`{"inWindow":1,"mostUpdates":1,"saves":[1]}`]]);
  const two = wellOf(lightMl, { parameters: { locations: 2, workers: 2 }, budget: runs(1000) });
  assertEquals([two.verdict, outcomesOf(two)], [
    "not-exhausted",
    [1, 2].map((most) => `{"inWindow":2,"mostUpdates":${most},"saves":[1,1]}`),
  ]);
  assertEquals(wellOf(lightMl, { variant: "sequential" }).verdict, "proved");
});
