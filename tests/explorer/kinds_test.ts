import { assert, assertEquals, assertMatch } from "@std/assert";
import { type BugKind, explore, type ExploreOptions, replay } from "../../lib/explorer/mod.ts";
import { notify, type Steps, wait } from "../../lib/memory/mod.ts";
import { type AnyProgram, defineProgram, ensure, pause, type Settings } from "../../lib/program/mod.ts";
import { cell, condition, event, lock, rwlock, type Shareable } from "../../lib/sync/mod.ts";

const variants = ["plain", "fixed"] as const;
const rest = { variants, specimens: ["plain"], outcome: function* () {}, expected: () => () => true } as const;
const isFixed = ({ variant }: Settings) => variant === "fixed";

const lateWaiter = defineProgram({
  name: "late-waiter",
  claim: "Who waits for a notify gets it, if it looks under the lock before.",
  ...rest,
  shared: () => ({ changed: condition(), ready: cell() }),
  tasks: (settings) => [
    {
      name: "wait",
      *run({ changed, ready }) {
        if (!isFixed(settings) && (yield* ready.load()) === 1) return;
        using _held = yield* changed.lock.lock();
        if (isFixed(settings)) {
          yield* changed.waitFor(function* () {
            return (yield* ready.load()) === 1;
          });
        } else yield* changed.wait();
      },
    },
    {
      name: "tell",
      *run({ changed, ready }) {
        using _held = yield* changed.lock.lock();
        yield* ready.store(1);
        yield* changed.notify();
      },
    },
  ],
});

const pulse = defineProgram({
  name: "pulse",
  claim: "An event that is set is seen, if nobody clears it.",
  ...rest,
  shared: () => ({ start: event() }),
  tasks: (settings) => [
    { name: "wait", run: ({ start }) => start.wait() },
    {
      name: "pulse",
      *run({ start }) {
        yield* start.set();
        if (!isFixed(settings)) yield* start.clear();
      },
    },
  ],
});

/** A gate of the user's own, made of a word. */
const gate: Shareable<{ open(): Steps<unknown>; pass(looks: boolean): Steps<unknown> }> = {
  kind: "gate",
  reserve(space, name) {
    const word = space.word(name);
    const flag = cell().reserve(space, `${name}.open`);
    return (binding) => ({
      *open() {
        yield* binding.use(flag).store(1);
        yield* notify(word);
      },
      *pass(looks) {
        if (looks) { while ((yield* binding.use(flag).load()) === 0) yield* wait(word, 0, { deadline: 1 }); }
        else if ((yield* binding.use(flag).load()) === 0) yield* wait(word, 0);
      },
    });
  },
};

const ownGate = defineProgram({
  name: "own-gate",
  claim: "Who waits in slices passes.",
  ...rest,
  shared: () => ({ gate }),
  tasks: (settings) => [
    { name: "pass", run: ({ gate }) => gate.pass(isFixed(settings)) },
    { name: "open", run: ({ gate }) => gate.open() },
  ],
});

const orphan = defineProgram({
  name: "orphan",
  claim: "A lock is given back.",
  ...rest,
  shared: () => ({ guard: lock() }),
  tasks: (settings) =>
    ["a", "b"].map((name) => ({
      name,
      *run({ guard }) {
        yield* guard.acquire();
        if (isFixed(settings)) yield* guard.release();
      },
    })),
});

const reader = defineProgram({
  name: "reader",
  claim: "A reader leaves.",
  ...rest,
  shared: () => ({ book: rwlock() }),
  tasks: (settings) => [{
    name: "only",
    *run({ book }) {
      yield* book.acquireRead();
      if (isFixed(settings)) yield* book.releaseRead();
    },
  }],
});

const polite = defineProgram({
  name: "polite",
  claim: "Two who make way for each other pass, if one of them goes first.",
  ...rest,
  shared: () => ({ wants: cell(), other: cell() }),
  tasks: (settings) =>
    [0, 1].map((me) => ({
      name: `task ${me}`,
      *run({ wants, other }) {
        const [mine, theirs] = me === 0 ? [wants, other] : [other, wants];
        yield* mine.store(1);
        while ((yield* theirs.load()) === 1) {
          if (me === 1 && isFixed(settings)) yield* mine.store(0);
          yield* pause(0.001);
        }
        if (me === 0 || isFixed(settings)) yield* mine.store(0);
      },
    })),
});

