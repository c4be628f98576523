import { assert, assertEquals, assertMatch } from "@std/assert";
import fc from "fast-check";
import { explore, type ExploreResult } from "../../lib/explorer/mod.ts";
import { now, type Steps } from "../../lib/memory/mod.ts";
import { type AnyProgram, defineProgram, ensure, pause } from "../../lib/program/mod.ts";
import { cell, type Shared, type SharedCell, until } from "../../lib/sync/mod.ts";
import { runs } from "../contracts/soak.ts";
import { countClasses } from "./classes.ts";

const things = () => ({ x: cell(), y: cell(), data: cell({ order: "plain" }) });
type Things = Shared<ReturnType<typeof things>>;
type Task = (shared: Things) => Steps<unknown>;

/** A program of such tasks; its outcome is what they return, and what the cells hold. */
function program(name: string, tasks: readonly Task[], expected?: readonly unknown[]): AnyProgram {
  return defineProgram({
    name,
    claim: "Loops that wait are explored as waits.",
    shared: things,
    tasks: (_settings) => tasks.map((run, index) => ({ name: `task ${index}`, run })),
    *outcome({ x, y, data }, { results }) {
      return [yield* x.load(), yield* y.load(), yield* data.load(), ...results];
    },
    expected: () => expected ?? (() => true),
  });
}

const locked = (take: (lock: SharedCell<"i32">) => Steps<boolean>): Task =>
  function* ({ x, data }) {
    while (!(yield* take(x)));
    yield* data.store((yield* data.load()) + 1);
    yield* x.store(0);
  };

function* byExchange(lock: SharedCell<"i32">): Steps<boolean> {
  return (yield* lock.exchange(1)) === 0;
}

function* byCompareExchange(lock: SharedCell<"i32">): Steps<boolean> {
  return (yield* lock.compareExchange(0, 1)) === 0;
}

function* byTwoSteps(lock: SharedCell<"i32">): Steps<boolean> {
  if ((yield* lock.load()) === 1) return false;
  yield* lock.store(1);
  return true;
}

function* set({ x, data }: Things): Steps<void> {
  yield* data.store(7);
  yield* x.store(1);
}

const polled = (look: Task): AnyProgram =>
  program("polled", [
    function* (shared) {
      yield* look(shared);
      return yield* shared.data.load();
    },
    set,
  ], [[1, 0, 7, 7, undefined]]);

const spin: Task = function* ({ x }) {
  while ((yield* x.load()) === 0);
};
const pausing: Task = function* ({ x }) {
  while ((yield* x.load()) === 0) yield* pause(0.01);
};

Deno.test("explore() finds the bug of a wrong spin lock in few schedules, and names the loop", () => {
  const wrong = program("wrong", [locked(byTwoSteps), locked(byTwoSteps)], [[0, 0, 2, undefined, undefined]]);
  for (const strategy of ["portfolio", "depth-first", "dpor", "random"] as const) {
    const bug = explore(wrong, { strategy });
    assert(bug.verdict === "bug" && bug.schedules < 50, `${strategy}: ${bug.verdict} after ${bug.schedules}`);
    assert(["race", "assertion"].includes(bug.kind), bug.kind);
  }
});

Deno.test("explore() proves right spin locks and polled flags, and says that their loops are taken to wait", () => {
  const cases: readonly (readonly [program: AnyProgram, most: number])[] = [
    [program("exchange", [byExchange, byExchange].map(locked), [[0, 0, 2, undefined, undefined]]), 20],
    [program("compareExchange", [byCompareExchange, byCompareExchange].map(locked)), 20],
    [polled(spin), 6],
    [polled(pausing), 15],
  ];
  for (const [program, most] of cases) {
    for (const strategy of ["portfolio", "depth-first", "dpor"] as const) {
      const result = explore(program, { strategy });
      const { verdict, schedules, assumptions } = result;
      // The portfolio's strategies take turns.
      assert(
        verdict === "proved" && schedules <= (strategy === "portfolio" ? 5 * most : most),
        `${program.name}: ${verdict}, ${schedules} by ${strategy}`,
      );
      const [loop, ...others] = assumptions;
      // Of depth-first schedules each has been repeated; others stand for more.
      if (strategy === "depth-first") assertEquals(others, []);
      assertMatch(loop!, /^the loop at waiting_loop_test\.ts:\d+ only waits$/);
    }
  }
});

Deno.test("explore() takes nothing for granted where a program says until()", () => {
  const said = polled(({ x }) => until(x, (value) => value === 1));
  const { verdict, schedules, assumptions } = explore(said, { strategy: "depth-first" });
  assertEquals([verdict, schedules, assumptions], ["proved", 3, []]);
  const never = explore(program("never", [({ x }) => until(x, (value) => value === 2), ({ x }) => x.store(1)]));
  assert(never.verdict === "bug");
  assertEquals([never.kind, never.message], ["deadlock", "Cannot go on: task task 0 waits for x (wait)"]);
});

