import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { Host, MODE_NAMES } from "../../lib/host/mod.ts";
import { channelLeak } from "../../lib/programs/mod.ts";
import { bugOf, outcomesOf } from "./explored.ts";
import { checkEverywhere, randomEnds } from "./schedules.ts";

const message = `Cannot go on: ${[0, 1, 2, 3].map((n) => `task worker${n} waits for jobs (next)`).join("; ")}`;

Deno.test("channel-leak: the workers that are left are reported in every mode, on every schedule", async () => {
  await using host = new Host();
  await checkEverywhere(host, channelLeak, { capacity: fc.constantFrom(0, 1, 50) });
});

Deno.test("channel-leak: 4 tasks wait for jobs, nobody else is left, and main has its results", async () => {
  await using host = new Host();
  for (const mode of MODE_NAMES) {
    const { outcome } = await host.run(channelLeak, { mode });
    const failed = [0, 1, 2, 3].map((n) => ({ task: `worker${n}`, error: "DeadlockError", message }));
    assertEquals(outcome, { failed }, mode);
  }
});

Deno.test("channel-leak: exploring names all who wait, on every schedule", () => {
  const bug = bugOf(channelLeak);
  assertEquals([bug.kind, bug.message, bug.preemptions], ["deadlock", message, 0]);
  const all = bugOf(channelLeak, {
    parameters: { n: 1, workers: 2 },
    strategy: "dpor",
    keepGoing: true,
    budget: 20_000,
  });
  assert(all.exhausted);
  assertEquals(outcomesOf(all).length, 1);
  const ends = randomEnds(channelLeak, 50).map((end) => end.replace("deadlock of ", "").split(",").toSorted());
  for (const end of ends) assertEquals(end, ["worker0", "worker1", "worker2", "worker3"]);
});
