import { assert, assertEquals, assertMatch, assertStringIncludes, assertThrows } from "@std/assert";
import {
  accountOf,
  type BugKind,
  explore,
  type ExploredRun,
  type ExploreOptions,
  replay,
} from "../../lib/explorer/mod.ts";
import { choose, sleep } from "../../lib/memory/mod.ts";
import { type AnyProgram, dataText, defineProgram, pause } from "../../lib/program/mod.ts";
import { blocking, cell, lock, semaphore } from "../../lib/sync/mod.ts";
import { runs } from "../contracts/soak.ts";
import { account } from "./specimens/account.ts";
import { bluetooth } from "./specimens/bluetooth.ts";
import { boundedBuffer } from "./specimens/bounded_buffer.ts";
import { circularBuffer } from "./specimens/circular_buffer.ts";
import { deadlock01 } from "./specimens/deadlock01.ts";
import { lazy01 } from "./specimens/lazy01.ts";
import { peterson } from "./specimens/peterson.ts";
import { philosophers } from "./specimens/philosophers.ts";
import { reorder } from "./specimens/reorder.ts";
import { sync01 } from "./specimens/sync01.ts";
import { treiberAba } from "./specimens/treiber_aba.ts";
import { twostage } from "./specimens/twostage.ts";
import { wronglock } from "./specimens/wronglock.ts";

function bugOf(program: AnyProgram, options: ExploreOptions = {}) {
  const result = explore(program, options);
  if (result.verdict !== "bug") throw new Error(`${program.name}: ${result.verdict} after ${result.schedules}`);
  return result;
}

const table: readonly (readonly [program: AnyProgram, variant: string, kind: BugKind, preemptions: number])[] = [
  [account, "plain", "assertion", 0],
  [bluetooth, "plain", "assertion", 1],
  [boundedBuffer, "plain", "deadlock", 0],
  [circularBuffer, "plain", "assertion", 1],
  [deadlock01, "plain", "deadlock", 1],
  [lazy01, "plain", "assertion", 0],
  [peterson, "without turn", "assertion", 1],
  [philosophers, "plain", "assertion", 0],
  [reorder, "plain", "assertion", 1],
  [sync01, "plain", "deadlock", 0],
  [treiberAba, "plain", "assertion", 1],
  [twostage, "plain", "assertion", 1],
  [wronglock, "plain", "assertion", 1],
];

for (const [program, variant, kind, preemptions] of table) {
  Deno.test(`explore() finds the bug of ${program.name} with the fewest preemptions, and replay() shows it each time`, () => {
    for (const strategy of ["portfolio", "bounded", "dpor", "random", "pct"] as const) {
      const bug = bugOf(program, { variant, strategy, budget: 1000 });
      assertEquals([strategy, bug.kind, bug.preemptions, bug.minimal], [strategy, kind, preemptions, true]);
      for (let time = 0; time < (strategy === "portfolio" ? 100 : 5); time++) {
        const again = replay(program, bug.schedule, { variant });
        assertEquals([again.finding?.kind, again.finding?.message, again.preemptions], [
          kind,
          bug.message,
          preemptions,
        ]);
      }
      // What the smaller parameters show is replayed with them.
      const { smaller } = bug;
      if (smaller === undefined) continue;
      const again = replay(program, smaller.schedule, { variant, parameters: smaller.parameters });
      assertEquals([again.finding?.kind, again.preemptions], [kind, smaller.preemptions]);
    }
  });
}

/** Those that are correct. */
const twins: readonly (readonly [program: AnyProgram, variant: string])[] = [
  [account, "fixed"],
  [bluetooth, "fixed"],
  [boundedBuffer, "fixed"],
  [circularBuffer, "fixed"],
  [deadlock01, "fixed"],
  [lazy01, "fixed"],
  [peterson, "plain"],
  [philosophers, "fixed"],
  [reorder, "fixed"],
  [sync01, "fixed"],
  [treiberAba, "fixed"],
  [twostage, "fixed"],
  [wronglock, "fixed"],
];

Deno.test("explore() reports nothing on the twins that are correct, by any strategy, and proves them", () => {
  for (const [program, variant] of twins) {
    for (const strategy of ["portfolio", "bounded", "dpor", "random", "pct"] as const) {
      const budget = strategy === "dpor" ? 10_000 : runs(500);
      const result = explore(program, { variant, strategy, budget });
      if (result.verdict === "bug") throw new Error(`${program.name} by ${strategy}: ${result.message}`);
      if (strategy === "dpor") assertEquals([program.name, result.verdict], [program.name, "proved"]);
    }
  }
});

