import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { type Account, accountOf, explore, MOST_MOMENTS, traceOf } from "../../lib/explorer/mod.ts";
import { channel, queue } from "../../lib/mailbox/mod.ts";
import { dataText, defineProgram, ensure } from "../../lib/program/mod.ts";
import { cell, cells, lock, semaphore } from "../../lib/sync/mod.ts";
import { runs } from "../contracts/soak.ts";
import { randomProgram } from "./random_programs.ts";
import { scheduleOf } from "./schedule_of.ts";

function standings({ moments }: Account, at: number): readonly string[] {
  return moments[at]?.tasks.map(({ stand, waitsFor, heldBy, holds }) => {
    return [stand, waitsFor ?? "", heldBy.join(), holds.join()].join(" ").trim();
  }) ?? [];
}

/** The values of a thing from step to step. */
function valuesOf({ moments }: Account, thing: string): readonly string[] {
  return moments.map(({ things }) => things.find(({ name }) => name === thing)?.text ?? "");
}

Deno.test("accountOf() tells before each step who waits for what, and who holds that", () => {
  const program = defineProgram({
    name: "crossed",
    claim: "Two take two locks in opposite order.",
    shared: () => ({ left: lock(), right: lock() }),
    tasks: (_settings) =>
      ["a", "b"].map((name) => ({
        name,
        *run({ left, right }) {
          const [first, second] = name === "a" ? [left, right] : [right, left];
          using _first = yield* first.lock();
          using _second = yield* second.lock();
        },
      })),
    outcome: function* () {},
    expected: () => [undefined],
  });
  const bug = explore(program);
  if (bug.verdict !== "bug") throw new Error("it deadlocks");
  const account = accountOf(program, bug.schedule);
  assertEquals(account.finding?.kind, "deadlock");
  assertEquals(standings(account, 0), ["acts", "acts"]);
  assertEquals(standings(account, 1), ["acts   left", "acts"]);
  assertEquals(standings(account, 2), ["waits right 1 left", "waits left 0 right"]);
  assertEquals(account.moments.map(({ goes, can }) => [goes, can]), [[0, [0, 1]], [1, [0, 1]], [undefined, []]]);
  assertEquals(account.departures, [{ step: 1, task: 1, choice: 0 }]);
});

Deno.test("accountOf() shows what cells, queues and channels hold, and the statistics of other things", () => {
  const program = defineProgram({
    name: "shown",
    claim: "One task uses everything.",
    shared: () => ({
      total: cell({ cell: "f64", initial: 0.5 }),
      row: cells({ length: 2 }),
      jobs: queue<string>({ bytes: 1000 }),
      words: channel<string>({ capacity: 2, bytes: 1000 }),
      permits: semaphore(2),
    }),
    tasks: () => [{
      name: "only",
      *run({ total, row, jobs, words, permits }) {
        yield* total.add(1);
        yield* row.at(1).store(7);
        yield* jobs.put("x");
        yield* words.put("y");
        yield* permits.acquire();
        yield* words.close();
        ensure((yield* words.take()) === "y" && (yield* jobs.get()) === "x", "a look takes nothing out");
      },
    }],
    outcome: ({ total }) => total.load(),
    expected: () => [0],
  });
  const bug = explore(program);
  if (bug.verdict !== "bug") throw new Error("nothing is expected");
  const account = accountOf(program, bug.schedule);
  assertEquals(account.finding?.message, "outcome 1.5, expected 0");
  const last = (thing: string) => [...new Set(valuesOf(account, thing))];
  assertEquals(last("total"), ["0.5", "1.5"]);
  assertEquals(last("row"), ["[0,0]", "[0,7]"]);
  assertEquals(last("jobs"), ["[]", '["x"]']);
  assertEquals(last("words"), ["[]", '["y"]']);
  assertEquals(last("permits"), ['{"permits":2,"waiters":0}', '{"permits":1,"waiters":0}']);
  assertEquals(account.rows.slice(0, 3).map(({ touch }) => touch), [
    { thing: "total", read: 0.5, wrote: 1.5 },
    { thing: "row[1]", wrote: 7 },
    { thing: "jobs" },
  ]);
});

Deno.test("accountOf() goes through the run of a schedule and changes nothing of it", () => {
  fc.assert(
    fc.property(randomProgram, fc.nat(), (program, seed) => {
      const schedule = scheduleOf(program, seed);
      fc.pre(schedule !== undefined);
      const { moments, departures: _, ...trace } = accountOf(program, schedule);
      assertEquals(withoutSource(trace), withoutSource(traceOf(program, schedule)));
      const steps = Math.max(...trace.rows.map(({ step }) => step)) + 1;
      assert(moments.length >= Math.min(steps, MOST_MOMENTS));
      for (const [at, { goes, can, tasks }] of moments.entries()) {
        assert(goes === undefined ? at === moments.length - 1 : can.includes(goes));
        for (const [task, { stand }] of tasks.entries()) {
          if (stand === "acts" || stand === "timed") assert(can.includes(task));
          if (stand === "waits") assert(!can.includes(task));
        }
      }
      for (const { step, touch, text } of trace.rows) {
        const value = (at: number) => moments[at]?.things.find(({ name }) => name === touch?.thing)?.text;
        // A row after the call of its step may see what that has changed.
        const isFirst = trace.rows.find((row) => row.step === step)?.text === text;
        if (step < 0 || !isFirst) continue;
        if (touch?.read !== undefined) assertEquals(value(step), dataText(touch.read));
        if (touch?.wrote !== undefined) assertEquals(value(step + 1), dataText(touch.wrote));
      }
    }),
    { numRuns: runs(20) },
  );
});

function withoutSource<T extends { readonly rows: readonly object[] }>(trace: T): object {
  return { ...trace, rows: trace.rows.map((row) => ({ ...row })) };
}
