import { assertEquals } from "@std/assert";
import { Host, MODE_NAMES } from "../../lib/host/mod.ts";
import { deadlock } from "../../lib/programs/mod.ts";
import { checkEverywhere, randomEnds, SHORT } from "./schedules.ts";

Deno.test("deadlock: a cycle that is reported, or none, in every mode; in one order always none", async () => {
  await using host = new Host();
  await checkEverywhere(host, deadlock, { pause: SHORT });
});

Deno.test("deadlock: random schedules end in the cycle or get through; in one order all get through", () => {
  const pause = { parameters: { pause: 0 } };
  assertEquals(randomEnds(deadlock, 100, pause), ["2", "deadlock of a,b", "deadlock of b,a"]);
  assertEquals(randomEnds(deadlock, 100, { ...pause, variant: "ordered" }), ["2"]);
});

Deno.test("deadlock: in direct mode the report is the cycle, with both tasks and both locks", async () => {
  await using host = new Host();
  const { outcome } = await host.run(deadlock, { mode: "direct" });
  const message =
    "Cannot go on: task a waits for right (acquire), which b holds; task b waits for left (acquire), which a holds";
  assertEquals(outcome, { failed: ["a", "b"].map((task) => ({ task, error: "DeadlockError", message })) });
});

Deno.test("deadlock: a host that saw one runs on, in every mode", async () => {
  await using host = new Host();
  for (const mode of MODE_NAMES) {
    for (const variant of ["plain", "ordered", "plain", "ordered"]) {
      const { ok } = await host.run(deadlock, { mode, variant, parameters: { pause: 0.01 } });
      assertEquals(ok, true, `${variant} in ${mode} mode`);
    }
  }
});
