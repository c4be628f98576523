import { assert, assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import { setImmediate } from "node:timers";
import { burnCpu } from "../../lib/blocks/mod.ts";
import { Host, MODE_NAMES, needsOf } from "../../lib/host/mod.ts";
import { multitasking } from "../../lib/programs/mod.ts";
import { memoryTable, timesTable } from "../../lib/programs/multitasking_tables.ts";
import { compute } from "../../lib/programs/multitasking_work.ts";
import type { Span } from "../../lib/simulator/mod.ts";
import { within } from "../contracts/deadline.ts";
import { runs } from "../contracts/soak.ts";
import { run } from "../e2e/server.ts";

const context = { guest: "a", mode: "direct", shared: {}, now: () => 0, report() {} } as const;

Deno.test("multitasking: the same results in every mode, with the times of each kind and the memory", async () => {
  const file = import.meta.filename!;
  const bytes = 3 * (await Deno.stat(file)).size;
  const parameters = { tasks: 5, workers: 2, rounds: 1000, slices: 3, wait: 0.001, file, reads: 3 };
  await using host = new Host(needsOf(multitasking, { parameters }));
  for (const mode of MODE_NAMES) {
    const spans: Span[] = [];
    const { ok, outcome, tables: [times, memory] } = await within(
      20,
      host.run(multitasking, { mode, seed: 7, parameters, observe: (span) => void spans.push(span) }),
    );
    const tasks = [0, 1, 2, 3, 4];
    const cpu = tasks.map((task) => burnCpu(1000, 7 + task));
    assert(ok, mode);
    assertEquals<unknown>(outcome, { cpu, io: tasks, file: tasks.map(() => bytes) }, mode);
    const how = { direct: "2 tasks in turn", thread: "2 threads", process: "2 processes" }[mode];
    assertEquals(
      times?.rows.map((row) => row.slice(0, 2)),
      ["CPU-bound", "I/O-bound, a timer", "I/O-bound, a file"].flatMap((kind) => {
        return [[kind, "one after the other"], [kind, how]];
      }),
    );
    for (const row of times?.rows ?? []) assert(Number(row[2]) > 0 && Number(row[3]) > 0, row.join());
    // A process takes some MB, however it is counted.
    const [before, after, worker] = memory?.rows.map(([, megabytes]) => Number(megabytes)) ?? [];
    assert(before! > 5 && after! > 5, `${before} ${after}`);
    if (mode === "process") assert(worker! > 5, `${worker}`);
    // Five tasks of each kind in main, and then by the workers.
    const lanes = Map.groupBy(spans, ({ name, lane }) => `${name} ${lane.replace(/\d$/, "")}`);
    assertEquals(
      [...lanes].map(([name, spans]) => [name, spans.length]),
      [["running main", 5], ["reply main", 5], ["file main", 5], ["start-up main", 1]].concat([
        ["running worker", 5],
        ["reply worker", 5],
        ["file worker", 5],
      ]),
    );
  }
});

Deno.test("multitasking reads its own file where it is not told which", async () => {
  await using host = new Host();
  const parameters = { tasks: 1, workers: 1, rounds: 0, wait: 0, reads: 1 };
  const { outcome } = await host.run(multitasking, { mode: "direct", parameters });
  const { size } = await Deno.stat(new URL("../../lib/programs/multitasking.ts", import.meta.url));
  assertEquals((outcome as { file: unknown }).file, [size]);
});

Deno.test("compute() comes to the same in any number of slices", async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(1000), fc.integer({ min: 1, max: 8 }), fc.nat(), async (rounds, slices, seed) => {
      assertEquals((await compute({ rounds, slices, seed }, context)).value, burnCpu(rounds, seed | 0));
    }),
    { numRuns: runs(50) },
  );
});

Deno.test("compute() lets others run between its slices", async () => {
  for (const slices of [1, 2, 5]) {
    let hasRun = false;
    setImmediate(() => void (hasRun = true));
    await compute({ rounds: 10, slices, seed: 0 }, context);
    assertEquals(hasRun, slices > 1, `${slices} slices`);
  }
});

Deno.test("timesTable() and memoryTable() show what a worker is worth, and what it takes", () => {
  const none = { count: 0, median: NaN, worst: NaN };
  const base = { title: "CPU-bound", values: [1], ms: 90, late: { count: 3, median: 1.5, worst: 2 } };
  const times = timesTable({
    mode: "process",
    workers: 3,
    startUp: 80.4,
    alone: [base],
    together: [{ ...base, ms: 30, late: none }],
  });
  assertEquals(times.rows, [
    ["CPU-bound", "one after the other", 90, 1, 3, 1.5, 2],
    ["CPU-bound", "3 processes", 30, 3, 0, "-", "-"],
  ]);
  const memory = { before: 50e6, after: 80e6, own: [40e6, 60e6] };
  const eachOf = (mode: "thread" | "process") => memoryTable({ mode, ...memory }).rows[2]?.[1];
  assertEquals([eachOf("thread"), eachOf("process")], [15, 50]);
});

Deno.test("multitasking refuses what is no file, and numbers out of range", async () => {
  await using host = new Host();
  const refused = [{ file: "no/such/file" }, { file: "." }, { workers: 0 }, { tasks: 0 }, { slices: 0 }, { wait: -1 }];
  for (const parameters of refused) {
    const running = host.run(multitasking, { mode: "direct", parameters });
    await assertRejects(() => running, RangeError, "Cannot run multitasking");
  }
  const command = new URL("../../scripts/run.ts", import.meta.url).href;
  const { code, stdout } = await run(["--allow-read", command, "multitasking", "--file", "no/such/file"]);
  assertEquals({ code, stdout }, { code: 2, stdout: "" });
});

Deno.test("multitasking ends when its time is over", async () => {
  await using host = new Host();
  for (const mode of MODE_NAMES) {
    const parameters = { tasks: 2, workers: 1, rounds: 0, wait: 0.2 };
    const { outcome } = await within(20, host.run(multitasking, { mode, parameters, timeout: 0.05 }));
    const { failed } = outcome as { failed: { error: string }[] };
    assertEquals(failed.map(({ error }) => error), ["GuestTimeoutError"], mode);
  }
});
