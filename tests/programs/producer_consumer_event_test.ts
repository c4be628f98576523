import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { Host, MODE_NAMES } from "../../lib/host/mod.ts";
import { producerConsumerEvent } from "../../lib/programs/mod.ts";
import { bugOf, outcomesOf } from "./explored.ts";
import { checkEverywhere, SHORT } from "./schedules.ts";

const LOST = "Assertion failed: every message that is produced is consumed";

Deno.test("producer-consumer-event: outcomes are declared in every mode", async () => {
  const messages = fc.integer({ min: 1, max: 10 });
  await using host = new Host();
  await checkEverywhere(host, producerConsumerEvent, { messages, work: SHORT, pause: SHORT });
  for (const mode of MODE_NAMES) assert((await host.run(producerConsumerEvent, { mode })).ok, mode);
});

Deno.test("producer-consumer-event: exploring names the hang", () => {
  const { kind, message, minimal } = bugOf(producerConsumerEvent);
  assertEquals([kind, minimal], ["deadlock", true]);
  assertEquals(message, "Cannot go on: task consumer waits for full (acquire); task main waits for left (wait)");
});

Deno.test("producer-consumer-event: all interleavings of two messages: either side hangs, the last message is lost, or neither", () => {
  const all = bugOf(producerConsumerEvent, {
    parameters: { messages: 2 },
    strategy: "dpor",
    keepGoing: true,
    budget: 20_000,
  });
  assert(all.exhausted);
  const failure = (...tasks: string[]) => (error: string, message: string) => ({
    failed: tasks.map((task) => ({ error, message, task })),
  });
  const hang = (task: string, object: string) =>
    failure(task, "main")(
      "DeadlockError",
      `Cannot go on: task ${task} waits for ${object} (acquire); task main waits for left (wait)`,
    );
  const wanted = [
    hang("consumer", "full"),
    hang("producer", "free"),
    failure("main")("AssertionError", LOST),
    ...[0, 1, 2].map((count) => ({ consumed: count, produced: count })),
  ];
  assertEquals(outcomesOf(all), wanted.map((outcome) => JSON.stringify(outcome)).toSorted());
});
