import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { accountOf, explore, replay, rescheduled } from "../../lib/explorer/mod.ts";
import { dataText, defineProgram } from "../../lib/program/mod.ts";
import { cell, lock } from "../../lib/sync/mod.ts";
import { runs } from "../contracts/soak.ts";
import { randomProgram } from "./random_programs.ts";
import { scheduleOf } from "./schedule_of.ts";

const lost = defineProgram({
  name: "lost",
  claim: "Two tasks count to 2, if neither disturbs the other.",
  shared: () => ({ count: cell() }),
  tasks: (_settings) =>
    ["a", "b"].map((name) => ({
      name,
      *run({ count }) {
        yield* count.store((yield* count.load()) + 1);
      },
    })),
  outcome: ({ count }) => count.load(),
  expected: () => [2],
});

const locked = defineProgram({
  name: "locked",
  claim: "Two tasks count to 2, one after the other.",
  shared: () => ({ count: cell(), guard: lock() }),
  tasks: (_settings) =>
    ["a", "b"].map((name) => ({
      name,
      *run({ count, guard }) {
        using _held = yield* guard.lock();
        yield* count.store((yield* count.load()) + 1);
      },
    })),
  outcome: ({ count }) => count.load(),
  expected: () => [2],
});

function bugOf(program: typeof lost): string {
  const bug = explore(program);
  if (bug.verdict !== "bug") throw new Error("there is a bug");
  return bug.schedule;
}

Deno.test("rescheduled() moves a preemption, takes it out or puts it in, and says what comes out", () => {
  const schedule = bugOf(lost);
  const outcomes = [{ from: 1, to: 2 }, { from: 1, to: 0 }, { from: 1, to: 1 }, { from: 1 }].map((change) => {
    const changed = rescheduled(lost, schedule, change);
    return "refused" in changed ? changed.refused : [changed.outcome, changed.finding?.kind, changed.preemptions];
  });
  assertEquals(outcomes, [[2, undefined, 0], [2, undefined, 0], [1, "assertion", 1], [2, undefined, 0]]);
  const out = rescheduled(lost, schedule, { from: 1 });
  if ("refused" in out) throw new Error("it can be taken out");
  const again = rescheduled(lost, out.schedule, { to: 1, task: 1 });
  assertEquals("schedule" in again && again.schedule, schedule);
});

Deno.test("rescheduled() says why a preemption cannot be moved", () => {
  const found = explore(locked, { find: { outcome: 2 } });
  if (!("schedule" in found)) throw new Error("2 comes out");
  const refused = (change: Parameters<typeof rescheduled>[2], schedule = found.schedule) => {
    const changed = rescheduled(locked, schedule, change);
    return "refused" in changed ? changed.refused : changed.notes;
  };
  assertEquals(
    refused({ to: 1, task: 1 }),
    "Cannot let b go on at step 1: it waits for guard, which a holds, a step at which it can go on is wanted",
  );
  assertEquals(
    refused({ to: 7, task: 0 }),
    "Cannot let a go on at step 7: it has ended by then, a step before that is wanted",
  );
  assertEquals(
    refused({ to: 70, task: 0 }),
    "Cannot let a go on at step 70: the run ends after 8 steps, an earlier step is wanted",
  );
  assertEquals(
    refused({ to: 0, task: 9 }),
    "Cannot let a task that there is not go on at step 0: a task of the program and a step of the run are wanted",
  );
  assertEquals(refused({ to: 0, task: 0 }), ["At step 0 a goes on anyway."]);
  assertThrows(
    () => refused({ from: 1, to: 2 }),
    RangeError,
    "at step 1 it departs from nothing, one of its steps (none) is wanted",
  );
});

Deno.test("rescheduled() comes to what replay() gives for the schedule, and refuses what cannot be", () => {
  let changes = 0;
  let refusals = 0;
  fc.assert(
    fc.property(randomProgram, fc.nat(), fc.nat(), fc.nat(), (program, seed, pick, step) => {
      const schedule = scheduleOf(program, seed);
      fc.pre(schedule !== undefined);
      const { departures, moments } = accountOf(program, schedule);
      const moved = departures[pick % Math.max(1, departures.length)];
      const to = step % moments.length;
      const change = moved === undefined ? { to, task: pick % 2 } : { from: moved.step, to };
      const changed = rescheduled(program, schedule, change);
      const before = moved === undefined || to <= moved.step ? schedule : withoutIt(program, schedule, moved.step);
      const isAlone = departures.every((one) => one === moved);
      const task = moved?.task ?? pick % 2;
      const can = before === undefined
        ? undefined
        : accountOf(program, before).moments[to]?.can.includes(task) ?? false;
      if ("refused" in changed) {
        refusals++;
        if (isAlone && moved?.choice === 0) assertEquals(can, false, changed.refused);
        return;
      }
      changes++;
      if (isAlone) assert(can);
      const replayed = replay(program, changed.schedule);
      assertEquals(dataText(replayed.outcome), dataText(changed.outcome));
      assertEquals(replayed.finding?.kind, changed.finding?.kind);
      assertEquals(replayed.preemptions, changed.preemptions);
      assertEquals(accountOf(program, changed.schedule).departures, changed.departures);
      assert(changed.notes.length > 0 || changed.departures.some((one) => one.step === to && one.task === task));
    }),
    { numRuns: runs(30) },
  );
  assert(changes > 0 && refusals > 0, `${changes} changes and ${refusals} refusals`);
});

function withoutIt(program: Parameters<typeof rescheduled>[0], schedule: string, from: number): string | undefined {
  const changed = rescheduled(program, schedule, { from });
  return "schedule" in changed ? changed.schedule : undefined;
}
