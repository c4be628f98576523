import { assert, assertEquals, assertThrows } from "@std/assert";
import { StateError, WaitTimeoutError } from "../../lib/errors.ts";
import { ModelMemory, runBlocking, type Steps } from "../../lib/memory/mod.ts";
import { pause, runCooperative, TaskRun } from "../../lib/program/mod.ts";
import {
  blocking,
  boundedSemaphore,
  type CancelToken,
  cancelToken,
  type PermitOptions,
  type Semaphore,
  semaphore,
  Space,
} from "../../lib/sync/mod.ts";
import { namedWords } from "../contracts/named_words.ts";
import { type RunView, scenario, testPrimitive } from "../contracts/primitive_contract.ts";

const PERMITS = 3;

interface Desk {
  readonly tellers: Semaphore;
  readonly token: CancelToken;
}

/** Holds permits by guards, and says so: how many more or fewer are held. */
function holds(times: number, optionsOf: (time: number, desk: Desk) => PermitOptions) {
  return function* (desk: Desk, _task: number, log: unknown[]): Steps<void> {
    for (let time = 0; time < times; time++) {
      const options = optionsOf(time, desk);
      try {
        using _held = yield* desk.tellers.hold(options);
        log.push(options.permits);
        try {
          yield* desk.tellers.statistics();
        } finally {
          log.push(-options.permits!);
        }
      } catch (error) {
        if (!(error instanceof WaitTimeoutError)) throw error;
      }
    }
  };
}

/** Acquires and releases permits without a guard. */
function signals(times: number, permits: number, timeout?: number) {
  return function* ({ tellers }: Desk, _task: number, log: unknown[]): Steps<void> {
    for (let time = 0; time < times; time++) {
      if (!(yield* tellers.acquire({ permits, timeout }))) continue;
      log.push(permits);
      log.push(-permits);
      yield* tellers.release(permits);
    }
  };
}

const things = () => ({ tellers: semaphore(PERMITS), token: cancelToken() });

/** Never more holders than permits, nor fewer permits than none. */
function enough(_desk: Desk, { log, memory, fault }: RunView): void {
  const held = (log as number[]).reduce((sum, more) => sum + more, 0);
  // The dead says nothing any more.
  if (fault?.kind !== "kill") assert(held <= PERMITS, `${held} held`);
  // Its statistics would wait for who is inside.
  const permits = namedWords(memory, /^tellers\.permits/)[0]!;
  assert(permits >= 0 && permits <= PERMITS, `${permits} free`);
}

function allBack({ tellers }: Desk, { memory }: RunView): void {
  assertEquals(runBlocking(memory, tellers.statistics()), { permits: PERMITS, waiters: 0 });
  assertEquals(heldWords(memory), []);
}

/** After a death too, unless it has torn the semaphore. */
function allBackUnlessTorn(desk: Desk, view: RunView): void {
  if (namedWords(view.memory, /^tellers\.monitor/)[0] !== -1) allBack(desk, view);
}

function heldWords(memory: ModelMemory): number[] {
  return namedWords(memory, /^tellers\.held/).filter((held) => held !== 0);
}

