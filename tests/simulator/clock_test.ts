import { assertThrows } from "@std/assert";
import { integrator } from "../../lib/blocks/mod.ts";
import { Simulator } from "../../lib/simulator/mod.ts";

Deno.test("Simulator refuses a clock that lacks a part, and names it", () => {
  const clock = performance as never;
  assertThrows(
    () => new Simulator(integrator({ period: 1 }), { clock }),
    TypeError,
    "Cannot simulate: the clock has no sleepUntil(), one such as host.clock is wanted",
  );
});