const spinning = defineProgram({
  name: "spinning",
  claim: "A flag that is waited for is set.",
  ...rest,
  shared: () => ({ flag: cell(), count: cell() }),
  tasks: (settings) => [
    {
      name: "spin",
      *run({ flag }) {
        while ((yield* flag.load()) === 0);
      },
    },
    { name: "set", run: ({ flag, count }) => (isFixed(settings) ? flag : count).store(1) },
  ],
});

const thrower = defineProgram({
  name: "thrower",
  claim: "Nobody divides by nothing.",
  ...rest,
  expected: () => (outcome) => outcome === undefined,
  shared: () => ({ n: cell() }),
  tasks: (settings) => [
    {
      name: "divide",
      *run({ n }) {
        const by = yield* n.load();
        if (by === 0 && !isFixed(settings)) throw new RangeError("by nothing");
      },
    },
    { name: "set", run: ({ n }) => n.store(2) },
  ],
});

const bytes = defineProgram({
  name: "bytes",
  claim: "Bytes are written under a lock.",
  ...rest,
  shared: () => ({ guard: lock(), page: page() }),
  tasks: (settings) =>
    ["a", "b"].map((name, me) => ({
      name,
      *run({ guard, page }) {
        if (me === 0 || isFixed(settings)) {
          using _held = yield* guard.lock();
          yield* page.put(2, [me]);
        } else yield* page.put(0, [7, 7, 7]);
      },
    })),
});

/** Bytes that tasks write as they like. */
function page(): Shareable<{ put(at: number, values: readonly number[]): Steps<unknown> }> {
  return {
    kind: "page",
    reserve(space, name) {
      const { offset } = space.bytes(name, 8);
      return () => ({
        *put(at, values) {
          yield { kind: "write", offset: offset + at, bytes: Uint8Array.from(values) };
        },
      });
    },
  };
}

const table: readonly (readonly [program: AnyProgram, kind: BugKind, message: RegExp])[] = [
  [lateWaiter, "lost-wakeup", /the notify of changed by tell at step \d+ woke nobody, and wait waits for it since$/],
  [pulse, "lost-wakeup", /the set of start by pulse at step 0 woke nobody, and wait waits for it since$/],
  [ownGate, "lost-wakeup", /the notify of gate by open at step 2 woke nobody, and pass waits for it since$/],
  [orphan, "orphaned-lock", /^Cannot go on: task b waits for guard \(acquire\), which a holds$/],
  [reader, "orphaned-lock", /^at the end, book is /],
  [polite, "livelock", /^nobody changes what is read over and over: task 0: load other 1; task 0: sleep/],
  [spinning, "livelock", /^nobody changes what is read over and over: spin: load flag 0$/],
  [thrower, "exception", /^divide: RangeError: by nothing$/],
  [bytes, "race", /a data race on bytes 2 to 2 of page: nothing orders a \(write, holding guard\) and b \(write\)$/],
];

const options: ExploreOptions = { stepLimit: 400, budget: 500 };

for (const [program, kind, message] of table) {
  Deno.test(`explore() finds the ${kind} of ${program.name}, replay() shows it, and the fixed twin has none`, () => {
    for (const strategy of ["portfolio", "dpor", "random", "pct"] as const) {
      const bug = explore(program, { ...options, strategy });
      if (bug.verdict !== "bug") throw new Error(`${strategy}: ${bug.verdict}`);
      assertEquals([strategy, bug.kind], [strategy, kind]);
      assertMatch(bug.message, message);
      const again = replay(program, bug.schedule, { stepLimit: 400 });
      assertEquals([again.finding?.kind, again.finding?.message, again.preemptions], [
        kind,
        bug.message,
        bug.preemptions,
      ]);
      const twin = explore(program, { ...options, strategy, variant: "fixed" });
      if (twin.verdict === "bug") throw new Error(`${strategy} finds ${twin.kind}: ${twin.message}`);
    }
  });
}