Deno.test("explore() calls no loop a livelock that ends, or that looks at the clock", () => {
  const counted = (turns: number): Task =>
    function* ({ x }) {
      for (let turn = 0; turn < turns; turn++) yield* x.load();
    };
  const cases: readonly (readonly [tasks: readonly Task[], stepLimit: number, verdict: ExploreResult["verdict"]])[] = [
    [[counted(1200)], 1000, "not-exhausted"],
    [[1, 2, 3, 4].map(() => counted(300)), 1000, "not-exhausted"],
    [[counted(900)], 1000, "proved"],
    [[counted(12_000)], 1000, "bug"],
    [
      [function* ({ x }) {
        const end = (yield* now()) + 5;
        while ((yield* now()) < end) yield* x.load();
      }],
      1000,
      "not-exhausted",
    ],
    [
      [function* ({ x }) {
        // Goes round with pauses, but not for ever.
        const end = (yield* now()) + 100;
        while ((yield* x.load()) === 0 && (yield* now()) < end) yield* pause(0.001);
      }],
      1000,
      "proved",
    ],
  ];
  for (const [index, [tasks, stepLimit, verdict]] of cases.entries()) {
    assertEquals([index, explore(program("ends", tasks), { stepLimit, budget: 2000 }).verdict], [index, verdict]);
  }
});

Deno.test("explore() takes no loop to wait that it has tried out, and that ends", () => {
  const assumed = (turns: number) => {
    const counted: Task = function* ({ x }) {
      for (let turn = 0; turn < turns; turn++) yield* x.load();
    };
    return explore(program("ends", [counted]), { stepLimit: 100, budget: 10, strategy: "depth-first" }).assumptions;
  };
  const isOfLoop = (text: string) => text.startsWith("the loop");
  assertEquals(assumed(500).filter(isOfLoop), []);
  assertEquals(assumed(5000).filter(isOfLoop).length, 1);
});

Deno.test("explore() counts no outcome of a run in which a task goes round for ever", () => {
  const half = explore(program("half", [spin, ({ x }) => x.exchange(2), ({ x }) => x.store(0)]), {
    strategy: "depth-first",
    keepGoing: true,
  });
  assert(half.verdict === "bug" && half.kind === "livelock" && half.exhausted);
  assertEquals(half.message, "nobody changes what is read over and over: task 0: load x 0");
  assertEquals(half.outcomes.map(({ outcome }) => outcome), [
    [0, 0, 0, undefined, 0, undefined],
    [2, 0, 0, undefined, 0, undefined],
  ]);
});

/** How often a task looks: until it sees what it waits for, in a loop of its own or by `until`, or at most so many times. */
type Patience = "loop" | "until" | number;

/** What a task gives that has looked in vain. */
const IN_VAIN = "in vain";

/** Two values that come and go, loops on one cell or both, by loads or by exchanges, and data under them. */
type Act =
  | { readonly kind: "store" | "add" | "load"; readonly at: "x" | "y" | "data"; readonly value: number }
  | { readonly kind: "wait"; readonly at: "x" | "y"; readonly value: number; readonly pauses: boolean }
  | { readonly kind: "both" | "exchange" | "compareExchange"; readonly value: number };

function look(shared: Things, act: Act): (() => Steps<boolean>) | undefined {
  const { x, y } = shared;
  switch (act.kind) {
    case "wait":
      return function* () {
        if ((yield* shared[act.at].load()) === act.value) return true;
        if (act.pauses) yield* pause(0.001);
        return false;
      };
    case "both":
      return function* () {
        return (yield* x.load()) === act.value && (yield* y.load()) === act.value;
      };
    case "exchange":
      return function* () {
        return (yield* x.exchange(act.value)) !== act.value;
      };
    case "compareExchange":
      return function* () {
        return (yield* x.compareExchange(act.value, 2)) === act.value;
      };
    default:
      return undefined;
  }
}

function* perform(shared: Things, act: Act, patience: Patience): Steps<unknown> {
  if (act.kind === "load") return yield* shared[act.at].load();
  if (act.kind === "store") return yield* shared[act.at].store(act.value);
  if (act.kind === "add") return yield* shared[act.at].add(act.value);
  if (act.kind === "wait" && patience === "until") {
    yield* until(shared[act.at], (value) => value === act.value);
    return undefined;
  }
  const again = look(shared, act);
  const most = typeof patience === "number" ? patience : Infinity;
  for (let turn = 0; turn < most; turn++) if (yield* again!()) return undefined;
  throw new Error(IN_VAIN);
}

