import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { runBlocking, type Steps } from "../../lib/memory/mod.ts";
import { blocking, type CancelToken, cancelToken, type Latch, latch } from "../../lib/sync/mod.ts";
import { type RunView, scenario, testPrimitive } from "../contracts/primitive_contract.ts";
import { runs } from "../contracts/soak.ts";
import { Stage } from "../contracts/stage.ts";

interface Door {
  readonly door: Latch;
  readonly token: CancelToken;
}

const things = () => ({ door: latch(3), token: cancelToken() });

/** Counts down, and says so before. */
function counts(...steps: readonly number[]) {
  return function* ({ door }: Door, _task: number, log: unknown[]): Steps<void> {
    for (const count of steps) {
      log.push(count);
      yield* door.countDown(count);
    }
  };
}

/** Goes through, and says so. */
function waits(timeout?: number) {
  return function* ({ door, token }: Door, _task: number, log: unknown[]): Steps<void> {
    const open = yield* door.wait({ timeout, cancel: token });
    if (!open) return;
    assert((log as number[]).reduce((sum, count) => sum + count, 0) >= 3, "nobody goes through a latch that is closed");
    assert(yield* door.tryWait(), "it stays open");
  };
}

function nobodyWaits({ door }: Door, { memory, interrupted }: RunView): void {
  const { count, waiters } = runBlocking(memory, door.statistics());
  assertEquals(waiters, 0);
  if (interrupted === undefined) assertEquals(count, 0);
}

testPrimitive("Latch", [
  scenario({
    name: "two who count, two who wait",
    things,
    tasks: [counts(1, 1), counts(1), waits(), waits()],
    atEnd: nobodyWaits,
    afterDeath: "may-starve",
    // Who is interrupted at the door of the monitor has not counted.
    afterFault: "may-starve",
  }),
  scenario({
    name: "timeouts, and more than is missing",
    things,
    tasks: [counts(2, 2), waits(1), waits(2), waits()],
    atEnd: nobodyWaits,
    afterDeath: "may-starve",
    afterFault: "may-starve",
  }),
  scenario({
    name: "more who count than are wanted",
    things,
    tasks: [counts(3), counts(3), waits(), waits()],
    atEnd: nobodyWaits,
    // One death or one interrupt leaves one who counts.
    afterDeath: "recovers",
    afterFault: "recovers",
  }),
]);

Deno.test("Latch behaves as its sequential model", () => {
  const tasks = 4;
  const commands = fc.array(
    fc.record({
      kind: fc.constantFrom("count", "wait", "try", "expire", "kill"),
      task: fc.nat(tasks - 1),
      count: fc.nat(3),
    }),
    { maxLength: 25 },
  );
  fc.assert(
    fc.property(fc.nat(6), commands, (initial, commands) => {
      const stage = new Stage({ door: latch(initial) }, tasks);
      let missing = initial;
      const waiting = new Set<number>();
      const dead = new Set<number>();
      for (const { kind, task, count } of commands) {
        const expected = new Map<number, unknown>();
        if (dead.has(task)) continue;
        if (kind === "kill") {
          dead.add(task);
          waiting.delete(task);
          stage.kill(task);
        } else if (kind === "expire") {
          if (waiting.delete(task)) expected.set(task, false);
          stage.expire(task);
        } else if (waiting.has(task)) {
          continue;
        } else if (kind === "count") {
          missing = Math.max(0, missing - count);
          expected.set(task, undefined);
          if (missing === 0) { for (const waiter of waiting) expected.set(waiter, true); }
          if (missing === 0) waiting.clear();
          stage.begin(task, ({ door }) => door.countDown(count));
        } else if (kind === "try" || missing === 0) {
          expected.set(task, missing === 0);
          stage.begin(task, ({ door }) => kind === "try" ? door.tryWait() : door.wait());
        } else {
          waiting.add(task);
          stage.begin(task, ({ door }) => door.wait({ timeout: 1000 }));
        }
        assertEquals(stage.ended(), new Map([...expected].sort(([one], [other]) => one - other)));
        assertEquals(runBlocking(stage.memory, stage.host.door.statistics()), {
          count: missing,
          waiters: waiting.size,
        });
      }
    }),
    { numRuns: runs(200) },
  );
});

Deno.test("Latch refuses what makes no sense, at once", () => {
  for (const count of [-1, 0.5, NaN, Infinity, 2 ** 31]) assertThrows(() => latch(count), RangeError, `of ${count}`);
  const { door } = new Stage({ door: latch(1) }, 1).host;
  for (const count of [-1, 0.5, NaN]) assertThrows(() => door.countDown(count), RangeError, `by ${count}`);
  assertThrows(() => door.wait({ timeout: -1 }), RangeError, "at least 0");
  assertThrows(() => door.wait({ signal: AbortSignal.abort() } as never), TypeError, "no AbortSignal");
  blocking(door).countDown(2 ** 40);
  assertEquals(blocking(door).wait(), true);
});
