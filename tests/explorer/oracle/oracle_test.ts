import { assert, assertEquals } from "@std/assert";
import { choose, notify, now, sleep, type Steps, wait } from "../../../lib/memory/mod.ts";
import { channel, queue } from "../../../lib/mailbox/mod.ts";
import { defineProgram, pause } from "../../../lib/program/mod.ts";
import {
  cell,
  type Lock,
  lock,
  type Semaphore,
  semaphore,
  type Shareable,
  type Shareables,
  type Shared,
} from "../../../lib/sync/mod.ts";
import { runs } from "../../contracts/soak.ts";
import { foretell, type OracleOptions } from "./oracle.ts";

type Task<S extends Shareables> = (shared: Shared<S>) => Steps<unknown>;

/** What can come out of tasks, as what they return. */
function outcomesOf<S extends Shareables>(
  shared: () => S,
  tasks: readonly Task<S>[],
  { daemons = [], ...options }: OracleOptions & { readonly daemons?: readonly Task<S>[] } = {},
) {
  const program = defineProgram({
    name: "small",
    claim: "Anything may come out.",
    shared,
    // deno-lint-ignore require-yield
    *outcome(_shared, { results }) {
      return results.slice(0, tasks.length);
    },
    tasks: () => [
      ...tasks.map((run, index) => ({ name: `task${index}`, run })),
      ...daemons.map((run, index) => ({ name: `daemon${index}`, daemon: true, run })),
    ],
    expected: () => () => true,
  });
  const { outcomes, complete, states } = foretell(program, options);
  assert(complete, `${states} states are not all`);
  return { outcomes: [...outcomes].toSorted(), states };
}

const failed = (...failures: readonly object[]) => JSON.stringify({ failed: failures });
const stuck = (task: string) => ({ error: "DeadlockError", task });

Deno.test("foretell() has the outcomes of all orders of steps that tell their places", () => {
  const counts: readonly (readonly [steps: readonly number[], orders: number])[] = [
    [[3], 1],
    [[1, 1], 2],
    [[2, 3], 10],
    [[1, 1, 1, 1], 24],
    [[2, 2, 2], 90],
    [[3, 3, 3], 1680],
    ...runs(1) > 1 ? [[[4, 4, 4], 34_650] as const] : [],
  ];
  const tickets = () => ({ ticket: cell() });
  for (const [lengths, orders] of counts) {
    const tasks = lengths.map((length) =>
      function* ({ ticket }: Shared<ReturnType<typeof tickets>>) {
        const drawn: number[] = [];
        for (let step = 0; step < length; step++) drawn.push(yield* ticket.add(1));
        return drawn;
      }
    );
    const { outcomes } = outcomesOf(tickets, tasks, { limit: 1_000_000 });
    assertEquals([lengths, outcomes.length], [lengths, orders]);
  }
});

Deno.test("foretell() looks once at states that are the same", () => {
  const four = function* ({ x }: Shared<{ x: ReturnType<typeof cell> }>) {
    for (let step = 0; step < 4; step++) yield* x.store(1);
  };
  // Each task stands before one of its steps, before its end or after it; nothing is stored only where none has begun.
  assertEquals(outcomesOf(() => ({ x: cell({ initial: 1 }) }), [four, four, four]).states, 6 ** 3);
});

Deno.test("foretell() knows the litmus tests of sequential consistency", () => {
  const cells = () => ({ x: cell(), y: cell() });
  type Cells = Shared<ReturnType<typeof cells>>;
  const stores = (name: "x" | "y") =>
    function* (shared: Cells) {
      yield* shared[name].store(1);
    };
  const loads = (one: "x" | "y", other: "x" | "y") =>
    function* (shared: Cells) {
      return [yield* shared[one].load(), yield* shared[other].load()];
    };
  const storeThenLoad = (one: "x" | "y", other: "x" | "y") =>
    function* (shared: Cells) {
      yield* shared[one].store(1);
      return yield* shared[other].load();
    };
  const loadThenStore = (one: "x" | "y", other: "x" | "y") =>
    function* (shared: Cells) {
      const seen = yield* shared[one].load();
      yield* shared[other].store(1);
      return seen;
    };
  const storeBoth = function* ({ x, y }: Cells) {
    yield* x.store(1);
    yield* y.store(1);
  };
  const table: readonly (readonly [name: string, tasks: readonly Task<ReturnType<typeof cells>>[], not: string])[] = [
    ["store buffering", [storeThenLoad("x", "y"), storeThenLoad("y", "x")], "[0,0]"],
    ["load buffering", [loadThenStore("x", "y"), loadThenStore("y", "x")], "[1,1]"],
    ["message passing", [loads("y", "x"), storeBoth], "[[1,0],null]"],
    ["coherence", [loads("x", "x"), stores("x")], "[[1,0],null]"],
    ["independent reads", [loads("x", "y"), loads("y", "x"), stores("x"), stores("y")], "[[1,0],[1,0],null,null]"],
  ];
  for (const [name, tasks, not] of table) {
    const all = name === "independent reads" ? 16 : 4;
    const { outcomes } = outcomesOf(cells, tasks);
    assertEquals([name, outcomes.length, outcomes.includes(not)], [name, all - 1, false]);
  }
});