const anAct: fc.Arbitrary<Act> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constantFrom("store" as const, "store" as const, "add" as const, "load" as const),
      at: fc.constantFrom("x" as const, "y" as const, "data" as const),
      value: fc.integer({ min: 0, max: 1 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant("wait" as const),
      at: fc.constantFrom("x" as const, "y" as const),
      value: fc.integer({ min: 0, max: 1 }),
      pauses: fc.boolean(),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constantFrom("both" as const, "exchange" as const, "compareExchange" as const),
      value: fc.integer({ min: 0, max: 1 }),
    }),
  },
);

const someTasks = fc.oneof(
  fc.array(fc.array(anAct, { minLength: 1, maxLength: 3 }), { minLength: 2, maxLength: 2 }),
  fc.array(fc.array(anAct, { minLength: 1, maxLength: 2 }), { minLength: 3, maxLength: 3 }),
);

const random = (tasks: readonly (readonly Act[])[], patience: Patience) =>
  program(
    "random",
    tasks.map((acts) =>
      function* (shared) {
        const log: unknown[] = [];
        for (const act of acts) log.push(yield* perform(shared, act, patience));
        return log;
      }
    ),
  );

/** The outcomes of runs in which nobody looked in vain; undefined where there are too many runs. */
function came(program: AnyProgram, options: Parameters<typeof explore>[1]): readonly string[] | undefined {
  const result = explore(program, { keepGoing: true, budget: 10_000, stepLimit: 500, ...options });
  if (result.verdict === "bug" ? !result.exhausted : result.verdict !== "proved") return undefined;
  const outcomes = result.outcomes.map(({ outcome }) => JSON.stringify(outcome));
  return outcomes.filter((text) => !text.includes(IN_VAIN) && !text.includes("DeadlockError"));
}

Deno.test("explore() comes to the same outcomes as with each loop unrolled, and with until(), by each strategy", () => {
  let compared = 0;
  fc.assert(
    fc.property(someTasks, (tasks) => {
      const unrolled = came(random(tasks, 2), { strategy: "depth-first" });
      for (const patience of ["loop", "until"] as const) {
        for (
          const [strategy, granularity] of [["depth-first", "operation"], ["dpor", "operation"], [
            "dpor",
            "word",
          ]] as const
        ) {
          const found = came(random(tasks, patience), { strategy, granularity });
          if (unrolled === undefined || found === undefined) return;
          compared++;
          assertEquals([patience, strategy, granularity, found], [patience, strategy, granularity, unrolled]);
        }
      }
    }),
    { numRuns: runs(60) },
  );
  assert(compared > 3 * runs(60), `${compared} were compared`);
});

Deno.test("explore() finds the races of loops that wait", () => {
  fc.assert(
    fc.property(someTasks, (tasks) => {
      const races = (patience: Patience, strategy: "depth-first" | "dpor") => {
        const result = explore(random(tasks, patience), { strategy, budget: 10_000, stepLimit: 500 });
        return result.verdict === "bug" ? result.kind : result.verdict;
      };
      const loops = tasks.flat().some(({ kind }) => !["load", "store", "add"].includes(kind));
      if (!loops || races(2, "depth-first") !== "race") return;
      for (const strategy of ["depth-first", "dpor"] as const) {
        // Where somebody waits for ever that may be found first.
        assert(["race", "livelock"].includes(races("loop", strategy)), strategy);
      }
    }),
    { numRuns: runs(100) },
  );
});

Deno.test("Dpor knows what a task would read that goes round to the end of a run", () => {
  const looks: readonly (readonly [look: Task, classes: number])[] = [
    [({ x }) => until(x, (value) => value === 1), 4],
    [function* ({ x }) {
      while ((yield* x.load()) !== 1);
    }, 6],
  ];
  for (const [look, classes] of looks) {
    const blinking = program("blinking", [function* ({ x }) {
      yield* x.store(1);
      yield* x.store(0);
    }, look]);
    assertEquals(countClasses(blinking, { stepLimit: 200 }).classes, classes);
    assertEquals(explore(blinking, { strategy: "dpor", keepGoing: true, stepLimit: 200 }).schedules, classes);
  }
});

Deno.test("Dpor runs each class of programs with loops that wait once", () => {
  fc.assert(
    fc.property(fc.array(fc.array(anAct, { minLength: 1, maxLength: 2 }), { minLength: 2, maxLength: 2 }), (tasks) => {
      const looping = random(tasks, "loop");
      const counted = countClasses(looping, { stepLimit: 500 });
      const { schedules } = explore(looping, { strategy: "dpor", keepGoing: true, stepLimit: 500 });
      assertEquals(schedules, counted.classes);
    }),
    { numRuns: runs(60) },
  );
});

Deno.test("a loop that counts its turns is not certain: what it counts is taken for granted not to matter", () => {
  const counts = explore(program("counts", [
    function* ({ x }) {
      let turns = 0;
      while ((yield* x.load()) === 0) turns++;
      ensure(turns < 5, "it is soon over");
    },
    ({ x }) => x.store(1),
  ]));
  assertEquals([counts.verdict, counts.assumptions.length], ["proved", 1]);
});
