import { assert, assertEquals } from "@std/assert";
import { Host, MODE_NAMES } from "../../lib/host/mod.ts";
import { channelStates } from "../../lib/programs/mod.ts";
import { outcomesOf, wellOf } from "./explored.ts";
import { checkEverywhere, randomEnds, SHORT } from "./schedules.ts";

Deno.test("channel-states: what a channel does in each state is equal in every mode", async () => {
  await using host = new Host();
  await checkEverywhere(host, channelStates, { patience: SHORT });
});

Deno.test("channel-states: takes park or drain, puts park or fail, and a fetch leaves the value", async () => {
  await using host = new Host();
  for (const mode of MODE_NAMES) {
    const { states, met } = (await host.run(channelStates, { mode })).outcome as { states: string[]; met: string };
    const wanted = [
      "empty: take parks",
      "full: put parks",
      "full: fetch gives a",
      "full: take gives a",
      "closed: put fails",
      "closed: take gives b",
      "drained: take fails",
    ];
    assertEquals(states.filter((state) => wanted.includes(state)), wanted, mode);
    assertEquals(met, "hello", mode);
  }
});

Deno.test("channel-states: all interleavings come to the same", () => {
  const well = wellOf(channelStates);
  assertEquals([well.verdict, outcomesOf(well)], ["proved", randomEnds(channelStates, 100)]);
  assert(well.outcomes.length === 1);
});