Deno.test("explore() tells its watcher of each schedule what came out, with a text that replays it", () => {
  for (const strategy of ["portfolio", "dpor", "depth-first"] as const) {
    let told: ExploredRun[] = [];
    const watch = () => {
      told = [];
      return (run: ExploredRun) => void told.push(run);
    };
    const result = explore(bluetooth, { strategy, watch, keepGoing: true, budget: 25 });
    assertEquals(told.length, result.schedules);
    const counts = Map.groupBy(told, ({ outcome }) => outcome);
    assertEquals(
      result.outcomes.map(({ outcome, count }) => [dataText(outcome), count]),
      [...counts].map(([text, some]) => [text, some.length]).sort(),
    );
    for (const { outcome, kind, schedule, tasks } of told) {
      const replayed = replay(bluetooth, schedule());
      assertEquals([dataText(replayed.outcome), replayed.finding?.kind], [outcome, kind]);
      assertEquals(accountOf(bluetooth, schedule()).moments.flatMap(({ goes }) => goes ?? []), tasks);
    }
  }
});

Deno.test("explore() names the tasks and the locks of a deadlock", () => {
  assertEquals(
    bugOf(deadlock01).message,
    "Cannot go on: task left waits for b (acquire), which right holds; task right waits for a (acquire), which left holds",
  );
});

Deno.test("explore() gives the same result for the same program, settings and options", () => {
  for (const strategy of ["portfolio", "random"] as const) {
    assertEquals(explore(bluetooth, { strategy, seed: 5 }), explore(bluetooth, { strategy, seed: 5 }));
  }
});

Deno.test("explore() tells a task that waits for itself from one whose lock went with its holder", () => {
  const self = defineProgram({
    name: "self",
    claim: "A lock is taken twice.",
    shared: () => ({ guard: lock() }),
    tasks: () => [{
      name: "w",
      *run({ guard }) {
        yield* guard.acquire();
        yield* guard.acquire();
      },
    }],
    outcome: ({ guard }) => guard.locked(),
    expected: () => [true],
  });
  const bug = bugOf(self);
  assertEquals(bug.kind, "self-deadlock");
  assertEquals(bug.message, "Cannot go on: task w waits for guard (acquire), which it holds");
  const orphan = defineProgram({
    name: "orphan",
    claim: "A lock is never given back.",
    shared: () => ({ guard: lock() }),
    tasks: (_settings) => ["a", "b"].map((name) => ({ name, run: ({ guard }) => guard.acquire() })),
    outcome: ({ guard }) => guard.locked(),
    expected: () => [true],
  });
  assertEquals(bugOf(orphan).kind, "orphaned-lock");
});

/** One task, and what it does. */
function alone(name: string, body: () => Generator<never, unknown>): AnyProgram {
  return defineProgram({
    name,
    claim: "One task does something.",
    shared: () => ({ guard: lock(), n: cell() }),
    tasks: () => [{ name: "only", run: body }],
    outcome: ({ n }) => n.load(),
    expected: () => [0],
  });
}

Deno.test("explore() finds an exception, and a lock that is held at the end", () => {
  // deno-lint-ignore require-yield
  const thrower = alone("thrower", function* () {
    throw new TypeError("no");
  });
  const exception = bugOf(thrower);
  assertEquals([exception.kind, exception.message], ["exception", "only: TypeError: no"]);
  const keeper = defineProgram({
    name: "keeper",
    claim: "A lock is kept.",
    shared: () => ({ guard: lock() }),
    tasks: () => [{ name: "only", run: ({ guard }) => guard.acquire() }],
    outcome: ({ guard }) => guard.locked(),
    expected: () => [true],
  });
  const leak = bugOf(keeper);
  assertEquals([leak.kind, leak.message], ["orphaned-lock", "at the end, guard is held by only"]);
});

