import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { NotRecoverableError, OwnerDiedError, StateError, WaitTimeoutError } from "../../lib/errors.ts";
import { ModelMemory, runBlocking, SharedMemory, type Steps } from "../../lib/memory/mod.ts";
import { pause, runCooperative, TaskRun } from "../../lib/program/mod.ts";
import { MOST_OVERTAKEN } from "../../lib/sync/lock.ts";
import {
  blocking,
  type CancelToken,
  cancelToken,
  cell,
  type Lock,
  lock,
  type LockOptions,
  type SharedCell,
  Space,
  type WaitOptions,
} from "../../lib/sync/mod.ts";
import { type RunView, scenario, testPrimitive } from "../contracts/primitive_contract.ts";
import { runs } from "../contracts/soak.ts";

// As the lock lays out its word and what it answers waiters.
const OWNER = (1 << 24) - 1;
const WOKEN = 1 << 25;
const RETRY = 1;
const OWNED = 2;

interface Guarded {
  readonly guard: Lock;
  readonly count: SharedCell<"i32">;
}

interface Cancellable extends Guarded {
  readonly token: CancelToken;
}

/** An increment that is no single operation, by who holds the lock; noted when the lock is free again. */
function* incrementHeld({ guard, count }: Guarded, log: unknown[]): Steps<void> {
  yield* count.store((yield* count.load()) + 1);
  yield* guard.release();
  log.push("done");
}

function increments(times: number) {
  return function* ({ guard, count }: Guarded, _task: number, log: unknown[]): Steps<void> {
    for (let time = 0; time < times; time++) {
      using held = yield* guard.lock();
      if (held.ownerDied !== undefined) {
        yield* held.markConsistent();
        yield* count.load();
      }
      yield* count.store((yield* count.load()) + 1);
      log.push("done");
    }
  };
}

/** Tries with options until it has the lock some times, or gives up once. */
function impatient(times: number, options: (shared: Cancellable) => WaitOptions | undefined) {
  return function* (shared: Cancellable, _task: number, log: unknown[]): Steps<void> {
    for (let time = 0; time < times; time++) {
      const acquired = yield* shared.guard.acquire(options(shared));
      if (acquired === false) continue;
      if (acquired instanceof OwnerDiedError) yield* shared.guard.markConsistent();
      yield* incrementHeld(shared, log);
    }
  };
}

function* attempts({ guard, count }: Guarded, _task: number, log: unknown[]): Steps<void> {
  for (let time = 0; time < 3; time++) {
    const acquired = yield* guard.tryAcquire();
    if (acquired === false) continue;
    if (acquired !== true) yield* guard.markConsistent();
    yield* incrementHeld({ guard, count }, log);
  }
}

function* acquires({ guard }: Guarded, _task: number, log: unknown[]): Steps<void> {
  for (let time = 0; time < 3; time++) {
    yield* guard.acquire();
    log.push(1);
  }
}

function* releases({ guard }: Guarded, _task: number, log: unknown[]): Steps<void> {
  // Where nobody comes to acquire it, that is an end too.
  for (let time = 0; time < 8; time++) {
    try {
      yield* guard.release();
      log.push(-1);
    } catch (error) {
      if (!(error instanceof StateError)) throw error;
      yield* pause(0.001);
    }
  }
}

/** Free, and as often incremented as somebody says. */
function freeAndCounted({ guard, count }: Guarded, { log, memory }: RunView): void {
  assertEquals(runBlocking(memory, guard.statistics()), { owner: undefined, waiters: 0 });
  assertEquals(runBlocking(memory, guard.leaks()), []);
  assertEquals(blocking(count).load(), log.filter((entry) => entry === "done").length);
  assertEquals(wordsOf(memory, "guard.word"), [0]);
}

/** The dead owns it no longer; nor does anybody else, unless its release failed because the death has torn the lock. */
function freeOrUseless({ guard }: Guarded, { memory, dead, outcomes }: RunView): void {
  const { owner } = runBlocking(memory, guard.statistics());
  const failed = outcomes[owner ?? -1]?.kind === "threw";
  assert(owner === undefined || (owner !== dead && failed), `${owner} owns it`);
  if (!isTorn(memory)) return;
  // A torn lock is of no use to anybody, even where nobody contends.
  assertThrows(() => runBlocking(memory, guard.acquire()), NotRecoverableError);
  assertThrows(() => runBlocking(memory, guard.tryAcquire()), NotRecoverableError);
}

