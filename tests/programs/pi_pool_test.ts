import { assert, assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import { GuestDiedError } from "../../lib/errors.ts";
import { Host, MODE_NAMES } from "../../lib/host/mod.ts";
import { Pool } from "../../lib/pool/mod.ts";
import { pi, piPool } from "../../lib/programs/mod.ts";
import { countInside } from "../../lib/random/mod.ts";
import type { Span } from "../../lib/simulator/mod.ts";
import { checkEquivalence } from "../../lib/testing/mod.ts";
import { children } from "../contracts/children.ts";
import { within } from "../contracts/deadline.ts";
import { ELSEWHERE } from "../contracts/modes.ts";
import { runs } from "../contracts/soak.ts";

/** The only row of the table of what went to and fro. */
function trafficOf({ tables }: Awaited<ReturnType<Host["run"]>>): number[] {
  return (tables[0]?.rows[0] ?? []).map(Number);
}

Deno.test("pi-pool: the count is the same for 1, 2, 3 and 7 workers, tasks and chunks of any size", async () => {
  await using host = new Host();
  const choice = fc.integer({ min: 1, max: 400 }).chain((samples) =>
    fc.record({
      samples: fc.constant(samples),
      workers: fc.constantFrom(1, 2, 3, 7),
      task: fc.integer({ min: 1, max: samples }),
      chunk: fc.integer({ min: 1, max: samples }),
    })
  );
  for (const [mode, numRuns] of [["direct", 100], ["thread", 20], ["process", 20]] as const) {
    await fc.assert(
      fc.asyncProperty(fc.maxSafeInteger(), choice, async (seed, parameters) => {
        const report = await host.run(piPool, { mode, seed, parameters, timeout: 20 });
        const { samples, task, chunk } = parameters;
        const inside = countInside({ seed, from: 0, to: samples, kernel: "typescript" });
        assertEquals(report.outcome, { inside, pi: 4 * inside / samples });
        const [tasks, chunks, messages = NaN] = trafficOf(report);
        assertEquals([tasks, chunks], [Math.ceil(samples / task), Math.ceil(Math.ceil(samples / task) / chunk)]);
        assert(messages >= 1 && messages <= (chunks ?? 0));
      }),
      { numRuns: runs(numRuns) },
    );
  }
});

Deno.test("pi-pool: the count is the same with fresh workers and warm ones, and where they die", async () => {
  const parameters = {
    samples: fc.integer({ min: 1, max: 5000 }),
    workers: fc.integer({ min: 1, max: 3 }),
    task: fc.integer({ min: 100, max: 1000 }),
    chunk: fc.integer({ min: 1, max: 10 }),
    deaths: fc.integer({ min: 0, max: 2 }),
  };
  await using host = new Host();
  await checkEquivalence(piPool, {
    fc,
    host,
    parameters,
    modes: MODE_NAMES,
    numRuns: runs(1, { soak: 40 }),
    timeout: 30,
  });
});

Deno.test("pi-pool: the chunk of a worker that exits is counted once, and the worker replaced", async () => {
  await using host = new Host();
  const inside = countInside({ seed: 7, from: 0, to: 20_000 });
  for (const mode of ELSEWHERE) {
    for (const [workers, chunk, deaths] of [[1, 20, 1], [2, 7, 3], [3, 1, 2]] as const) {
      const parameters = { samples: 20_000, task: 1000, workers, chunk, deaths };
      const report = await host.run(piPool, { mode, seed: 7, parameters, timeout: 20 });
      assertEquals(report.outcome, { inside, pi: 4 * inside / 20_000 }, `${mode}, ${deaths} deaths`);
      assertEquals(trafficOf(report).slice(0, 4).with(2, 0), [20, Math.ceil(20 / chunk), 0, deaths], mode);
    }
  }
  // In direct mode there is nobody but the caller.
  const alone = await host.run(piPool, { mode: "direct", parameters: { samples: 20_000, deaths: 3 } });
  assertEquals([alone.ok, trafficOf(alone)[3]], [true, 0]);
});

Deno.test("pi-pool: every task may be a death, and there are no more deaths than tasks", async () => {
  await using host = new Host();
  for (const [samples, deaths, died] of [[3, 3, 3], [1, 5, 1], [4, 3, 3]] as const) {
    const parameters = { samples, task: 1, chunk: 2, deaths };
    const report = await host.run(piPool, { mode: "thread", parameters, timeout: 20 });
    assert(report.ok, report.errors[0]?.message);
    assertEquals(trafficOf(report)[3], died);
  }
});

Deno.test("A chunk whose process is killed in the middle of it is counted once", async () => {
  await within(20, killInTheMiddle());
});

async function killInTheMiddle(): Promise<void> {
  const module = import.meta.resolve("../guests/pi_killed.ts");
  type Work = typeof import("../guests/pi_killed.ts");
  await using pool = await Pool.open<Work, "things">({
    mode: "process",
    module,
    workers: 2,
    shared: { export: "things" },
  });
  const parts = Array.from({ length: 40 }, (_, index) => {
    return { seed: 1, from: index * 100, to: (index + 1) * 100, isMarked: index === 13 };
  });
  const retryIf = (error: Error) => error instanceof GuestDiedError && error.signal === "SIGKILL";
  const counts = Array.fromAsync(pool.map("countUnlessKilled", parts, { chunkSize: 10, retries: 1, retryIf }));
  await pool.shared.waits.wait();
  Deno.kill(await pool.shared.victim.load(), "SIGKILL");
  assertEquals(await counts, parts.map(({ seed, from, to }) => countInside({ seed, from, to })));
  assertEquals(pool.statistics().started, 3);
}

Deno.test("pi and pi-pool: a worker that somebody kills is replaced, and its part is counted again", async () => {
  for (
    const [program, parameters, killsAt] of [
      [pi, { samples: 5e8, repeat: 2 }, "warm-up"],
      [piPool, { samples: 2e9, task: 1e7 }, "running"],
    ] as const
  ) {
    await using host = new Host();
    const before = await children();
    let killed: Promise<void> | undefined;
    const kill = async () => {
      const [victim] = (await children()).filter((pid) => !before.includes(pid));
      if (victim === undefined) throw new TypeError("no worker is there to be killed");
      Deno.kill(victim, "SIGKILL");
    };
    const observe = ({ lane, name }: Span) => {
      if (name === killsAt && (program === piPool || lane === "main")) killed ??= kill();
    };
    const report = await within(30, host.run(program, { mode: "process", parameters, observe }));
    await killed;
    assertEquals([report.ok, killed === undefined], [true, false], JSON.stringify(report.outcome));
  }
});

Deno.test("pi-pool tells how many tasks each worker had, and draws each of them", async () => {
  await using host = new Host();
  for (const mode of MODE_NAMES) {
    const spans: Span[] = [];
    const parameters = { samples: 1000, workers: 2, task: 10, chunk: 3 };
    const { tables } = await host.run(piPool, { mode, parameters, observe: (span) => void spans.push(span) });
    const rows = tables[1]?.rows ?? [];
    assertEquals(rows.reduce((sum, [, tasks]) => sum + Number(tasks), 0), 100, mode);
    for (const [worker, tasks] of rows) {
      assertEquals(spans.filter(({ lane, name }) => lane === worker && name === "running").length, tasks, mode);
    }
    assertEquals(spans.filter(({ lane }) => lane === "main").map(({ name }) => name), ["start-up", "map"], mode);
  }
});

Deno.test("pi-pool refuses chunks and tasks of nothing, no workers, and samples beyond 2^53", async () => {
  await using host = new Host();
  for (const parameters of [{ chunk: 0 }, { task: 0 }, { workers: 0 }, { samples: 2 ** 53 }, { deaths: -1 }]) {
    await assertRejects(() => host.run(piPool, { mode: "direct", parameters }), RangeError, "Cannot run pi-pool");
  }
});