testPrimitive("Semaphore", [
  scenario({
    name: "guards of different weight",
    things,
    tasks: [
      holds(3, (time) => ({ permits: 1 + time % 2 })),
      holds(3, (time) => ({ permits: 3 - time })),
      holds(3, () => ({ permits: 2 })),
    ],
    always: enough,
    atEnd: allBack,
    atDeath: allBackUnlessTorn,
    afterDeath: "recovers",
  }),
  scenario({
    name: "guards with timeouts and a token",
    things,
    tasks: [
      holds(2, (_, { token }) => ({ permits: 2, timeout: 0.002, cancel: token })),
      holds(2, (time) => ({ permits: 3, timeout: 0.001 * time })),
      holds(2, (_, { token }) => ({ permits: 1, cancel: token })),
    ],
    always: enough,
    atEnd: allBack,
    atDeath: allBackUnlessTorn,
    afterDeath: "recovers",
  }),
  scenario({
    name: "permits without guards",
    things,
    tasks: [signals(3, 2), signals(3, 3), signals(3, 1, 0.001)],
    always: enough,
    atEnd: allBack,
    afterDeath: "may-starve",
    atDeath({ tellers }, { memory }) {
      // What an acquire without a guard took is a signal: it does not come back by itself, nor twice.
      const { permits, waiters } = runBlocking(memory, tellers.statistics());
      assert(permits <= PERMITS && waiters >= 0, `${permits}`);
    },
  }),
  scenario({
    name: "permits that others give",
    things: () => ({ items: semaphore(0), token: cancelToken() }),
    tasks: [
      function* ({ items }) {
        for (let time = 0; time < 4; time++) yield* items.release(2);
      },
      function* ({ items, token }, _task, log) {
        for (let time = 0; time < 2; time++) {
          if (yield* items.acquire({ permits: 3, timeout: 1, cancel: token })) log.push(3);
        }
      },
      function* ({ items }, _task, log) {
        for (let time = 0; time < 2; time++) {
          yield* items.acquire();
          log.push(1);
        }
      },
    ],
    // Whoever gave up: what was given and not taken is there, and nobody waits beside it.
    atEnd({ items }, { log, memory }) {
      const taken = (log as number[]).reduce((sum, more) => sum + more, 0);
      assertEquals(runBlocking(memory, items.statistics()), { permits: 8 - taken, waiters: 0 });
    },
    afterDeath: "may-starve",
  }),
  scenario({
    name: "bounded",
    things: () => ({ tellers: boundedSemaphore(PERMITS), token: cancelToken() }),
    tasks: [
      holds(2, () => ({ permits: 2 })),
      holds(2, () => ({ permits: 3 })),
      function* ({ tellers }) {
        // Those that the others have taken; what this task never took may not make them more than there were.
        for (let time = 0; time < 2; time++) {
          if (yield* tellers.tryAcquire()) yield* tellers.release();
        }
      },
    ],
    always: enough,
    atEnd: allBack,
    // The permits that the third has taken without a guard are lost with it.
    afterDeath: "may-starve",
  }),
]);

Deno.test("Semaphore.acquire() of few permits does not overtake one of many that waits", () => {
  const space = new Space({ tellers: semaphore(3) }, { tasks: 4 });
  const memory = new ModelMemory(space.layout);
  runBlocking(memory, space.initialize());
  const order: string[] = [];
  function* task(number: number, permits: number, wait: number): Steps<void> {
    const { tellers } = space.bind(memory, { task: number });
    yield* pause(wait);
    if (number === 3) order.push(`try ${yield* tellers.tryAcquire()}`);
    yield* tellers.acquire({ permits });
    order.push(`${number}`);
    yield* pause(5);
    yield* tellers.release(permits);
  }
  const tasks = [task(0, 2, 0), task(1, 3, 1), task(2, 1, 2), task(3, 1, 3)];
  runCooperative(memory, tasks.map((steps, number) => ({ name: `task ${number}`, steps })));
  assertEquals(order, ["0", "try false", "1", "2", "3"]);
});

Deno.test("Semaphore.release() serves all that it can, in order, and those behind one that gives up", () => {
  const space = new Space({ tellers: semaphore(1) }, { tasks: 4 });
  const memory = new ModelMemory(space.layout);
  runBlocking(memory, space.initialize());
  const order: string[] = [];
  function* task(number: number, permits: number, timeout?: number): Steps<void> {
    const { tellers } = space.bind(memory, { task: number });
    order.push(`${number} ${yield* tellers.acquire({ permits, timeout })} at ${memory.clock}`);
  }
  function* giver(): Steps<void> {
    yield* pause(2);
    yield* space.bind(memory, { task: 3 }).tellers.release(2);
  }
  const tasks = [task(0, 3, 1), task(1, 1), task(2, 2), giver()];
  runCooperative(memory, tasks.map((steps, number) => ({ name: `task ${number}`, steps })));
  assertEquals(order, ["0 false at 1000", "1 true at 1000", "2 true at 2000"]);
});