/** Whether a task died in the middle of a change. */
function isTorn(memory: ModelMemory): boolean {
  return wordsOf(memory, "guard.monitor")[0] === -1;
}

/** The words of the lock, in the order of their names. */
function wordsOf(memory: ModelMemory, name: string): number[] {
  let places = placesOf.get(memory);
  if (places === undefined) {
    places = new Map();
    for (let word = 0; word < memory.layout.wordCount; word++) {
      const key = memory.layout.nameOf(word).replace(/\[\d+\]$/, "");
      places.set(key, [...places.get(key) ?? [], word]);
    }
    placesOf.set(memory, places);
  }
  return places.get(name)!.map((word) => {
    return memory.perform({ kind: "load", cell: "i32", word, order: "atomic" }) as number;
  });
}

const placesOf = new WeakMap<ModelMemory, Map<string, number[]>>();
const queuesOf = new WeakMap<ModelMemory, { owner: number } & ReturnType<typeof line>>();

/** Who is told to try is alone in that, and marked; who is told that it owns the lock owns it. */
function grantsAreTrue(_: Guarded, { memory }: RunView): void {
  if (isTorn(memory)) return;
  const [word = 0] = wordsOf(memory, "guard.word");
  const answers = wordsOf(memory, "guard.answers");
  const tries = answers.filter((answer) => answer === RETRY).length;
  assert(tries === 0 || (tries === 1 && (word & WOKEN) !== 0), `${tries} try, the word is ${word}`);
  const owner = answers.indexOf(OWNED) + 1;
  assert(owner === 0 || (word & OWNER) === owner, `${owner - 1} was told, the word is ${word}`);
}

/** The tickets of those in line who are not canceled, 0 for the others; and who is canceled. */
function line(memory: ModelMemory): { tickets: number[]; cancelled: boolean[] } {
  const isCancelled = wordsOf(memory, "token.cancelled")[0] !== 0;
  const cancelled = wordsOf(memory, "lanes.listening").map((token) => isCancelled && token !== 0);
  const tickets = wordsOf(memory, "guard.tickets").map((ticket, lane) => cancelled[lane] ? 0 : ticket);
  return { tickets, cancelled };
}

/** While somebody stands in line, the first of them gets the lock, nobody else. */
function firstComesFirst(shared: Guarded, view: RunView): void {
  grantsAreTrue(shared, view);
  const { memory } = view;
  if (isTorn(memory)) return;
  const owner = wordsOf(memory, "guard.word")[0]! & OWNER;
  const before = queuesOf.get(memory);
  if (before !== undefined && owner !== 0 && owner !== before.owner) {
    const tickets = before.tickets.filter((ticket) => ticket !== 0);
    // Who is canceled while it is handed the lock may have it: the one did not come before the other.
    if (tickets.length > 0 && !before.cancelled[owner - 1]) {
      assertEquals(owner - 1, before.tickets.indexOf(Math.min(...tickets)));
    }
  }
  queuesOf.set(memory, { owner, ...line(memory) });
}

const shared = (options: { fair?: boolean; owned?: boolean }) => () => ({
  guard: lock(options),
  count: cell({ order: "plain" }),
  token: cancelToken(),
});

const options = [{ fair: false, owned: false }, { fair: true, owned: true }];

