import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { Host, MODE_NAMES } from "../../lib/host/mod.ts";
import { fibChannel } from "../../lib/programs/mod.ts";
import { runs } from "../contracts/soak.ts";
import { outcomesOf, wellOf } from "./explored.ts";
import { checkEverywhere, randomRun } from "./schedules.ts";

interface Outcome {
  readonly fibs: readonly number[];
  readonly sum: number;
  readonly took: readonly number[];
}

const capacity = fc.constantFrom(0, 1, 3, 50);

Deno.test("fib-channel: all jobs are done once in every mode", async () => {
  await using host = new Host();
  await checkEverywhere(host, fibChannel, { n: fc.integer({ min: 1, max: 15 }), capacity });
});

Deno.test("fib-channel: fib(1) to fib(25) in every mode, and their sum is fib(27) - 1", async () => {
  await using host = new Host();
  for (const mode of MODE_NAMES) {
    const { fibs, sum, took } = (await host.run(fibChannel, { mode })).outcome as Outcome;
    assertEquals([fibs.length, fibs.at(-1), sum], [25, 75_025, 196_417], mode);
    assertEquals(took.reduce((all, jobs) => all + jobs), 25, mode);
  }
});

Deno.test("fib-channel: in direct mode one worker takes all from a big buffer; by rendezvous they spread", async () => {
  await using host = new Host();
  const tookOf = async (capacity: number) => {
    return ((await host.run(fibChannel, { mode: "direct", parameters: { capacity } })).outcome as Outcome).took;
  };
  assertEquals(await tookOf(50), [25, 0, 0, 0]);
  const spread = await tookOf(0);
  assert(spread.every((jobs) => jobs >= 4), `${spread}`);
});

Deno.test("fib-channel: all jobs are done once under random schedules", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 10 }),
      fc.integer({ min: 1, max: 4 }),
      capacity,
      fc.nat(),
      (n, workers, capacity, schedule) => {
        const end = randomRun(fibChannel, schedule, { parameters: { n, workers, capacity } });
        assert(end.kind === "outcome");
        const { fibs, took } = end.outcome as Outcome;
        const wanted = [0, 1];
        while (wanted.length <= n) wanted.push((wanted.at(-1) ?? 0) + (wanted.at(-2) ?? 0));
        assertEquals(fibs, wanted.slice(1));
        assertEquals(took.reduce((all, jobs) => all + jobs), n);
      },
    ),
    { numRuns: runs(150) },
  );
});

Deno.test("fib-channel: all interleavings of two jobs and two workers: any worker takes any job", () => {
  const well = wellOf(fibChannel, { parameters: { n: 2, workers: 2 }, strategy: "dpor", budget: 20_000 });
  assertEquals(well.verdict, "proved");
  assertEquals(outcomesOf(well), ["[0,2]", "[1,1]", "[2,0]"].map((took) => `{"fibs":[1,1],"sum":2,"took":${took}}`));
});
