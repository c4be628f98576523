import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { explore } from "../../lib/explorer/mod.ts";
import { notify, now, type Steps, wait } from "../../lib/memory/mod.ts";
import { type AnyProgram, defineProgram, pause } from "../../lib/program/mod.ts";
import { cell, lock, semaphore, type Shareable } from "../../lib/sync/mod.ts";
import { runs } from "../contracts/soak.ts";
import { countClasses } from "./classes.ts";
import { randomProgram } from "./random_programs.ts";
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
import { twostage } from "./specimens/twostage.ts";
import { wronglock } from "./specimens/wronglock.ts";

/** With how many interleavings, and in how many classes. */
const table: readonly (readonly [program: AnyProgram, interleavings: number, classes: number])[] = [
  [account, 6, 6],
  [bluetooth, 659, 10],
  [deadlock01, 6, 3],
  [lazy01, 6, 6],
  [reorder, 172, 56],
  [sync01, 3, 3],
  [twostage, 37, 3],
];

for (const [program, interleavings, classes] of table) {
  Deno.test(`Dpor runs each class of ${program.name} once`, () => {
    const result = explore(program, { strategy: "dpor", keepGoing: true });
    if (result.verdict !== "bug") throw new Error(result.verdict);
    assertEquals([result.schedules, result.exhausted], [classes, true]);
    assertEquals(countClasses(program), { interleavings, classes });
  });
}

const twins: readonly (readonly [program: AnyProgram, variant: string, classes: number])[] = [
  [account, "fixed", 6],
  [deadlock01, "fixed", 2],
  [peterson, "plain", 46],
  [philosophers, "fixed", 2],
  [sync01, "fixed", 3],
  [wronglock, "fixed", 24],
];

Deno.test("Dpor proves the fixed twins, one run for each class", () => {
  for (const [program, variant, classes] of twins) {
    const { verdict, schedules } = explore(program, { variant, strategy: "dpor" });
    assertEquals([program.name, verdict, schedules], [program.name, "proved", classes]);
    assertEquals(countClasses(program, { variant }).classes, classes);
  }
});

Deno.test("Dpor proves twins that have too many interleavings to run them all", () => {
  for (const program of [boundedBuffer, circularBuffer]) {
    assertEquals(explore(program, { variant: "fixed", strategy: "dpor" }).verdict, "proved");
  }
});

Deno.test("Dpor tries whoever can begin the other order, not always the task of the later event", () => {
  const steps = defineProgram({
    name: "steps",
    claim: "Anything may come out.",
    shared: () => ({ x: cell(), y: cell(), permits: semaphore(2) }),
    tasks: () => [
      {
        name: "a",
        *run({ permits, x }) {
          yield* permits.acquire();
          yield* x.add(1);
          yield* permits.release();
        },
      },
      {
        name: "b",
        *run({ permits, x, y }) {
          yield* y.load();
          yield* permits.acquire();
          yield* x.add(1);
          yield* permits.release();
        },
      },
      { name: "c", run: ({ x }) => x.load() },
    ],
    outcome: ({ x }) => x.load(),
    expected: () => [2],
  });
  assertEquals(explore(steps, { strategy: "dpor" }).schedules, 30);
  assertEquals(countClasses(steps).classes, 30);
  const looks = defineProgram({
    name: "looks",
    claim: "Anything may come out.",
    shared: () => ({ x: cell(), m: lock(), permits: semaphore(2) }),
    tasks: () => [
      {
        name: "a",
        *run({ permits, x, m }) {
          yield* permits.acquire();
          yield* x.add(1);
          yield* permits.release();
          using _held = yield* m.lock();
        },
      },
      {
        name: "b",
        *run({ permits, x }) {
          yield* permits.acquire();
          yield* x.add(1);
          yield* permits.release();
          yield* x.load();
        },
      },
      { name: "c", run: ({ x }) => x.load() },
    ],
    outcome: ({ x }) => x.load(),
    expected: () => [2],
  });
  assertEquals(explore(looks, { strategy: "dpor" }).schedules, countClasses(looks).classes);
});