testPrimitive("Lock", [
  ...options.flatMap((options) => {
    const things = shared(options);
    const named = (name: string) => `${name}${options.fair ? ", fair and owned" : ""}`;
    const always = options.fair ? firstComesFirst : grantsAreTrue;
    const common = { things, always, atEnd: freeAndCounted, atDeath: freeOrUseless, afterDeath: "recovers" } as const;
    return [
      scenario({ ...common, name: named("two tasks"), tasks: [increments(2), increments(2)] }),
      scenario({ ...common, name: named("three tasks"), tasks: [increments(3), increments(2), increments(3)] }),
      scenario({
        ...common,
        name: named("many rounds of one beside"),
        tasks: [increments(8), increments(8), increments(1)],
      }),
      scenario({
        ...common,
        name: named("timeouts"),
        tasks: [
          impatient(2, () => ({ timeout: 0.001 })),
          impatient(2, () => ({ timeout: 0.001 })),
          impatient(2, () => ({ timeout: 0.002 })),
        ],
      }),
      scenario({ ...common, name: named("attempts"), tasks: [attempts, increments(3), attempts] }),
      scenario({
        ...common,
        name: named("cancels"),
        tasks: [
          impatient(2, ({ token }) => ({ cancel: token })),
          impatient(2, ({ token }) => ({ cancel: token, timeout: 0.001 })),
          increments(2),
        ],
      }),
      scenario({
        ...common,
        name: named("a cancel by a task"),
        mayThrow: ["CancelledError"],
        tasks: [
          impatient(2, ({ token }) => ({ cancel: token })),
          impatient(1, ({ token }) => ({ cancel: token })),
          function* ({ guard, count, token }, task, log) {
            yield* increments(1)({ guard, count }, task, log);
            yield* token.cancel();
            yield* increments(1)({ guard, count }, task, log);
          },
        ],
      }),
    ];
  }),
  scenario({
    name: "released by others",
    things: shared({}),
    tasks: [acquires, releases, releases],
    atEnd({ guard }, { log }) {
      const sum = (log as number[]).reduce((sum, more) => sum + more, 0);
      assertEquals(sum, blocking(guard).locked() ? 1 : 0);
    },
    afterDeath: "may-starve",
    afterFault: "may-starve",
  }),
  scenario({
    name: "nobody marks it consistent",
    things: shared({}),
    tasks: Array.from({ length: 3 }, () =>
      function* ({ guard, count }: Guarded, task: number, log: unknown[]) {
        for (let time = 0; time < 2; time++) {
          const acquired = yield* guard.acquire();
          if (acquired !== true) log.push(`untold ${task}`);
          yield* incrementHeld({ guard, count }, log);
        }
      }),
    atEnd: freeAndCounted,
    afterDeath: "recovers",
    atDeath({ guard }, { memory, log }) {
      // At most one is told of the death: who does not heed it makes the lock useless for all.
      const told = log.filter((entry) => entry !== "done");
      assert(told.length <= 1, `${told}`);
      if (told.length === 0) return;
      assertThrows(() => runBlocking(memory, guard.acquire()), NotRecoverableError);
      assertThrows(() => runBlocking(memory, guard.tryAcquire()), NotRecoverableError);
      assertEquals(runBlocking(memory, guard.statistics()).owner, undefined);
    },
  }),
]);

Deno.test("Lock with fair serves first in, first out, and nobody overtakes", () => {
  assertEquals(orderOfThree({ fair: true }), [0, 1, 2, 0]);
});

Deno.test("Lock that is not fair is taken by whoever comes first", () => {
  assertEquals(orderOfThree({}), [0, 0, 1, 2]);
});

/** Who gets a lock that task 0 takes twice in a row, while the others come in the meantime and wait. */
function orderOfThree(options: LockOptions): number[] {
  const space = new Space({ guard: lock(options) }, { tasks: 3 });
  const order: number[] = [];
  function* task(number: number, times: number): Steps<void> {
    const { guard } = space.bind(memory, { task: number });
    for (let time = 0; time < times; time++) {
      yield* guard.acquire();
      order.push(number);
      yield* pause(1);
      yield* guard.release();
    }
  }
  const memory = new ModelMemory(space.layout);
  const tasks = [task(0, 2), task(1, 1), task(2, 1)].map((steps, number) => ({ name: `task ${number}`, steps }));
  assertEquals(runCooperative(memory, tasks).kind, "finished");
  return order;
}