Deno.test("explore() looks at the invariant between any two actions, also where the order seems not to matter", () => {
  const pair = defineProgram({
    name: "pair",
    claim: "x and y are set together.",
    shared: () => ({ x: cell(), y: cell() }),
    tasks: () => [{ name: "a", run: ({ x }) => x.store(1) }, { name: "b", run: ({ y }) => y.store(1) }],
    outcome: ({ x }) => x.load(),
    expected: () => [1],
    *invariant({ x, y }) {
      return (yield* y.load()) <= (yield* x.load());
    },
  });
  for (const strategy of ["portfolio", "dpor"] as const) {
    const bug = bugOf(pair, { strategy });
    assertEquals([bug.kind, bug.message, bug.preemptions], ["assertion", "the invariant does not hold", 0]);
  }
  assertEquals(explore(pair, { checks: false }).verdict, "proved");
});

Deno.test("explore() lets the time of whoever waits come at any point", () => {
  const race = defineProgram({
    name: "race",
    claim: "An update can be lost.",
    shared: () => ({ count: cell() }),
    tasks: (_settings) =>
      ["a", "b"].map((name) => ({
        name,
        *run({ count }) {
          const seen = yield* count.load();
          yield* pause(0.1);
          yield* count.store(seen + 1);
        },
      })),
    outcome: ({ count }) => count.load(),
    expected: () => [1, 2],
  });
  const impatient = defineProgram({
    name: "impatient",
    claim: "A permit comes in time, or not.",
    shared: () => ({ permits: semaphore(0) }),
    tasks: () => [
      { name: "wait", run: ({ permits }) => permits.acquire({ timeout: 1 }) },
      { name: "give", run: ({ permits }) => permits.release() },
    ],
    outcome: function* ({ permits }, { results }) {
      return [results[0], (yield* permits.statistics()).permits];
    },
    expected: () => [[true, 0], [false, 1]],
  });
  for (const strategy of ["depth-first", "bounded", "dpor", "portfolio"] as const) {
    for (const granularity of strategy === "dpor" ? ["operation", "word"] as const : ["operation"] as const) {
      const outcomesOf = (program: AnyProgram) => {
        const result = explore(program, { strategy, granularity, budget: 100_000 });
        assertEquals([program.name, strategy, granularity, result.verdict], [
          program.name,
          strategy,
          granularity,
          "proved",
        ]);
        return result.outcomes.map(({ outcome }) => outcome);
      };
      assertEquals(outcomesOf(race), [1, 2]);
      assertEquals(outcomesOf(impatient), [[false, 1], [true, 0]]);
    }
  }
});

Deno.test("explore() has a task fail that chooses among nothing, or waits for a time that is none", () => {
  for (
    const [steps, says] of [[choose(NaN), "Cannot choose: NaN"], [sleep(NaN), "Cannot sleep: the time is NaN"]] as const
  ) {
    const program = defineProgram({
      name: "nonsense",
      claim: "It is refused.",
      shared: () => ({}),
      tasks: () => [{ name: "a", run: () => steps }],
      *outcome() {},
      expected: () => () => true,
    });
    const { verdict, outcomes } = explore(program);
    assertEquals([verdict, outcomes.length], ["proved", 1]);
    assertStringIncludes(JSON.stringify(outcomes), says);
  }
});

Deno.test("explore() makes every choice", () => {
  const dice = defineProgram({
    name: "dice",
    claim: "Two dice come to 2 to 12.",
    shared: () => ({ sum: cell() }),
    tasks: (_settings) =>
      ["a", "b"].map((name) => ({
        name,
        *run({ sum }) {
          yield* sum.add(1 + (yield* choose(6)));
        },
      })),
    outcome: ({ sum }) => sum.load(),
    expected: () => (outcome) => typeof outcome === "number" && outcome !== 12,
  });
  const bug = bugOf(dice, { strategy: "dpor", keepGoing: true });
  // Two orders of each of 36 throws.
  assertEquals([bug.schedules, bug.outcomes.length, bug.exhausted], [72, 11, true]);
  assertEquals(bug.outcomes.map(({ count }) => count / 2).toSorted((one, other) => one - other), [
    1,
    1,
    2,
    2,
    3,
    3,
    4,
    4,
    5,
    5,
    6,
  ]);
  assertEquals(replay(dice, bug.schedule).outcome, 12);
  // Nobody comes between a task and its choice: a's throw, then its step before b's throw (6), or b's throw before it (6 x 2).
  assertEquals(bugOf(dice, { strategy: "depth-first", keepGoing: true }).schedules, 6 * (6 + 12));
});

