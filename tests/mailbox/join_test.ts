import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { Join, LatestValue } from "../../lib/mailbox/mod.ts";
import { add, Layout, load, ModelMemory, notify, type Operation, type Steps, wait } from "../../lib/memory/mod.ts";
import { runBlocking } from "../../lib/memory/mod.ts";
import { runCooperative } from "../../lib/program/mod.ts";
import { SharedSubject } from "../contracts/memory_subjects.ts";
import type { TaskCall } from "../contracts/memory_tasks.ts";
import { runs } from "../contracts/soak.ts";

function reserve(members: number) {
  const layout = new Layout();
  const place = Join.reserve(layout, "replies", { members });
  return { layout, place, join: new Join(place) };
}

/** Passes steps on and counts the notifies of one word among them. */
function* counting<T>(steps: Steps<T>, count: (operation: Operation) => void): Steps<T> {
  const iterator = steps[Symbol.iterator]();
  let step = iterator.next();
  while (!step.done) {
    count(step.value);
    step = iterator.next(yield step.value);
  }
  return step.value;
}

/** Which members the host awaits in each round, and which die in the first round: a supervisor withdraws them. */
const scenario = fc.record({
  members: fc.integer({ min: 1, max: 5 }),
  rounds: fc.array(fc.uniqueArray(fc.nat(4)), { minLength: 1, maxLength: 3 }),
  dying: fc.uniqueArray(fc.nat(4), { maxLength: 2 }),
  seed: fc.integer(),
});

/** A scenario's tasks: a host, its members, and the supervisors of those that die. */
function tasksOf(
  { members, rounds, dying }: { members: number; rounds: readonly number[][]; dying: readonly number[] },
) {
  const layout = new Layout();
  const [posts, done] = [layout.words("posts", members), layout.words("done", members)];
  const deaths = layout.words("deaths", members);
  const place = Join.reserve(layout, "replies", { members });
  const { outstanding } = place;
  const join = new Join(place);
  const all = Array.from({ length: members }, (_, member) => member);
  // In the round at hand.
  let notifies = 0;
  const count = (operation: Operation) => {
    if (operation.kind === "notify" && operation.word === outstanding) notifies++;
  };

  function* host(): Steps<void> {
    for (const [at, picked] of rounds.entries()) {
      const awaited = picked.filter((member) => member < members);
      for (const member of all) {
        if (at > 0 && dying.includes(member)) continue;
        yield* join.reset(member);
        yield* add(posts + member, 1);
        yield* notify(posts + member);
      }
      notifies = 0;
      const waits = yield* join.begin(awaited);
      if (waits) assert(yield* join.finish());
      for (const member of awaited) {
        assert(yield* join.arrived(member));
        assertEquals(yield* load(done + member), dying.includes(member) ? 1 : at + 1);
      }
      assertEquals(yield* load(outstanding), 0);
      // The last arrival may still be about to notify.
      assert(notifies <= (waits ? 1 : 0), `${notifies} notifies`);
      // The next round is posted when every member is through with this one.
      for (const member of all) while (!(yield* join.arrived(member)));
    }
  }
  function* member(number: number): Steps<void> {
    for (let at = 1; at <= rounds.length; at++) {
      for (let seen = yield* load(posts + number); seen < at; seen = yield* load(posts + number)) {
        yield* wait(posts + number, seen);
      }
      yield* add(done + number, 1);
      if (!dying.includes(number)) {
        yield* counting(join.arrive(number), count);
        continue;
      }
      // Its death is seen while its last arrival is on its way.
      yield* add(deaths + number, 1);
      yield* notify(deaths + number);
      return yield* counting(ignored(join.arrive(number)), count);
    }
  }
  function* supervisor(number: number): Steps<void> {
    while ((yield* load(deaths + number)) === 0) yield* wait(deaths + number, 0);
    yield* counting(join.withdraw(number), count);
  }
  const dead = all.filter((number) => dying.includes(number));
  const tasks = [
    { name: "host", steps: host() },
    ...all.map((number) => ({ name: `member ${number}`, steps: member(number) })),
    ...dead.map((number) => ({ name: `supervisor of ${number}`, steps: supervisor(number) })),
  ];
  return { layout, tasks };
}