Deno.test("Dpor finds the bug among 40,032 classes", () => {
  const result = explore(reorder, { parameters: { setters: 4 }, strategy: "dpor", budget: 30_000 });
  assertEquals([result.verdict, result.schedules], ["bug", 1825]);
});

/** A word to wait on without a call, such as a primitive of the user's own. */
const bell: Shareable<{ hear(): Steps<unknown>; ring(): Steps<unknown> }> = {
  kind: "bell",
  reserve(space, name) {
    const word = space.word(name);
    return () => ({ hear: () => wait(word, 0), ring: () => notify(word) });
  },
};

Deno.test("Dpor runs a notify before the wait, too, and a look at the clock after the time of another", () => {
  const lost = defineProgram({
    name: "lost",
    claim: "Who rings first is not heard.",
    shared: () => ({ bell }),
    tasks: () => [{ name: "hear", run: ({ bell }) => bell.hear() }, { name: "ring", run: ({ bell }) => bell.ring() }],
    // deno-lint-ignore require-yield
    outcome: function* (_shared, { results }) {
      return results;
    },
    expected: () => () => true,
  });
  const result = explore(lost, { strategy: "dpor", keepGoing: true });
  if (result.verdict !== "bug") throw new Error(result.verdict);
  assertEquals([result.kind, result.schedules, result.exhausted], ["lost-wakeup", 2, true]);
  const late = defineProgram({
    name: "late",
    claim: "A look at the clock sees the time of a sleeper, or does not.",
    shared: () => ({ n: cell() }),
    tasks: () => [
      { name: "sleep", run: () => pause(1) },
      {
        name: "look",
        *run({ n }) {
          yield* n.load();
          return yield* now();
        },
      },
    ],
    // deno-lint-ignore require-yield
    outcome: function* (_shared, { results }) {
      return results[1];
    },
    expected: () => [0, 1000],
  });
  const { verdict, outcomes } = explore(late, { strategy: "dpor", clock: "ordered" });
  assertEquals([verdict, outcomes.map(({ outcome }) => outcome)], ["proved", [0, 1000]]);
});

Deno.test("Dpor runs each class of a random program once, with all its outcomes", () => {
  const most = 10_000;
  fc.assert(
    fc.property(randomProgram, (program) => {
      const all = explore(program, { strategy: "depth-first", keepGoing: true, budget: most });
      if (all.schedules === most) return;
      const some = explore(program, { strategy: "dpor", keepGoing: true, budget: most });
      const texts = ({ outcomes }: typeof all) => outcomes.map(({ outcome }) => JSON.stringify(outcome));
      assertEquals([some.schedules, texts(some)], [countClasses(program).classes, texts(all)]);
      assertEquals([some.verdict, "kind" in some], [all.verdict, "kind" in all]);
    }),
    { numRuns: runs(200) },
  );
});

Deno.test("Dpor costs in proportion to the length of runs", () => {
  const seconds = (length: number) => {
    const program = defineProgram({
      name: "long",
      claim: "Two tasks store, then one looks.",
      shared: () => ({ x: cell(), y: cell() }),
      tasks: () => [
        {
          name: "a",
          *run({ x }) {
            for (let time = 0; time < length; time++) yield* x.store(time);
          },
        },
        {
          name: "b",
          *run({ x, y }) {
            for (let time = 0; time < length; time++) yield* y.store(time);
            yield* x.load();
          },
        },
      ],
      outcome: ({ x }) => x.load(),
      expected: () => [length - 1],
    });
    const started = performance.now();
    explore(program, { strategy: "dpor", budget: 20, stepLimit: 1e6 });
    return performance.now() - started;
  };
  // 4 where the cost grows with the length, 16 and more where it grows with its square: in the calmest of some rounds.
  let ratio = Infinity;
  for (let round = 0; round < 9 && ratio >= 9; round++) ratio = Math.min(ratio, seconds(2400) / seconds(600));
  assert(ratio < 9, `four times the length takes ${ratio} times as long`);
});
