import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { Host, MODE_NAMES } from "../../lib/host/mod.ts";
import { channelProducer } from "../../lib/programs/mod.ts";
import { wellOf } from "./explored.ts";
import { checkEverywhere, randomEnds } from "./schedules.ts";

Deno.test("channel-producer: the channel ends as its producer does, in every mode", async () => {
  await using host = new Host();
  await checkEverywhere(host, channelProducer, { capacity: fc.nat(10) });
  for (const mode of MODE_NAMES) {
    assertEquals((await host.run(channelProducer, { mode })).outcome, ["start", 2, 4, 6, 8, "stop"], mode);
  }
});

Deno.test("channel-producer: where the producer fails, the consumer hears why, after all that was put", async () => {
  await using host = new Host();
  for (const mode of MODE_NAMES) {
    const { errors: [, consumer] } = await host.run(channelProducer, { mode, variant: "failing" });
    assertEquals(consumer?.message, "after start,2,4: ChannelClosedError", mode);
    const reason = consumer?.cause as Error | undefined;
    assertEquals(
      reason?.message,
      "Cannot go on with words: it is bound to producer, which failed: Error: out of ink",
      mode,
    );
  }
});

Deno.test("channel-producer: all interleavings of either variant come to the same, whatever the channel takes", () => {
  for (const variant of ["plain", "failing"]) {
    for (const capacity of [0, 2]) {
      const well = wellOf(channelProducer, { variant, parameters: { capacity }, budget: 20_000, strategy: "dpor" });
      assertEquals([variant, capacity, well.verdict, well.outcomes.length], [variant, capacity, "proved", 1]);
    }
  }
  assertEquals(randomEnds(channelProducer, 100), [`["start",2,4,6,8,"stop"]`]);
});