function* ignored(steps: Steps<unknown>): Steps<void> {
  yield* steps;
}

Deno.test("Join wakes the host once, after the last arrival, in every interleaving", () => {
  fc.assert(
    fc.property(scenario, ({ seed, ...shape }) => {
      const { layout, tasks } = tasksOf(shape);
      const result = runCooperative(new ModelMemory(layout), tasks, { seed, switchAt: "operation" });
      for (const outcome of result.outcomes) if (outcome.kind === "threw") throw outcome.error;
      assertEquals(result.kind, "finished");
    }),
    { numRuns: runs(2000) },
  );
});

Deno.test("Join notifies exactly once where begin() left members outstanding, and else never", () => {
  const { layout, join, place } = reserve(3);
  const memory = new ModelMemory(layout);
  let notifies = 0;
  const run = <T>(steps: Steps<T>) =>
    runBlocking(memory, counting(steps, ({ kind }) => notifies += kind === "notify" ? 1 : 0));
  run(join.arrive(0));
  assertEquals([run(join.begin([0, 1, 2])), notifies], [true, 0]);
  run(join.arrive(2));
  assertEquals([run(load(place.outstanding)), notifies], [1, 0]);
  run(join.arrive(1));
  assertEquals([run(join.finish()), notifies], [true, 1]);
  assertEquals([run(join.begin([0, 1, 2])), run(join.begin([])), notifies], [false, false, 1]);
});

Deno.test("Join.finish() gives up at its deadline and can be resumed, also by another begin()", () => {
  const { layout, join } = reserve(2);
  const memory = new ModelMemory(layout);
  const run = <T>(steps: Steps<T>) => runBlocking(memory, steps);
  assert(run(join.begin([0, 1])));
  assertEquals([run(join.finish({ deadline: 20 })), memory.clock], [false, 20]);
  run(join.arrive(0));
  assert(run(join.begin([0, 1])));
  assertEquals(run(join.finish({ deadline: 30 })), false);
  run(join.arrive(1));
  assertEquals(run(join.finish({ deadline: 30 })), true);
});

Deno.test("Join.withdraw() counts a dead member once, whether or not it had arrived", () => {
  const { layout, join, place } = reserve(2);
  const memory = new ModelMemory(layout);
  const run = <T>(steps: Steps<T>) => runBlocking(memory, steps);
  assert(run(join.begin([0, 1])));
  for (const _ of [1, 2]) run(join.withdraw(0));
  assertEquals(run(load(place.outstanding)), 1);
  run(join.arrive(1));
  run(join.withdraw(1));
  assertEquals(run(load(place.outstanding)), 0);
  assert(run(join.finish()));
});

Deno.test("Join refuses a member that it does not have", () => {
  const { layout, join } = reserve(2);
  const memory = new ModelMemory(layout);
  for (const member of [-1, 2, 0.5]) {
    assertThrows(() => runBlocking(memory, join.arrive(member)), RangeError, `member ${member} of 2`);
  }
});

Deno.test("Join wakes a host for every round of real workers, at most once a round", async () => {
  using subject = new SharedSubject();
  const rounds = runs(1500);
  const layout = new Layout();
  const members = 3;
  const place = Join.reserve(layout, "replies", { members });
  const posts = Array.from(
    { length: members },
    (_, member) => LatestValue.reserve(layout, `posts[${member}]`, { capacity: 16 }),
  );
  const calls = posts.map((post, member): TaskCall => ({ task: "memberRounds", args: [place, member, rounds, post] }));
  const host: TaskCall = { task: "hostRounds", args: [place, rounds, posts] };
  const { values: [missing, ...wakes] } = await subject.run(layout, [host, ...calls]);
  assertEquals(missing, 0);
  assert(wakes.every((wakes) => typeof wakes === "number" && wakes >= 0), `${wakes}`);
  assert(wakes.reduce((sum: number, wakes) => sum + Number(wakes), 0) <= rounds, `${wakes}`);
});
