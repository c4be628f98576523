import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { Host, MODE_NAMES } from "../../lib/host/mod.ts";
import { lightMl } from "../../lib/programs/mod.ts";
import type { Span } from "../../lib/simulator/mod.ts";
import { runs } from "../contracts/soak.ts";
import { outcomesOf, wellOf } from "./explored.ts";
import { checkEverywhere, randomRun, SHORT } from "./schedules.ts";

interface Outcome {
  readonly saves: readonly number[];
  readonly inWindow: number;
  readonly mostUpdates: number;
}

Deno.test("light-ml: every location is saved exactly once in every mode, in both scenes", async () => {
  const few = { locations: fc.integer({ min: 1, max: 3 }), workers: fc.integer({ min: 1, max: 2 }) };
  await using host = new Host();
  await checkEverywhere(host, lightMl, { ...few, update: SHORT, save: SHORT, spawn: SHORT });
  for (const mode of MODE_NAMES) {
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
    "main results.take",
    // Four jobs: each send parks until its worker takes.
    "createJobs jobs.put",
    "worker0 updates",
    "worker1 starts",
    "worker2 starts",
    "worker3 starts",
    "createJobs jobs.put",
    "worker1 updates",
    "createJobs jobs.put",
    "worker2 updates",
    "createJobs jobs.put",
    "worker3 updates",
    // The fifth job is in the channel, and nobody can take it.
    "createJobs jobs.put",
    // A worker has sent its result and takes the pending job.
    "worker0 updates",
    // Main has taken the result, spawned a save, and waits for the next one.
    "main results.take",
    // The sixth job is in the channel.
    "createJobs jobs.put",
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
  const spawns = blocked.filter(({ name }) => name === "results.take");
  assert((save?.started ?? 0) > (spawns[1]?.started ?? Infinity), "main goes on before the save does");
});

Deno.test("light-ml: who runs and who is blocked in each scene of the notes", async () => {
  await using host = new Host();
  const spans: Span[] = [];
  await host.run(lightMl, { mode: "direct", observe: (span) => void spans.push(span) });
  const lanes = ["main", "createJobs", "worker0", "worker1", "worker2", "worker3", "save0"];
  const said: Readonly<Record<string, string>> = {
    "running": "runs",
    "results.take": "takes",
    "jobs.put": "puts",
    "spawned.take": "-",
  };
  const at = (time: number) => {
    const told = lanes.map((lane) => {
      const span = spans.find((span) => span.lane === lane && span.started <= time && time < span.finished);
      if (span?.name !== "sleep") return said[span?.name ?? ""] ?? span?.name;
      if (lane === "save0") return "saves";
      // Workers start one after the other.
      return span.finished - span.started < 10 ? "-" : "updates";
    });
    return told.join(" ");
  };
  // The k-th time from 0 on that a lane begins to do something for at least as long.
  const begin = (lane: string, name: string, { k = 0, least = 0 } = {}) => {
    const found = spans.filter((span) => {
      return span.lane === lane && span.name === name && span.finished - span.started >= least;
    });
    return found.toSorted((one, other) => one.started - other.started)[k]?.started ?? NaN;
  };

  // Scene 0: main waits for results; each worker takes a job, and the put of that job ends just after.
  for (let job = 0; job < 4; job++) {
    const workers = [0, 1, 2, 3].map((worker) => worker <= job ? "updates" : "-").join(" ");
    const taken = begin(`worker${job}`, "sleep", { least: 10 });
    // The first job is taken while others have not begun yet.
    if (job > 0) assertEquals(at(taken), `takes puts ${workers} -`, `job ${job} is taken`);
    assertEquals(at(begin("createJobs", "jobs.put", { k: job + 1 })), `takes puts ${workers} -`, `job ${job + 1}`);
  }
  // Scene 1: the fifth job is in the channel, and everybody waits, until a worker has finished.
  const filled = begin("createJobs", "jobs.put", { k: 4 });
  const finished = begin("worker0", "sleep", { least: 10 }) + 50;
  for (const time of [filled, (filled + finished) / 2, finished - 0.1]) {
    assertEquals(at(time), "takes puts updates updates updates updates -", `at ${time}`);
  }
  // Scene 2: it gives its result to main, which waits for that: the put does not park.
  const freed = begin("worker0", "running", { k: 1 });
  assertEquals(at(freed), "takes puts runs updates updates updates -");
  assertEquals(spans.filter(({ name }) => name === "results.put"), []);
  // Scene 3: it takes the job that is pending, while main takes the result.
  assertEquals(at(begin("worker0", "sleep", { k: 1, least: 10 })), "takes puts updates updates updates updates -");
  assertEquals(at(begin("main", "running", { k: 1 })), "runs puts updates updates updates updates -");
  // Scene 4: main spawns a save and waits again; createJobs puts the next job.
  assertEquals(at(begin("createJobs", "running", { k: 5 })), "takes runs updates updates updates updates -");
  assertEquals(at(begin("save0", "sleep")), "takes puts updates updates updates updates saves");
  const turns = [
    freed,
    begin("worker0", "sleep", { k: 1, least: 10 }),
    begin("main", "running", { k: 1 }),
    begin("main", "results.take", { k: 1 }),
    begin("createJobs", "jobs.put", { k: 5 }),
    begin("save0", "sleep"),
  ];
  assertEquals(turns, turns.toSorted((one, other) => one - other));
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
  // A save comes in the window where time passes only while somebody waits; a real one may be late.
  for (const [clock, inWindow] of [["ordered", [1]], ["free", [0, 1]]] as const) {
    const one = wellOf(lightMl, { parameters: { locations: 1, workers: 2, spawn: 0 }, strategy: "dpor", clock });
    const wanted = inWindow.map((count) => `{"inWindow":${count},"mostUpdates":1,"saves":[1]}`);
    assertEquals([one.verdict, outcomesOf(one)], ["proved", wanted]);
  }
  const two = wellOf(lightMl, { parameters: { locations: 2, workers: 2 }, budget: runs(1000), clock: "ordered" });
  assertEquals([two.verdict, outcomesOf(two)], [
    "not-exhausted",
    [1, 2].map((most) => `{"inWindow":2,"mostUpdates":${most},"saves":[1,1]}`),
  ]);
  assertEquals(wellOf(lightMl, { variant: "sequential" }).verdict, "proved");
});
