import { assert, assertEquals, assertMatch } from "@std/assert";
import { explore, replay } from "../../lib/explorer/mod.ts";
import { notify, now, timeIn, wait } from "../../lib/memory/mod.ts";
import { defineProgram, ensure, pause } from "../../lib/program/mod.ts";
import { cell, cells, type Shareable, timer } from "../../lib/sync/mod.ts";
import { hasty } from "../guests/scripted_programs.ts";
import { allOutcomesOf, outcomesOf, some } from "./all_outcomes.ts";

/** A word of its own. */
const word: Shareable<number> = {
  kind: "word",
  reserve(space, name) {
    const word = space.word(name);
    return () => word;
  },
};

Deno.test("explore() takes a look at the clock as an action", () => {
  const sleeping = () => pause(1);
  const beside = some(
    "beside",
    () => ({ x: cell() }),
    function* ({ x }) {
      yield* x.load();
      const before = yield* now();
      return (yield* now()) > before;
    },
    sleeping,
  );
  assertEquals(allOutcomesOf(beside), [false, true]);
  const around = some(
    "around",
    () => ({ x: cell() }),
    function* ({ x }) {
      const before = yield* now();
      yield* x.load();
      return (yield* now()) > before;
    },
    sleeping,
  );
  assertEquals(allOutcomesOf(around), [false, true]);
});

Deno.test("explore() runs tasks that sleep beside each other in one order, where nobody looks at the clock", () => {
  const sleepers = (looks: boolean) =>
    defineProgram({
      name: "sleepers",
      claim: "Each counts in a cell of its own.",
      shared: () => ({ own: cells({ length: 5 }) }),
      tasks: (_settings) =>
        ["a", "b", "c", "d", "e"].map((name, place) => ({
          name,
          *run({ own }) {
            yield* pause(0.1 * place);
            yield* own.at(place).store(looks ? yield* now() : 1);
          },
        })),
      outcome: function* () {},
      expected: () => () => true,
    });
  const one = explore(sleepers(false), { strategy: "dpor" });
  assertEquals([one.verdict, one.schedules], ["proved", 1]);
  assert(explore(sleepers(true), { strategy: "dpor" }).schedules > 1);
});

Deno.test("explore() lets times come in any order, or the earliest first", () => {
  const late = some(
    "late",
    () => ({ begun: cell(), word }),
    function* ({ begun, word }) {
      yield* begun.store(1);
      return yield* wait(word, 0, { deadline: yield* timeIn(1000) });
    },
    function* ({ begun, word }) {
      if ((yield* begun.load()) === 0) return;
      yield* pause(2);
      yield* notify(word);
    },
  );
  for (const strategy of ["dpor", "depth-first"] as const) {
    assertEquals(outcomesOf(late, { strategy }), ["timed-out", "woken"], strategy);
    assertEquals(outcomesOf(late, { clock: "ordered", strategy }), ["timed-out"], strategy);
  }
});

Deno.test("explore() reports a bug that needs times out of order only where there is no other, and says so", () => {
  const racing = (bug: boolean) =>
    defineProgram({
      name: "racing",
      claim: "Who sleeps longer is later.",
      shared: () => ({ x: cell(), word }),
      tasks: (_settings) => [
        {
          name: "short",
          *run({ x, word }) {
            yield* x.store(1);
            ensure((yield* wait(word, 0, { deadline: yield* timeIn(1000) })) !== "woken", "it is not woken");
          },
        },
        {
          name: "long",
          *run({ x, word }) {
            if ((yield* x.load()) === 0) return;
            yield* pause(2);
            yield* notify(word);
            ensure(!bug || (yield* x.load()) !== 1, "x is not 1");
          },
        },
      ],
      outcome: function* () {},
      expected: () => () => true,
    });
  for (const strategy of ["dpor", "portfolio"] as const) {
    const [free, other] = [false, true].map((bug) => explore(racing(bug), { strategy }));
    assert(free?.verdict === "bug" && other?.verdict === "bug");
    assertMatch(free.message, /not woken.*times out of order/);
    assertMatch(other.message, /x is not 1$/);
    for (const [bug, result] of [free, other].entries()) {
      assertEquals(replay(racing(bug === 1), result.schedule).finding?.kind, "assertion");
    }
    assertEquals(explore(racing(false), { strategy, clock: "ordered" }).verdict, "proved");
  }
});

Deno.test("explore() lets time pass before a look at the clock, though nobody waits", () => {
  const LATE = "between two looks at the clock no time passes, or more than any deadline";
  const polling = some(
    "polling",
    () => ({}),
    function* () {
      const end = (yield* now()) + 5;
      return (yield* now()) < end ? "in time" : "late";
    },
  );
  const ringing = some(
    "ringing",
    () => ({ bell: timer({ interval: 1 }) }),
    function* ({ bell }) {
      yield* bell.start();
      return (yield* bell.claim({ timeout: 0 })) === "waiting" ? "in time" : "late";
    },
  );
  for (const program of [polling, ringing]) {
    assertEquals(allOutcomesOf(program), ["in time", "late"]);
    const { assumptions } = explore(program, { strategy: "depth-first" });
    assertEquals(assumptions, [LATE]);
    const ordered = explore(program, { strategy: "depth-first", clock: "ordered" });
    assertEquals(ordered.outcomes.map(({ outcome }) => outcome), ["in time"]);
    assertEquals(ordered.assumptions, ["no time passes where no task waits"]);
  }
});

Deno.test("explore() says that a bug needs time to pass where no task waits, and replays it", () => {
  for (const strategy of ["portfolio", "dpor"] as const) {
    const bug = explore(hasty, { strategy });
    assert(bug.verdict === "bug" && bug.kind === "assertion", bug.verdict);
    assertMatch(bug.message, /it is in time; that needs that time passes where no task waits/);
    assertMatch(bug.schedule, /look=later/);
    assertEquals(replay(hasty, bug.schedule).outcome, bug.outcome);
  }
});