Deno.test("Lock hands itself over to a waiter that was overtaken MOST_OVERTAKEN times, in its place in line", () => {
  const space = new Space({ guard: lock() }, { tasks: 3 });
  const memory = new ModelMemory(space.layout);
  const order: number[] = [];
  function* task(number: number, times: number): Steps<void> {
    const { guard } = space.bind(memory, { task: number });
    for (let time = 0; time < times; time++) {
      yield* guard.acquire();
      order.push(number);
      yield* guard.release();
    }
  }
  const runs = [task(0, 100), task(1, 1), task(2, 1)].map((steps, number) => {
    return new TaskRun(memory, { name: `task ${number}`, number, steps });
  });
  const goOn = (number: number) => {
    const run = runs[number]!;
    while (!run.parked && !run.ended) {
      run.perform();
      for (const { task, answer } of memory.takeReady()) runs[task]!.wake(answer);
      // Task 0 stops where it owns the lock; the others go on only then.
      if (number === 0 && order.length > acquired) return;
    }
  };
  let acquired = 0;
  for (let round = 0; round < 40 && !runs.every((run) => run.ended); round++) {
    acquired = order.length;
    goOn(0);
    goOn(1);
    goOn(2);
  }
  const [first, second] = [order.indexOf(1), order.indexOf(2)];
  assert(first > 0 && first < second, `${order}`);
  assertEquals([first, second - first <= MOST_OVERTAKEN + 2], [MOST_OVERTAKEN + 1, true]);
});

Deno.test("Lock refuses releases that are not allowed and changes nothing", () => {
  const space = new Space({ plain: lock(), owned: lock({ owned: true }) }, { tasks: 2, names: ["ann", "bob"] });
  const memory = new ModelMemory(space.layout);
  const [ann, bob] = [0, 1].map((task) => space.bind(memory, { task }));
  for (const { plain, owned } of [ann!, bob!]) {
    assertThrows(() => blocking(plain).release(), StateError, "Cannot release plain: it is free");
    assertThrows(() => blocking(owned).release(), StateError, "Cannot release owned: it is free");
  }
  assertEquals([blocking(ann!.owned).acquire(), blocking(ann!.plain).acquire()], [true, true]);
  assertThrows(() => blocking(bob!.owned).release(), StateError, "ann owns it");
  assertThrows(() => runBlocking(memory, bob!.owned.markConsistent()), StateError, "ann owns it");
  assertEquals(runBlocking(memory, bob!.owned.owners()), [0]);
  assertEquals(runBlocking(memory, bob!.plain.owners()), []);
  assertEquals(runBlocking(memory, bob!.plain.leaks()), ["is held by ann"]);
  assertEquals([blocking(bob!.owned).tryAcquire(), blocking(bob!.owned).acquire({ timeout: 0.5 }), memory.clock], [
    false,
    false,
    500,
  ]);
  assertThrows(() => blocking(bob!.owned).lock({ timeout: 0 }), WaitTimeoutError);
  blocking(bob!.plain).release();
  assertEquals([blocking(bob!.plain).locked(), blocking(bob!.owned).locked()], [false, true]);
});

Deno.test("Lock refuses options that make no sense when it is called, and changes nothing", () => {
  const space = new Space({ guard: lock() }, { tasks: 1 });
  const memory = new ModelMemory(space.layout);
  const { guard } = space.bind(memory, { task: 0 });
  for (const timeout of [-1, NaN, "1" as unknown as number]) {
    assertThrows(() => guard.acquire({ timeout }), RangeError, "Cannot acquire guard");
  }
  const signal = { signal: AbortSignal.timeout(0) } as WaitOptions;
  assertThrows(() => guard.acquire(signal), TypeError, "hears no AbortSignal");
  assertThrows(() => guard.acquire(5 as unknown as WaitOptions), TypeError, "{ timeout, cancel } is wanted");
  assertThrows(() => guard.acquire({ cancel: 1 as unknown as CancelToken }), TypeError, "no cancel token");
  assertEquals(blocking(guard).locked(), false);
});

Deno.test("LockGuard releases once, however often it is disposed", () => {
  const space = new Space({ guard: lock() }, { tasks: 2 });
  const memory = new ModelMemory(space.layout);
  const [one, other] = [0, 1].map((task) => space.bind(memory, { task }).guard);
  const held = blocking(one!).lock();
  held[Symbol.dispose]();
  const others = blocking(other!).lock();
  held[Symbol.dispose]();
  assert(blocking(one!).locked());
  others[Symbol.dispose]();
  assert(!blocking(one!).locked());
});

