import { assertEquals } from "@std/assert";
import { Host, MODE_NAMES } from "../../lib/host/mod.ts";
import { selfDeadlock } from "../../lib/programs/mod.ts";
import { checkEverywhere } from "./schedules.ts";

Deno.test("self-deadlock: it is reported in every mode, on every schedule", async () => {
  await using host = new Host();
  await checkEverywhere(host, selfDeadlock);
});

Deno.test("self-deadlock: the report names the task, the lock and its holder, without a timeout", async () => {
  await using host = new Host();
  for (const mode of MODE_NAMES) {
    const { outcome } = await host.run(selfDeadlock, { mode });
    const message = "Cannot go on: task worker waits for guard (acquire), which it holds";
    assertEquals(outcome, { failed: [{ task: "worker", error: "DeadlockError", message }] }, mode);
  }
});