Deno.test("foretell() loses an update without a lock, and with one none", () => {
  const things = () => ({ m: lock(), x: cell() });
  const count = function* ({ x }: Shared<ReturnType<typeof things>>) {
    const seen = yield* x.load();
    yield* x.store(seen + 1);
    return seen;
  };
  const guarded = function* (shared: Shared<ReturnType<typeof things>>) {
    using _held = yield* shared.m.lock();
    return yield* count(shared);
  };
  assertEquals(outcomesOf(things, [count, count]).outcomes, ["[0,0]", "[0,1]", "[1,0]"]);
  assertEquals(outcomesOf(things, [guarded, guarded]).outcomes, ["[0,1]", "[1,0]"]);
});

Deno.test("foretell() knows who waits for ever", () => {
  const two = () => ({ m: lock(), n: lock() });
  const nested = (one: "m" | "n", other: "m" | "n") =>
    function* (shared: Shared<ReturnType<typeof two>>) {
      using _first = yield* shared[one].lock();
      using _second = yield* shared[other].lock();
    };
  assertEquals(outcomesOf(two, [nested("m", "n"), nested("m", "n")]).outcomes, ["[null,null]"]);
  assertEquals(
    outcomesOf(two, [nested("m", "n"), nested("n", "m")]).outcomes,
    ["[null,null]", failed(stuck("task0"), stuck("task1"))],
  );
});

Deno.test("foretell() takes each choice, and lets each time come at any point", () => {
  const choices = function* () {
    return [yield* choose(2), yield* choose(3)];
  };
  assertEquals(outcomesOf(() => ({}), [choices]).outcomes.length, 6);
  const permits = () => ({ s: semaphore(0) });
  const { outcomes } = outcomesOf(permits, [({ s }) => s.acquire({ timeout: 1 }), ({ s }) => s.release()]);
  assertEquals(outcomes, ["[false,null]", "[true,null]"]);
});

/** A word to wait on until 1 ms, or to wake others on. */
const bell: Shareable<{ hear(): Steps<unknown>; ring(): Steps<number> }> = {
  kind: "bell",
  reserve(space, name) {
    const word = space.word(name);
    return () => ({ hear: () => wait(word, 0, { deadline: 1 }), ring: () => notify(word) });
  },
};

Deno.test("foretell() lets times come in order, where that is asked for", () => {
  const tasks: readonly Task<{ bell: typeof bell }>[] = [({ bell }) => bell.hear(), function* ({ bell }) {
    yield* sleep(2);
    return yield* bell.ring();
  }];
  const free = outcomesOf(() => ({ bell }), tasks).outcomes;
  assertEquals(free, ['["timed-out",0]', '["woken",1]']);
  assertEquals(outcomesOf(() => ({ bell }), tasks, { clock: "ordered" }).outcomes, free.slice(0, 1));
});

Deno.test("foretell() lets a batch be interrupted", () => {
  const { outcomes } = outcomesOf(() => ({ q: queue<number>({ maxsize: 1, bytes: 256 }) }), [
    function* ({ q }) {
      return (yield* q.takeUpTo(2)).length;
    },
    ({ q }) => q.putAll([1, 2]),
  ]);
  assertEquals(outcomes, ["[1,2]", "[2,2]"]);
});

Deno.test("foretell() lets a task see who waits", () => {
  const { outcomes } = outcomesOf(() => ({ m: lock() }), [
    function* ({ m }) {
      yield* m.acquire();
      const { waiters } = yield* m.statistics();
      yield* m.release();
      return waiters;
    },
    function* ({ m }) {
      yield* m.acquire();
      yield* m.release();
    },
  ]);
  assertEquals(outcomes, ["[0,null]", "[1,null]"]);
});