Deno.test("Semaphore that is bounded refuses a release above its first value and changes nothing", () => {
  const space = new Space({ bounded: boundedSemaphore(2), free: semaphore(2) }, { tasks: 1 });
  const memory = new ModelMemory(space.layout);
  runBlocking(memory, space.initialize());
  const { bounded, free } = space.bind(memory, { task: 0 });
  assertThrows(() => blocking(bounded).release(), StateError, "Cannot release 1 of bounded: 2 of 2 permits are free");
  assert(blocking(bounded).tryAcquire());
  assertThrows(() => blocking(bounded).release(2), StateError);
  blocking(bounded).release();
  blocking(free).release(5);
  const permits = [bounded, free].map((one) => runBlocking(memory, one.statistics()).permits);
  assertEquals(permits, [2, 7]);
  assertThrows(() => blocking(free).release(2 ** 29 - 1), StateError);
});

Deno.test("Semaphore refuses numbers that make no sense when it is called, and changes nothing", () => {
  for (const initial of [-1, 0.5, NaN, 2 ** 29]) {
    assertThrows(() => semaphore(initial), RangeError, "Cannot make a semaphore");
    assertThrows(() => boundedSemaphore(initial), RangeError);
  }
  const space = new Space({ tellers: semaphore(2) }, { tasks: 1 });
  const memory = new ModelMemory(space.layout);
  runBlocking(memory, space.initialize());
  const { tellers } = space.bind(memory, { task: 0 });
  for (const permits of [0, -1, 0.5, NaN, 2 ** 29]) {
    assertThrows(() => tellers.acquire({ permits }), RangeError, "Cannot acquire");
    assertThrows(() => tellers.acquireHeld({ permits }), RangeError);
    assertThrows(() => tellers.tryAcquire(permits), RangeError);
    assertThrows(() => tellers.release(permits), RangeError, "Cannot release");
    assertThrows(() => tellers.releaseHeld(permits), RangeError, "Cannot release");
  }
  assertThrows(() => runBlocking(memory, tellers.releaseHeld(1)), StateError, "its guards hold 0");
  assertThrows(() => tellers.acquire({ timeout: NaN }), RangeError);
  assertThrows(() => tellers.acquireHeld({ timeout: -1 }), RangeError);
  assertEquals(runBlocking(memory, tellers.statistics()), { permits: 2, waiters: 0 });
});

Deno.test("PermitGuard gives its permits back once, however often it is disposed", () => {
  const space = new Space({ tellers: semaphore(3) }, { tasks: 1 });
  const memory = new ModelMemory(space.layout);
  runBlocking(memory, space.initialize());
  const { tellers } = space.bind(memory, { task: 0 });
  const free = () => runBlocking(memory, tellers.statistics()).permits;
  const held = blocking(tellers).hold({ permits: 2 });
  assertEquals(free(), 1);
  assertThrows(() => blocking(tellers).hold({ permits: 2, timeout: 1 }), WaitTimeoutError);
  held[Symbol.dispose]();
  held[Symbol.dispose]();
  assertEquals(free(), 3);
});

Deno.test("Semaphore takes the permits of guards back from the dead, and no others", () => {
  const space = new Space({ tellers: semaphore(4) }, { tasks: 2 });
  const memory = new ModelMemory(space.layout);
  runBlocking(memory, space.initialize());
  const [dead, alive, host] = [0, 1, 2].map((task) => space.bind(memory, { task }).tellers);
  blocking(dead!).hold({ permits: 2 });
  assert(blocking(dead!).tryAcquire());
  using _kept = blocking(alive!).hold();
  runBlocking(memory, host!.died(0));
  runBlocking(memory, host!.died(0));
  assertEquals(runBlocking(memory, host!.statistics()).permits, 2);
});

Deno.test("Semaphore takes back what a task was granted that died before it went on", () => {
  const space = new Space({ tellers: semaphore(1) }, { tasks: 2 });
  const memory = new ModelMemory(space.layout);
  runBlocking(memory, space.initialize());
  const [giver, dead, host] = [0, 1, 2].map((task) => space.bind(memory, { task }).tellers);
  assert(blocking(giver!).tryAcquire());
  const run = new TaskRun(memory, { name: "dead", number: 1, steps: dead!.acquire() });
  while (!run.parked) run.perform();
  blocking(giver!).release();
  assertEquals(runBlocking(memory, host!.statistics()), { permits: 0, waiters: 0 });
  runBlocking(memory, host!.died(1));
  assertEquals(runBlocking(memory, host!.statistics()), { permits: 1, waiters: 0 });
});