Deno.test("explore() finds a program out that depends on more than its answers", () => {
  const source = { draws: 0 };
  const drawing = defineProgram({
    name: "drawing",
    claim: "A task draws lots.",
    shared: () => ({ n: cell() }),
    tasks: (_settings) => ["a", "b"].map((name) => ({ name, run: ({ n }) => n.add(source.draws++) })),
    outcome: function* () {},
    expected: () => () => true,
  });
  for (const strategy of ["portfolio", "dpor", "random"] as const) {
    assertEquals(bugOf(drawing, { strategy, budget: 10 }).kind, "nondeterminism");
  }
});

Deno.test("explore() finds out that a second model of the same program does other things", () => {
  const source = { draws: 0 };
  const once = defineProgram({
    name: "once",
    claim: "A task draws lots.",
    shared: () => ({ n: cell() }),
    tasks: () => [{ name: "only", run: ({ n }) => n.add(source.draws++) }],
    outcome: function* () {},
    expected: () => () => true,
  });
  assertEquals(bugOf(once).kind, "nondeterminism");
});

Deno.test("explore() ends at the step limit where a task goes on for ever and never comes to a state again", () => {
  const counting = defineProgram({
    name: "counting",
    claim: "A task counts for ever.",
    shared: () => ({ count: cell() }),
    tasks: () => [{
      name: "only",
      *run({ count }) {
        for (;;) yield* count.add(1);
      },
    }],
    outcome: ({ count }) => count.load(),
    expected: () => [1],
  });
  for (const strategy of ["portfolio", "depth-first", "random", "pct"] as const) {
    const { verdict, schedules } = explore(counting, { strategy, stepLimit: 50, budget: 10 });
    assertEquals([verdict, schedules], ["not-exhausted", 0]);
  }
});

Deno.test("explore() counts an expected failure as no bug, and buries who failed", () => {
  const failure = '{"failed":[{"task":"fails","error":"TypeError","message":"no"}]}';
  const dying = defineProgram({
    name: "dying",
    claim: "The lock of a task that failed passes on.",
    shared: () => ({ guard: lock() }),
    tasks: () => [
      {
        name: "fails",
        *run({ guard }) {
          yield* guard.acquire();
          throw new TypeError("no");
        },
      },
      {
        name: "next",
        *run({ guard }) {
          using held = yield* guard.lock();
          if (held.ownerDied !== undefined) yield* held.markConsistent();
        },
      },
    ],
    outcome: ({ guard }) => guard.locked(),
    expected: () => (outcome) => JSON.stringify(outcome) === failure,
  });
  assertEquals(explore(dying, { strategy: "depth-first" }).verdict, "proved");
});

Deno.test("explore() and replay() refuse what makes no sense", () => {
  assertThrows(() => explore(account, { budget: 0 }), RangeError, "Cannot explore account: a budget of 0");
  assertThrows(() => explore(account, { stepLimit: 0 }), RangeError, "a step limit of 0");
  assertThrows(() => explore(account, { variant: "other" }), RangeError, "variant other");
  assertThrows(() => replay(account, "hf2:o-abcdef"), RangeError, "it is no schedule");
  assertThrows(() => replay(account, "hf1:o3b-abcdef"), RangeError, "it is of version hf1, one of hf2, as exploring");
  const { schedule } = bugOf(account);
  assertMatch(schedule, /^hf2:@0\/\w+\.\d:\w{6}$/);
  assertThrows(() => replay(account, schedule.replace("@0", "@1")), RangeError, "do not fit the rest");
  assertThrows(() => replay(lazy01, schedule), RangeError, "and there are one, two, check, a schedule of this program");
  assertThrows(() => replay(account, schedule, { variant: "fixed" }), RangeError, "its tasks take other steps");
  assertThrows(() => replay(account, bugOf(wronglock).schedule), RangeError, "a schedule of this program is wanted");
  assert(replay(account, `  ${schedule}\n`).finding !== undefined);
});

Deno.test("explore() refuses a task that uses a Sync face, as an exception of that task", () => {
  const sync = defineProgram({
    name: "sync",
    claim: "A task blocks.",
    shared: () => ({ n: cell() }),
    tasks: () => [{
      name: "only",
      // deno-lint-ignore require-yield
      *run({ n }) {
        blocking(n).load();
      },
    }],
    outcome: ({ n }) => n.load(),
    expected: () => [0],
  });
  assertMatch(bugOf(sync).message, /a Sync face in a task that is explored/);
});
