import { assert, assertEquals, assertNotEquals } from "@std/assert";
import fc from "fast-check";
import { Host } from "../../lib/host/mod.ts";
import { producerConsumerLock } from "../../lib/programs/mod.ts";
import { runs } from "../contracts/soak.ts";
import { checkEverywhere, randomRun } from "./schedules.ts";

Deno.test("producer-consumer-lock: what is produced is consumed in order, in every mode", async () => {
  await using host = new Host();
  await checkEverywhere(host, producerConsumerLock);
});

Deno.test("producer-consumer-lock: the two strictly take turns at one slot, under random schedules", () => {
  fc.assert(
    fc.property(fc.nat(12), fc.nat(), fc.nat(), (messages, seed, schedule) => {
      const end = randomRun(producerConsumerLock, schedule, { seed, parameters: { messages } });
      assert(end.kind === "outcome");
      const { consumed, left } = end.outcome as { consumed: number[]; left: number };
      assertEquals([consumed.length, left], [messages, 0]);
    }),
    { numRuns: runs(200) },
  );
});

Deno.test("producer-consumer-lock: the seed decides the messages, 10 from 1 to 100", async () => {
  await using host = new Host();
  const run = async (seed: number) => (await host.run(producerConsumerLock, { mode: "direct", seed })).outcome;
  const { consumed } = await run(5) as { consumed: number[] };
  assertEquals(consumed.length, 10);
  assert(consumed.every((message) => Number.isInteger(message) && message >= 1 && message <= 100), `${consumed}`);
  assertEquals(await run(5), { consumed, left: 0 });
  assertNotEquals(await run(6), { consumed, left: 0 });
});
