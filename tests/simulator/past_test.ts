import { assertEquals, assertRejects } from "@std/assert";
import { defineSystem, scalar, Simulator } from "../../mod.ts";

const tick = defineSystem({
  name: "tick",
  state: { n: scalar(0) },
  outputs: { n: { type: scalar(), value: ({ state }) => state.n } },
  update: { period: 0.1, run: ({ state, next }) => void (next.n = state.n + 1) },
});

Deno.test("Simulator.advanceTo() to the instant where it stands does nothing, though its t exceeds the boundary", async () => {
  await using simulator = new Simulator(tick);
  await simulator.initialize();
  await simulator.advanceTo(0.3);
  assertEquals(simulator.context.t, 3 * 0.1);
  await simulator.advanceTo(0.3);
  assertEquals(simulator.context.output("n"), 3);
  await simulator.advancePendingEvents();
  await simulator.advanceTo(0.3);
  assertEquals(simulator.context.output("n"), 4);
  await assertRejects(() => simulator.advanceTo(0.29999), RangeError, "from 0.3 s on");
});