Deno.test("foretell() lets others act between a task's last action and the recovery from its end", () => {
  const things = () => ({ c: channel<number>({ capacity: 1, bytes: 256 }), flag: cell() });
  const { outcomes } = outcomesOf(things, [
    function* ({ c, flag }) {
      yield* c.bind();
      yield* flag.store(1);
    },
    function* ({ c, flag }) {
      return (yield* flag.load()) === 1 ? yield* c.isClosed() : "early";
    },
  ]);
  assertEquals(outcomes, ['[null,"early"]', "[null,false]", "[null,true]"]);
  const loop = outcomesOf(things, [
    function* ({ c }) {
      yield* c.bind();
      yield* c.put(1);
    },
    function* ({ c }) {
      let sum = 0;
      for (let next = yield* c.next(); next !== undefined; next = yield* c.next()) sum += next.value;
      return sum;
    },
  ]);
  assertEquals(loop.outcomes, ["[null,1]"]);
});

Deno.test("foretell() waits for no daemon, and lets it go on for a while", () => {
  const things = () => ({ q: queue<number>({ bytes: 256 }), served: cell() });
  const serve: Task<ReturnType<typeof things>> = function* ({ q, served }) {
    for (;;) {
      yield* served.add(yield* q.get());
      yield* q.taskDone();
    }
  };
  const join: Task<ReturnType<typeof things>> = function* ({ q, served }) {
    yield* q.put(1);
    yield* q.join();
    return yield* served.load();
  };
  assertEquals(outcomesOf(things, [join], { daemons: [serve] }).outcomes, ["[1]"]);
  const program = defineProgram({
    name: "late",
    claim: "A daemon may act after all others have ended.",
    shared: () => ({ x: cell() }),
    outcome: ({ x }) => x.load(),
    tasks: () => [{ name: "main", run: ({ x }) => x.load() }, { name: "late", daemon: true, run: ({ x }) => x.add(1) }],
    expected: () => [0, 1],
  });
  assertEquals([...foretell(program).outcomes].toSorted(), ["0", "1"]);
});

Deno.test("foretell() takes a look at the clock for an action", () => {
  const look = function* () {
    const before = yield* now();
    return (yield* now()) > before;
  };
  assertEquals(outcomesOf(() => ({}), [look, () => pause(1)]).outcomes, ["[false,null]", "[true,null]"]);
});

Deno.test("foretell() kills a task at any action, and recovers from that", () => {
  const killed = { error: "GuestDiedError", task: "task0" };
  const once = (deaths: number) =>
    outcomesOf(() => ({ x: cell() }), [({ x }) => x.add(1), ({ x }) => x.load()], { deaths }).outcomes;
  assertEquals(once(0), ["[0,0]", "[0,1]"]);
  assertEquals(once(1), ["[0,0]", "[0,1]", failed(killed), failed({ ...killed, task: "task1" })]);
  assert(once(2).includes(failed(killed, { ...killed, task: "task1" })));
});

Deno.test("foretell() tells the heir of a death, and that one within a monitor has torn it", () => {
  const heirOf = (thing: () => Shareable<Lock | Semaphore>, deaths: number) => {
    const program = defineProgram({
      name: "heir",
      claim: "Who takes what the dead has held is told of it.",
      shared: () => ({ thing: thing() }),
      *outcome() {},
      tasks: () => [
        { name: "owner", run: ({ thing }) => thing.acquire() },
        {
          name: "heir",
          *run({ thing }) {
            const acquired = yield* thing.acquire();
            throw acquired === true ? new RangeError("nobody died before") : acquired;
          },
        },
      ],
      expected: () => () => true,
    });
    // Of many states; what some of them lead to can come out.
    const { outcomes } = foretell(program, { deaths, limit: 100_000 });
    const failures = [...outcomes].flatMap((text) => JSON.parse(text)?.failed ?? []);
    return new Set(failures.map(({ task, error }) => `${task}: ${error}`));
  };
  assertEquals(heirOf(lock, 0), new Set(["heir: DeadlockError", "heir: RangeError"]));
  assert(heirOf(lock, 1).has("heir: OwnerDiedError"));
  assert(heirOf(() => semaphore(1), 1).has("owner: NotRecoverableError"));
});