Deno.test("Lock tells who died with it, until it is marked consistent", () => {
  const space = new Space({ guard: lock() }, { tasks: 3, names: ["ann", "bob", "eve"] });
  const memory = new ModelMemory(space.layout);
  const [ann, bob, eve] = [0, 1, 2].map((task) => space.bind(memory, { task }).guard);
  const host = space.bind(memory).guard;
  assertEquals(blocking(ann!).acquire(), true);
  runBlocking(memory, host.died(0));
  const told = blocking(bob!).tryAcquire();
  assert(told instanceof OwnerDiedError && told.message.includes("ann died with it"), String(told));
  runBlocking(memory, host.died(1));
  {
    using held = blocking(eve!).lock();
    assert(held.ownerDied?.message.includes("bob died with it"));
    held.markConsistent();
  }
  assertEquals(blocking(eve!).tryAcquire(), true);
});

for (const fair of [false, true]) {
  Deno.test(`Lock passes on what a task was granted that died before it went on, fair=${fair}`, () => {
    const space = new Space({ guard: lock({ fair }) }, { tasks: 3 });
    const memory = new ModelMemory(space.layout);
    const [first, second, third] = [0, 1, 2].map((task) => space.bind(memory, { task }).guard);
    const results: unknown[] = [];
    assertEquals(blocking(first!).acquire(), true);
    const waiters = [second!, third!].map((guard, at) => {
      const steps = function* () {
        results.push(yield* guard.acquire());
      };
      const run = new TaskRun(memory, { name: `task ${at + 1}`, number: at + 1, steps: steps() });
      while (!run.parked) run.perform();
      return run;
    });
    blocking(first!).release();
    // Task 1 is woken and dies.
    assertEquals(memory.takeReady().map(({ task }) => task), [1]);
    runBlocking(memory, space.bind(memory).guard.died(1));
    for (const { task, answer } of memory.takeReady()) waiters[task - 1]!.wake(answer);
    while (!waiters[1]!.parked && !waiters[1]!.ended) waiters[1]!.perform();
    // It never went on as the owner, so nobody is told that an owner died.
    assertEquals(results, [true]);
  });
}

/** What one call by a face gives or throws. */
type Act = { readonly task: number; readonly act: "acquire" | "tryAcquire" | "release" | "markConsistent" | "died" };

Deno.test("Lock's blocking face on shared memory does what the steps of its body do", () => {
  const act = fc.record({
    task: fc.nat(2),
    act: fc.constantFrom<Act["act"]>(
      "acquire",
      "acquire",
      "tryAcquire",
      "release",
      "release",
      "markConsistent",
      "died",
    ),
  });
  const options = fc.record({ fair: fc.boolean(), owned: fc.boolean() });
  fc.assert(
    fc.property(options, fc.array(act, { maxLength: 30 }), (options, acts) => {
      const sides = (["blocking", "steps"] as const).map((face) => {
        const space = new Space({ guard: lock(options) }, { tasks: 3 });
        const memory = SharedMemory.create(space.layout, { guests: 0, clock: () => 0 });
        const guards = [0, 1, 2, 3].map((task) => space.bind(memory, { task }).guard);
        const perform = ({ task, act }: Act): unknown => {
          const guard = guards[task]!;
          // A lock that is held is waited for in vain: on both sides.
          const wait = { timeout: 0 };
          const view = blocking(guard);
          switch (act) {
            case "acquire":
              if (face === "blocking") return view.locked() ? view.acquire(wait) : view.acquire();
              return runBlocking(memory, view.locked() ? guard.acquire(wait) : guard.acquire());
            case "tryAcquire":
              return face === "blocking" ? view.tryAcquire() : runBlocking(memory, guard.tryAcquire());
            case "release":
              return face === "blocking" ? view.release() : runBlocking(memory, guard.release());
            case "markConsistent":
              return runBlocking(memory, guard.markConsistent());
            case "died":
              return runBlocking(memory, guards[3]!.died(task));
          }
        };
        return { memory, perform };
      });
      for (const act of acts) {
        const [sync, steps] = sides.map(({ memory, perform }) => {
          let outcome: unknown;
          try {
            outcome = perform(act);
          } catch (error) {
            outcome = error;
          }
          return { outcome: String(outcome), words: [...memory.words] };
        });
        assertEquals(sync, steps);
      }
    }),
    { numRuns: runs(300) },
  );
});
