import { assert, assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import { Host, MODE_NAMES } from "../../lib/host/mod.ts";
import { ModelMemory, runBlocking } from "../../lib/memory/mod.ts";
import { eulerProcess } from "../../lib/programs/mod.ts";
import { calculateE, type EulerThings, eulerThings } from "../../lib/programs/euler_work.ts";
import type { Span } from "../../lib/simulator/mod.ts";
import { type Attached, Space } from "../../lib/sync/mod.ts";
import { within } from "../contracts/deadline.ts";
import { runs } from "../contracts/soak.ts";

/** The number nearest to the sum by its own operations, one after the other. */
const E = 2.7182818284590455;

Deno.test("euler-process: e, bit for bit, fetched twice, with a name, a join and exit code 0 in every mode", async () => {
  await using host = new Host();
  for (const mode of MODE_NAMES) {
    const spans: Span[] = [];
    const parameters = { seconds: 0.02 };
    const { ok, independent, outcome, tables } = await within(
      20,
      host.run(eulerProcess, { mode, parameters, observe: (span) => void spans.push(span) }),
    );
    assert(ok, mode);
    const told = { name: "calculate_e_process", joined: true, exitCode: 0 };
    assertEquals<unknown>(independent, { ...told, isAlive: true, fetched: [E, E] }, mode);
    const { iterations } = outcome as { iterations: number };
    assertEquals([iterations % 1000, tables[0]?.rows[0]?.slice(0, 2)], [0, ["calculate_e_process", iterations]]);
    assertEquals(spans.map(({ lane, name }) => [lane, name]), [["calculate_e_process", "running"]]);
  }
});

Deno.test("euler-process: an event that is set before the start leaves exactly one block", async () => {
  await using host = new Host();
  for (const mode of MODE_NAMES) {
    const run = host.run(eulerProcess, { mode, parameters: { before: true, seconds: 0 } });
    const { ok, outcome } = await within(20, run);
    assertEquals([ok, (outcome as { iterations: number }).iterations], [true, 1000], mode);
  }
});

Deno.test("euler-process ends when its time is over", async () => {
  await using host = new Host();
  for (const mode of MODE_NAMES) {
    const { outcome } = await within(20, host.run(eulerProcess, { mode, parameters: { seconds: 60 }, timeout: 0.05 }));
    const { failed } = outcome as { failed: { error: string }[] };
    assertEquals(failed.map(({ error }) => error), ["GuestTimeoutError"], mode);
  }
});

Deno.test("calculateE() ends with the block in which the event is set, and comes to e after any number of blocks", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 20 }), fc.constantFrom(...MODE_NAMES), (blocks, mode) => {
      const space: Space<EulerThings> = new Space(eulerThings(), { tasks: 1 });
      const memory = new ModelMemory(space.layout);
      const { shared }: Attached<EulerThings> = space.attach(memory, { task: 0 });
      let looks = 0;
      const look = shared.exit.isSet.bind(shared.exit);
      const exit = Object.create(shared.exit, {
        isSet: {
          value: () => {
            if (++looks === blocks) runBlocking(memory, shared.exit.set());
            return look();
          },
        },
      });
      const context = { guest: "a", mode, shared: { exit }, now: () => memory.clock, report() {} } as const;
      const { value } = runBlocking(memory, calculateE(undefined, context));
      assertEquals(value, { e: E, iterations: 1000 * blocks });
      // In direct mode others go first after each block.
      assertEquals(memory.clock > 0, mode === "direct");
    }),
    { numRuns: runs(100) },
  );
});

Deno.test("euler-process refuses a negative time", async () => {
  await using host = new Host();
  await assertRejects(() => host.run(eulerProcess, { mode: "direct", parameters: { seconds: -1 } }), RangeError);
});
