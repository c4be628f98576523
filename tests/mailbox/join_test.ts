import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { Join, LatestValue } from "../../lib/mailbox/mod.ts";
import { add, Layout, load, ModelMemory, type Operation, type Steps, wait } from "../../lib/memory/mod.ts";
import { runBlocking, runCooperative } from "../../lib/program/mod.ts";
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

/** One round: which members the host awaits. */
const round = fc.uniqueArray(fc.nat(4));
const scenario = fc.record({
  members: fc.integer({ min: 1, max: 5 }),
  rounds: fc.array(round, { minLength: 1, maxLength: 3 }),
  dead: fc.uniqueArray(fc.nat(4), { maxLength: 2 }),
  seed: fc.integer(),
});

Deno.test("Join wakes the host once, after the last arrival, in every interleaving", () => {
  fc.assert(
    fc.property(scenario, ({ members, rounds, dead, seed }) => {
      const layout = new Layout();
      const [posts, done] = [layout.words("posts", members), layout.words("done", members)];
      const place = Join.reserve(layout, "replies", { members });
      const join = new Join(place);
      let notifies = 0;
      const count = (operation: Operation) => {
        if (operation.kind === "notify" && operation.word === place.outstanding) notifies++;
      };
      function* host(): Steps<void> {
        for (const [at, picked] of rounds.entries()) {
          const awaited = picked.filter((member) => member < members);
          for (let member = 0; member < members; member++) {
            yield* join.reset(member);
            yield* add(posts + member, 1);
            yield { kind: "notify", word: posts + member, count: Infinity };
          }
          notifies = 0;
          const outstanding = yield* join.begin(awaited);
          if (outstanding) assert(yield* join.finish());
          for (const member of awaited) {
            assert(yield* join.arrived(member));
            assertEquals(yield* load(done + member), at + 1);
          }
          assertEquals(yield* load(place.outstanding), 0);
          // The last arrival may still be about to notify; then it is the only one that has not.
          assert(notifies <= (outstanding ? 1 : 0), `${notifies} notifies`);
          // The next round begins when all are through with this one.
          for (let member = 0; member < members; member++) {
            while (!(yield* join.arrived(member))) yield* load(posts);
          }
        }
      }
      function* member(number: number): Steps<void> {
        for (let at = 1; at <= rounds.length; at++) {
          for (let seen = yield* load(posts + number); seen < at; seen = yield* load(posts + number)) {
            yield* wait(posts + number, seen);
          }
          yield* add(done + number, 1);
          // A supervisor withdraws a dead member, perhaps one that has just arrived.
          if (dead.includes(number)) yield* counting(join.withdraw(number), count);
          yield* counting(join.arrive(number), count);
        }
      }
      const tasks = [host(), ...Array.from({ length: members }, (_, number) => member(number))];
      const named = tasks.map((steps, at) => ({ name: at === 0 ? "host" : `member ${at - 1}`, steps }));
      const result = runCooperative(new ModelMemory(layout), named, { seed, switchAt: "operation" });
      assertEquals(result.kind, "finished");
      for (const outcome of result.outcomes) if (outcome.kind === "threw") throw outcome.error;
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
