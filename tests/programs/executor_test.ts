import { assert, assertEquals, assertInstanceOf, assertRejects, assertStringIncludes } from "@std/assert";
import fc from "fast-check";
import { GuestError, UnfetchedFailureError } from "../../lib/errors.ts";
import { Host, MODE_NAMES } from "../../lib/host/mod.ts";
import { Pool } from "../../lib/pool/mod.ts";
import { executor } from "../../lib/programs/mod.ts";
import type { Span } from "../../lib/simulator/mod.ts";
import { checkEquivalence } from "../../lib/testing/mod.ts";
import { runs } from "../contracts/soak.ts";
import { SHORT } from "./schedules.ts";

const module = import.meta.resolve("../../lib/programs/executor.ts");
type Functions = typeof import("../../lib/programs/executor.ts");

Deno.test("executor: values in order, joined, and all failures told, in every mode", async () => {
  await using host = new Host();
  const parameters = { tasks: fc.integer({ min: 1, max: 5 }), workers: fc.integer({ min: 1, max: 3 }), pause: SHORT };
  await checkEquivalence(executor, { fc, host, parameters, modes: ["direct"], numRuns: runs(20) });
  await checkEquivalence(executor, {
    fc,
    host,
    parameters,
    modes: MODE_NAMES,
    numRuns: runs(1, { soak: 40 }),
    timeout: 30,
  });
});

Deno.test("executor: three tasks by three workers", async () => {
  await using host = new Host();
  const fault = (task: number) => ({
    error: "RangeError",
    message: `Cannot run task ${task}: there is no such task`,
    cause: "TypeError: it has a bug",
    inStack: true,
  });
  for (const mode of MODE_NAMES) {
    const spans: Span[] = [];
    const { outcome, tables } = await host.run(executor, { mode, observe: (span) => void spans.push(span) });
    assertEquals(outcome, { values: [0, 1, 4], joined: true, asked: [fault(3)], unfetched: [fault(4)] }, mode);
    assertEquals(tables[0]?.rows.map(([task, , , , value]) => [task, value]), [[0, 0], [1, 1], [2, 4]]);
    for (const [row, task] of [[0, 3], [1, 4]] as const) {
      const [by, error, thrown] = (tables[1]?.rows[row] ?? []).map(String);
      assertEquals([by, error], [
        ["its result", "the end"][row],
        `RangeError: Cannot run task ${task}: there is no such task`,
      ]);
      assert(/^at executorFault \(executor.ts:\d+:\d+\)$/.test(thrown ?? ""), `${mode}: ${thrown}`);
    }
    // Each task has a worker of its own; the six spans are three that are mapped, and three that are joined.
    const lanes = spans.filter(({ name }) => name === "running").map(({ lane }) => lane);
    assertEquals(new Set(lanes), new Set(["worker0", "worker1", "worker2"]), mode);
    assertEquals(lanes.length, 6, mode);
  }
});

Deno.test("executor: an error arrives as it was thrown, with the stack of the far side", async () => {
  for (const mode of MODE_NAMES) {
    await using pool = await Pool.open<Functions>({ mode, module, workers: 1 });
    const error = await assertRejects(() => pool.run("executorFault", 9), GuestError);
    assertInstanceOf(error.cause, RangeError);
    assertInstanceOf(error.cause.cause, TypeError);
    assertStringIncludes(error.far.stack, "executorFault");
    assertStringIncludes(error.far.stack, "executor.ts");
  }
});

Deno.test("executor: what nobody asked for is told when the pool closes, and only that", async () => {
  for (const mode of MODE_NAMES) {
    const pool = await Pool.open<Functions>({ mode, module, workers: 2 });
    const [asked] = [5, 6, 7].map((task) => pool.submit("executorFault", task));
    await assertRejects(() => asked?.result() ?? Promise.resolve(), GuestError, "task 5");
    const { errors } = await assertRejects(() => pool.close(), UnfetchedFailureError);
    const told = errors.map((error) => error.message.match(/task \d/)?.[0]);
    assertEquals(told.toSorted(), ["task 6", "task 7"], mode);
  }
});

Deno.test("executor refuses no workers and no tasks", async () => {
  await using host = new Host();
  for (const parameters of [{ workers: 0 }, { tasks: 0 }, { pause: -1 }]) {
    await assertRejects(() => host.run(executor, { mode: "direct", parameters }), RangeError, "Cannot run executor");
  }
  assert((await host.run(executor, { mode: "direct", parameters: { tasks: 1, workers: 9, pause: 0 } })).ok);
});
