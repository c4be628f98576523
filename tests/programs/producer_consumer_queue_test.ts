import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { Host, MODE_NAMES } from "../../lib/host/mod.ts";
import { producerConsumerQueue } from "../../lib/programs/mod.ts";
import { runs } from "../contracts/soak.ts";
import { checkEverywhere, randomEnds, randomRun, SHORT } from "./schedules.ts";

interface Outcome {
  readonly produced: number;
  readonly consumed: number;
  readonly lost: number;
}

const messages = fc.nat(25);
const maxsize = fc.integer({ min: 1, max: 12 });

Deno.test("producer-consumer-queue: outcomes are declared in every mode, and equal where the queue is closed", async () => {
  await using host = new Host();
  await checkEverywhere(host, producerConsumerQueue, { messages, maxsize, pause: SHORT });
});

Deno.test("producer-consumer-queue: a queue that is closed drains, under random schedules", () => {
  fc.assert(
    fc.property(messages, maxsize, SHORT, fc.nat(), (messages, maxsize, pause, schedule) => {
      const parameters = { messages, maxsize, pause };
      const end = randomRun(producerConsumerQueue, schedule, { variant: "close", parameters });
      assert(end.kind === "outcome");
      const { produced, consumed, lost } = end.outcome as Outcome;
      assertEquals([consumed, lost], [produced, 0]);
    }),
    { numRuns: runs(150) },
  );
});

Deno.test("producer-consumer-queue: an event can come too late for the consumer, or too early for a message", () => {
  const parameters = { messages: 3, maxsize: 2, pause: 0 };
  const ends = randomEnds(producerConsumerQueue, 1000, { parameters });
  assert(ends.includes("deadlock of consumer"), `${ends}`);
  assert(ends.some((end) => end.includes(`"lost":0`)), `${ends}`);
  assert(ends.some((end) => end.includes(`"lost":1`)), `${ends}`);
  // Nobody else hangs, and no more is lost.
  assert(ends.every((end) => end === "deadlock of consumer" || /"lost":[01],/.test(end)), `${ends}`);
});

Deno.test("producer-consumer-queue: the end may be a flag as well as a variant", async () => {
  await using host = new Host();
  const parameters = { pause: 0.01 };
  for (const mode of MODE_NAMES) {
    const byFlag = await host.run(producerConsumerQueue, { mode, parameters: { ...parameters, end: "close" } });
    const byVariant = await host.run(producerConsumerQueue, { mode, parameters, variant: "close" });
    assertEquals([byFlag.independent, byVariant.independent], [{ lost: 0 }, { lost: 0 }], mode);
  }
});
