import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { Host, MODE_NAMES } from "../../lib/host/mod.ts";
import { daemon } from "../../lib/programs/mod.ts";
import { watched } from "../guests/daemon_programs.ts";
import { outcomesOf, wellOf } from "./explored.ts";
import { checkEverywhere } from "./schedules.ts";

const [begins, starts, finishes, ends] = ["main begins", "thread starts", "thread finishes", "main ends"];

Deno.test("daemon: lines are declared in every mode, and main's are equal", async () => {
  await using host = new Host();
  await checkEverywhere(host, daemon, { work: fc.constantFrom(0.01, 0.02) });
});

Deno.test("daemon: a thread is waited for, a daemon is stopped before its last line, and a join waits for either", async () => {
  await using host = new Host();
  const run = async (mode: typeof MODE_NAMES[number], parameters: Record<string, unknown>) => {
    return (await host.run(daemon, { mode, parameters })).outcome;
  };
  for (const mode of MODE_NAMES) {
    assertEquals(await run(mode, {}), [begins, starts, ends, finishes], mode);
    // Nobody waits for the 10 s that the daemon would take.
    const started = performance.now();
    assertEquals(await run(mode, { daemon: true, work: 10 }), [begins, starts, ends], mode);
    assert(performance.now() - started < 5000, mode);
    for (const isDaemon of [false, true]) {
      assertEquals(await run(mode, { daemon: isDaemon, join: true }), [begins, starts, finishes, ends], mode);
    }
  }
});

Deno.test("daemon: all interleavings hold; with a join all come to the same", () => {
  const alone = wellOf(daemon);
  assertEquals([alone.verdict, alone.outcomes.length], ["proved", 2]);
  const joined = wellOf(daemon, { parameters: { join: true } });
  assertEquals([joined.verdict, outcomesOf(joined)], ["proved", [JSON.stringify([begins, starts, finishes, ends])]]);
});

Deno.test("daemon: one that waits or works for ever is stopped, is no deadlock, and gives nothing; a failed one failed", async () => {
  await using host = new Host();
  for (const mode of MODE_NAMES) {
    for (const variant of ["waiting", "working"]) {
      // The second run has warm guests, of which one was stopped.
      for (let time = 0; time < 2; time++) {
        const { outcome } = await host.run(watched, { mode, variant, timeout: 10 });
        assertEquals(outcome, { count: 3, gave: true }, `${variant} in ${mode} mode`);
      }
    }
    const { outcome } = await host.run(watched, { mode, variant: "failing", timeout: 10 });
    assertEquals(outcome, { failed: [{ task: "daemon", error: "RangeError", message: "no" }] }, mode);
  }
});
