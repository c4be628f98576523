import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { Host } from "../../lib/host/mod.ts";
import { counter } from "../../lib/programs/counter.ts";
import { LaneHosts } from "../../lib/testing/lane_hosts.ts";

const run = (host: Host) =>
  host.run(counter, { mode: "direct", variant: "atomic", parameters: { tasks: 1, times: 1 } });

Deno.test("LaneHosts has a host for each lane, and closes what it made", async () => {
  const hosts = new LaneHosts("Cannot check", { workers: 3 });
  const all = [hosts.fresh, ...[0, 1, 2].map((lane) => hosts.warm(lane))];
  assertEquals(new Set(all).size, 4);
  assertThrows(() => hosts.warm(3), RangeError, "the lane is 3");
  await hosts[Symbol.asyncDispose]();
  for (const host of all) await assertRejects(() => run(host));
});

Deno.test("LaneHosts leaves a host open that it was handed, which serves one lane alone", async () => {
  await using host = new Host();
  const hosts = new LaneHosts("Cannot check", { host });
  assertEquals(hosts.warm(0), host);
  await hosts[Symbol.asyncDispose]();
  assertEquals((await run(host)).outcome, 1);
  assertThrows(() => new LaneHosts("Cannot check", { host, workers: 2 }), TypeError, "Cannot check: 2 workers");
});