Deno.test("explore() calls a wake-up lost only where it would have helped, and who waits for another thing deadlocked", () => {
  const vain = defineProgram({
    name: "vain",
    claim: "A notify that came too early would not have helped.",
    ...rest,
    shared: () => ({ changed: condition(), count: cell() }),
    tasks: () => [
      {
        name: "tell",
        *run({ changed }) {
          using _held = yield* changed.lock.lock();
          yield* changed.notify();
        },
      },
      {
        name: "wait",
        *run({ changed, count }) {
          using _held = yield* changed.lock.lock();
          while ((yield* count.load()) === 0) yield* changed.wait();
        },
      },
    ],
  });
  const bug = explore(vain, { strategy: "depth-first", keepGoing: true });
  assert(bug.verdict === "bug");
  assertEquals([bug.kind, bug.message], ["deadlock", "Cannot go on: task wait waits for changed (wait)"]);
});

Deno.test("explore() tells the locks that each of two racing tasks held, and what they stored and found", () => {
  const program = defineProgram({
    name: "half",
    claim: "Both use the lock.",
    ...rest,
    shared: () => ({ a: lock(), b: lock(), count: cell({ order: "plain" }) }),
    tasks: () => [
      {
        name: "one",
        *run({ a, b, count }) {
          using _a = yield* a.lock();
          using _b = yield* b.lock();
          yield* count.store(5);
        },
      },
      { name: "other", run: ({ count }) => count.load() },
    ],
  });
  const bug = explore(program);
  assert(bug.verdict === "bug");
  assertEquals(bug.message, "a data race on count: nothing orders one (store 5, holding a and b) and other (load 5)");
  assertEquals([bug.race?.place, bug.race?.first.holds, bug.race?.second.holds], ["count", ["a", "b"], []]);
  assertEquals([bug.race?.second.task, bug.race?.second.kind, bug.race?.second.value], ["other", "load", 5]);
});

Deno.test("explore() finds no race between a task that died with a lock and its heir", () => {
  const heir = defineProgram({
    name: "heir",
    claim: "The lock of the dead orders what they did.",
    ...rest,
    // What a specimen throws is its bug, even where that is expected.
    specimens: [],
    shared: () => ({ guard: lock({ owned: true }), count: cell({ order: "plain" }) }),
    tasks: () => [
      {
        name: "dies",
        *run({ guard, count }) {
          yield* guard.acquire();
          yield* count.store(1);
          throw new TypeError("no");
        },
      },
      {
        name: "heir",
        *run({ guard, count }) {
          using held = yield* guard.lock();
          if (held.ownerDied !== undefined) yield* held.markConsistent();
          yield* count.store((yield* count.load()) + 1);
        },
      },
    ],
  });
  for (const strategy of ["depth-first", "dpor"] as const) assertEquals(explore(heir, { strategy }).verdict, "proved");
});

Deno.test("explore() takes no bounded wait for a livelock, and an assertion before a livelock", () => {
  const patient = defineProgram({
    name: "patient",
    claim: "A task looks a number of times.",
    ...rest,
    shared: () => ({ flag: cell() }),
    tasks: () => [{
      name: "only",
      *run({ flag }) {
        for (let look = 0; look < 100 && (yield* flag.load()) === 0; look++);
      },
    }],
  });
  assertEquals(explore(patient).verdict, "proved");
  assertEquals(explore(patient, { stepLimit: 50 }).verdict, "not-exhausted");
  const both = defineProgram({
    name: "both",
    claim: "A task fails, another goes on for ever.",
    ...rest,
    shared: () => ({ flag: cell() }),
    tasks: () => [
      { name: "fails", run: ({ flag }) => failing(flag.load()) },
      {
        name: "spins",
        *run({ flag }) {
          while ((yield* flag.load()) === 0);
        },
      },
    ],
  });
  const bug = explore(both, { stepLimit: 100 });
  assert(bug.verdict === "bug");
  assertEquals([bug.kind, bug.message], [
    "assertion",
    "fails: AssertionError: Assertion failed: it is set",
  ]);
});

function* failing(look: Steps<number>): Steps<void> {
  ensure((yield* look) === 1, "it is set");
}
