import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { DeadlockError } from "../../../lib/errors.ts";
import { Host, MODE_NAMES, type ProgramReport } from "../../../lib/host/mod.ts";
import { type AnyProgram, defineProgram, type Failed } from "../../../lib/program/mod.ts";
import { lock } from "../../../lib/sync/mod.ts";
import { within } from "../../contracts/deadline.ts";
import { runs } from "../../contracts/soak.ts";
import { contended, patience, ring, silence, survivor } from "../../guests/stuck_programs.ts";

/** Far more than any of these runs takes: a deadlock that nobody finds hangs for ever. */
const SECONDS = 20;
type Options = Parameters<Host["run"]>[1];

async function run(host: Host, program: AnyProgram, options: Options): Promise<ProgramReport> {
  return await within(SECONDS, host.run(program, options));
}

function failuresOf({ outcome }: ProgramReport): Failed["failed"] {
  return (outcome as Partial<Failed>).failed ?? [];
}

/** What a task of a ring is told: the circle, named from its first task on. */
function circle(size: number): string {
  const waits = Array.from({ length: size }, (_, index) => {
    const next = (index + 1) % size;
    return { task: `task${index}`, object: `lock${next}`, method: "acquire", owners: [`task${next}`] };
  });
  return new DeadlockError(waits).message;
}

for (const mode of MODE_NAMES) {
  Deno.test(`${mode} mode: tasks that wait in a circle get a DeadlockError that names it, whatever the others do`, async () => {
    await using host = new Host();
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          size: fc.integer({ min: 1, max: 4 }),
          sleeps: fc.boolean(),
          computes: fc.boolean(),
          waits: fc.boolean(),
        }),
        fc.nat(100),
        async (parameters, seed) => {
          const failed = failuresOf(await run(host, ring, { mode, seed, parameters }));
          const names = Array.from({ length: parameters.size }, (_, index) => `task${index}`);
          const message = circle(parameters.size);
          assertEquals(failed, names.map((task) => ({ task, error: "DeadlockError", message })));
        },
      ),
      { numRuns: runs(mode === "direct" ? 8 : 3, { soak: 60 }) },
    );
  });

  for (const variant of silence.variants) {
    Deno.test(`${mode} mode: when nobody can act any more all are told (${variant})`, async () => {
      await using host = new Host();
      const failed = failuresOf(await run(host, silence, { mode, variant }));
      const hasDead = variant === "last one dies";
      assertEquals(failed.map(({ task }) => task), hasDead ? ["a", "b", "c"] : ["a", "b"]);
      const [a, b, c] = failed;
      assertEquals([a?.error, b?.error, c?.error], [
        "DeadlockError",
        "DeadlockError",
        hasDead ? "AssertionError" : undefined,
      ]);
      assert(
        a!.message.includes(
          variant === "semaphore" ? "task a waits for permits (acquire)" : "task a waits for guard (acquire)",
        ),
      );
      assert(
        a!.message.includes(
          variant === "lock" ? "task b waits for guard (acquire)" : "task b waits for permits (acquire)",
        ),
      );
      // Who holds a lock is named, also where anybody may release it; permits belong to nobody.
      assertEquals([a!.message.includes("guard (acquire), which"), b!.message], [variant !== "semaphore", a!.message]);
    });
  }

  Deno.test(`${mode} mode: who catches a DeadlockError goes on, and what it held is free; the next deadlock is another`, async () => {
    await using host = new Host();
    for (let round = 0; round < runs(2); round++) {
      const { outcome, ok } = await run(host, survivor, { mode, seed: round });
      assert(ok, JSON.stringify(outcome));
    }
  });

  for (const variant of patience.variants) {
    Deno.test(`${mode} mode: no deadlock while one waits for a time (${variant})`, async () => {
      await using host = new Host();
      const { outcome, ok } = await run(host, patience, { mode, variant });
      assert(ok, JSON.stringify(outcome));
    });
  }

  Deno.test(`${mode} mode: contention is no deadlock`, async () => {
    await using host = new Host();
    const times = { direct: 200, thread: runs(3000), process: runs(100) }[mode];
    for (const fair of [false, true]) {
      const { outcome, ok } = await run(host, contended, { mode, seed: 1, parameters: { times, fair } });
      assert(ok, JSON.stringify(outcome));
    }
  });
}

Deno.test("a deadlock of many tasks with long names is one in thread mode too", async () => {
  const { crowd } = await import("../../guests/crowd.ts");
  await using host = new Host();
  const [direct, thread] = [await run(host, crowd, { mode: "direct" }), await run(host, crowd, { mode: "thread" })];
  assertEquals([direct, thread].map((report) => new Set(failuresOf(report).map(({ error }) => error))), [
    new Set(["DeadlockError"]),
    new Set(["DeadlockError"]),
  ]);
});

Deno.test("direct mode: the error of a deadlock has its data", async () => {
  let seen: unknown;
  const self = defineProgram({
    name: "self",
    claim: "It waits for itself.",
    shared: () => ({ guard: lock({ owned: true }) }),
    *outcome() {},
    tasks: () => [{
      name: "only",
      *run({ guard }) {
        yield* guard.acquire();
        try {
          yield* guard.acquire();
        } catch (error) {
          seen = error;
        }
        yield* guard.release();
      },
    }],
    expected: () => [undefined],
  });
  await using host = new Host();
  assertEquals((await run(host, self, { mode: "direct" })).errors, []);
  assert(seen instanceof DeadlockError);
  assertEquals(seen.waits, [{ task: "only", object: "guard", method: "acquire", owners: ["only"] }]);
});
