import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { Host, MODE_NAMES } from "../../lib/host/mod.ts";
import { remoteJobs } from "../../lib/programs/mod.ts";
import type { Span } from "../../lib/simulator/mod.ts";
import { within } from "../contracts/deadline.ts";
import { runs } from "../contracts/soak.ts";

Deno.test("remote-jobs: 12 jobs come back once each with where they ran, in every mode", async () => {
  await using host = new Host();
  for (const mode of MODE_NAMES) {
    const spans: Span[] = [];
    const run = host.run(remoteJobs, { mode, observe: (span) => void spans.push(span) });
    const { ok, outcome, tables } = await within(20, run);
    assert(ok, mode);
    const ids = Array.from({ length: 12 }, (_, index) => index + 1);
    assertEquals<unknown>(outcome, {
      ids,
      hasPlace: true,
      fetched: ["put once", "put once", "put once"],
      putAgain: "StateError",
      where: "worker3",
      error: {
        name: "RangeError",
        message: "Cannot do job 13: there is no such job, one that was put is wanted",
        farStack: true,
      },
    }, mode);
    const rows = tables[0]?.rows ?? [];
    assertEquals(rows.map(([worker]) => worker), ["worker0", "worker1", "worker2", "worker3"]);
    const done = rows.flatMap(([, jobs]) => String(jobs).split(" ").filter((id) => id !== "").map(Number));
    assertEquals(done.toSorted((one, other) => one - other), ids);
    assertEquals(spans.length, 12);
  }
});

Deno.test("remote-jobs: any number of jobs and workers come out as declared, in both variants", async () => {
  await using host = new Host();
  await fc.assert(
    fc.asyncProperty(
      fc.record({
        jobs: fc.integer({ min: 1, max: 30 }),
        workers: fc.integer({ min: 1, max: 6 }),
        retries: fc.nat(3),
        work: fc.constantFrom(0, 0.001),
      }),
      fc.constantFrom("channels", "pmap"),
      async (parameters, variant) => {
        const run = host.run(remoteJobs, { mode: "direct", variant, parameters });
        const { ok, outcome } = await within(20, run);
        assert(ok, JSON.stringify(outcome));
      },
    ),
    { numRuns: runs(30) },
  );
});

Deno.test("remote-jobs: pmap tries failed inputs again, and gives the others to onError, in every mode", async () => {
  await using host = new Host();
  const of = async (mode: (typeof MODE_NAMES)[number], retries: number) => {
    const run = host.run(remoteJobs, { mode, variant: "pmap", parameters: { jobs: 6, workers: 2, retries } });
    return (await within(20, run)).outcome;
  };
  for (const mode of MODE_NAMES) {
    assertEquals<unknown>(await of(mode, 0), { values: [1, 4, -3, 16, -5, -6], tries: [1, 1, 1, 1, 1, 1] }, mode);
    assertEquals<unknown>(await of(mode, 2), { values: [1, 4, 9, 16, -5, 36], tries: [1, 1, 2, 1, 3, 2] }, mode);
  }
});

Deno.test("remote-jobs ends when its time is over", async () => {
  await using host = new Host();
  for (const mode of MODE_NAMES) {
    const { outcome } = await within(20, host.run(remoteJobs, { mode, parameters: { work: 0.3 }, timeout: 0.05 }));
    const { failed } = outcome as { failed: { error: string }[] };
    assertEquals(failed.map(({ error }) => error), ["GuestTimeoutError"], mode);
  }
});
