import { assert, assertEquals, assertThrows } from "@std/assert";
import { NotRecoverableError } from "../../lib/errors.ts";
import {
  load,
  ModelMemory,
  runAsynchronous,
  runBlocking,
  SharedMemory,
  type Steps,
  store,
} from "../../lib/memory/mod.ts";
import { pause, runCooperative } from "../../lib/program/mod.ts";
import {
  type CancelToken,
  cancelToken,
  NOBODY,
  reserveWaitQueue,
  type Shareable,
  type SharedThing,
  Space,
  WaitQueue,
} from "../../lib/sync/mod.ts";
import { scenario, testPrimitive } from "../contracts/primitive_contract.ts";

/** The least primitive: tokens that are handed to those who wait, in order, or kept. */
class Dispenser implements SharedThing {
  readonly name: string;
  readonly queue: WaitQueue;
  readonly kept: number;

  constructor(name: string, kept: number, queue: (keeper: ConstructorParameters<typeof WaitQueue>[2]) => WaitQueue) {
    this.name = name;
    this.kept = kept;
    const undo = (answer: number) => this.#keep(answer);
    this.queue = queue({ settle: () => this.#settle(), undo });
  }

  /** Gives a token with a number. */
  put(): Steps<void> {
    return this.queue.inside(() => this.#put());
  }

  /** Waits for a token; false if none comes in time. */
  *take(options: { deadline?: number; cancel?: CancelToken } = {}): Steps<boolean> {
    const { deadline = Infinity, cancel } = options;
    return (yield* this.queue.obtain(() => this.#take(), 1, { deadline, cancel })) !== 0;
  }

  /** Wakes all who wait, with nothing. */
  flush(): Steps<void> {
    return this.queue.inside(() => this.queue.grantAll(2));
  }

  *died(task: number): Steps<void> {
    yield* this.queue.recover(task, function* () {});
  }

  *#put(): Steps<void> {
    yield* this.#keep(1);
    yield* this.#settle();
  }

  *#take(): Steps<number> {
    const free = yield* load(this.kept);
    if (free === 0 || (yield* this.queue.first()) !== NOBODY) return 0;
    yield* store(this.kept, free - 1);
    return 1;
  }

  *#keep(answer: number): Steps<void> {
    // A flush gives no token.
    if (answer === 1) yield* store(this.kept, (yield* load(this.kept)) + 1);
  }

  *#settle(): Steps<void> {
    for (;;) {
      const [free, first] = [yield* load(this.kept), yield* this.queue.first()];
      if (free === 0 || first === NOBODY) return;
      yield* store(this.kept, free - 1);
      yield* this.queue.grant(first, 1);
    }
  }
}

const dispenser: () => Shareable<Dispenser> = () => ({
  kind: "dispenser",
  reserve(space, name) {
    const kept = space.word(`${name}.kept`);
    const place = reserveWaitQueue(space, name);
    return (binding) => new Dispenser(name, kept, (keeper) => new WaitQueue(binding, place, keeper));
  },
});

/** As many as are wanted. */
const PUTS = 5;

const things = () => ({ tokens: dispenser(), stop: cancelToken() });
type Things = { readonly tokens: Dispenser; readonly stop: CancelToken };

function takes(
  times: number,
  options: (things: Things) => { deadline?: number; cancel?: CancelToken },
) {
  return function* (things: Things, task: number, log: unknown[]): Steps<void> {
    for (let time = 0; time < times; time++) if (yield* things.tokens.take(options(things))) log.push(task);
  };
}

function* puts({ tokens }: Things, _task: number, log: unknown[]): Steps<void> {
  for (let time = 0; time < PUTS; time++) {
    yield* tokens.put();
    log.push("put");
  }
}

/** How many tokens were put and not taken. */
function left(log: readonly unknown[]): number {
  const puts = log.filter((entry) => entry === "put").length;
  return puts - (log.length - puts);
}

testPrimitive("WaitQueue", [
  scenario({
    name: "tokens for three",
    things,
    tasks: [takes(2, () => ({})), takes(1, ({ stop }) => ({ cancel: stop })), puts, takes(2, () => ({ deadline: 5 }))],
    atEnd({ tokens }, { memory, log }) {
      assertEquals(runBlocking(memory, load(tokens.kept)), left(log));
    },
    afterDeath: "may-starve",
    // Who was to put may be interrupted before it does.
    afterFault: "may-starve",
    atDeath({ tokens }, { memory, log }) {
      const kept = runBlocking(memory, load(tokens.kept));
      // The dead may have put or taken one without saying so.
      assert(Math.abs(kept - left(log)) <= 1, `${kept} are kept, ${left(log)} are left`);
    },
  }),
  scenario({
    name: "a flush for all",
    things,
    tasks: [
      takes(1, () => ({ deadline: 5 })),
      takes(1, ({ stop }) => ({ deadline: 5, cancel: stop })),
      function* ({ tokens }) {
        yield* tokens.flush();
        yield* tokens.flush();
      },
    ],
    afterDeath: "recovers",
    atEnd({ tokens }, { memory }) {
      assertEquals(runBlocking(memory, load(tokens.kept)), 0);
    },
  }),
]);

/** Runs tasks that wait in the order of their numbers, then another; on a memory that begins as told. */
function open(tasks: number, prepare: (memory: ModelMemory) => void = () => {}) {
  const space = new Space({ tokens: dispenser() }, { tasks });
  const memory = new ModelMemory(space.layout);
  prepare(memory);
  const views = Array.from({ length: tasks }, (_, task) => space.bind(memory, { task }).tokens);
  return { space, memory, views };
}

function setWord(memory: ModelMemory, name: string, value: number): void {
  const { layout } = memory;
  const words = Array.from({ length: layout.wordCount }, (_, word) => word);
  runBlocking(memory, store(words.find((word) => layout.nameOf(word) === name)!, value));
}

function* late<T>(seconds: number, steps: Steps<T>): Steps<T> {
  yield* pause(seconds);
  return yield* steps;
}

for (const tail of [0, 0x7fffffff - 1, -2]) {
  Deno.test(`WaitQueue serves in order of arrival, tickets from ${tail} on`, () => {
    const { memory, views } = open(5, (memory) => setWord(memory, "tokens.tail", tail));
    const order: number[] = [];
    // Arrival is not in the order of lanes.
    const arrivals = [2, 0, 3, 1];
    const takers = arrivals.map((arrival, task) =>
      late(
        arrival,
        (function* () {
          yield* views[task]!.take();
          order.push(arrival);
        })(),
      )
    );
    const putter = late(
      5,
      (function* () {
        for (let time = 0; time < 4; time++) {
          yield* views[4]!.put();
          yield* pause(1);
        }
      })(),
    );
    const tasks = [...takers, putter].map((steps, number) => ({ name: `task ${number}`, steps }));
    assertEquals(runCooperative<unknown>(memory, tasks).kind, "finished");
    assertEquals(order, [0, 1, 2, 3]);
  });

  Deno.test(`WaitQueue.firstAfter() goes through the line, and knows its end, tickets from ${tail} on`, () => {
    const { memory, views } = open(4, (memory) => setWord(memory, "tokens.tail", tail));
    const seen: number[][] = [];
    const takers = [1, 0, 2].map((arrival, task) => late(arrival, views[task]!.take({ deadline: 9000 })));
    const looker = late(
      5,
      (function* () {
        const { queue } = views[3]!;
        yield* queue.inside(function* () {
          const line = [];
          for (let lane = yield* queue.first(); lane !== NOBODY; lane = yield* queue.firstAfter(lane)) {
            line.push(queue.taskOf(lane));
          }
          seen.push(line, [yield* queue.waiters(), yield* queue.request(0)]);
        });
      })(),
    );
    const tasks = [...takers, looker].map((steps, number) => ({ name: `task ${number}`, steps }));
    assertEquals(runCooperative<unknown>(memory, tasks).kind, "finished");
    assertEquals(seen, [[1, 0, 2], [3, 1]]);
  });
}

Deno.test("WaitQueue that a death has torn throws NotRecoverableError at everybody, from then on too", () => {
  const { space, memory, views } = open(3);
  const host = space.bind(memory).tokens;
  // Task 0 dies inside.
  runBlocking(memory, views[0]!.queue.knock());
  const waiter = views[1]!.take();
  const tasks = [waiter, late(1, host.died(0))].map((steps, number) => ({ name: `task ${number}`, steps }));
  const { outcomes: [outcome] } = runCooperative<unknown>(memory, tasks);
  assert(outcome?.kind === "threw" && outcome.error instanceof NotRecoverableError);
  let error: unknown;
  try {
    runBlocking(memory, views[2]!.put());
  } catch (thrown) {
    error = thrown;
  }
  assert(error instanceof NotRecoverableError && error.message.startsWith("Cannot use tokens: a task died"));
  runBlocking(memory, host.died(0));
});

Deno.test("WaitQueue.recover() waits for a task that lives to leave, and tears what one left that died inside", async () => {
  const space = new Space({ tokens: dispenser() }, { tasks: 3 });
  const memory = SharedMemory.create(space.layout, { guests: 0, clock: () => performance.now() });
  runBlocking(memory, space.initialize());
  const [living, dead, other] = [0, 1, 2].map((task) => space.bind(memory, { task }).tokens);
  const host = space.bind(memory).tokens;
  const loop = setInterval(() => {}, 1000);
  try {
    runBlocking(memory, living!.queue.knock());
    const recovered = runAsynchronous(memory, host.queue.recover(0, function* () {}));
    // Another one that wants to enter meanwhile is not forgotten.
    const put = runAsynchronous(memory, other!.put());
    runBlocking(memory, living!.queue.unlock());
    runBlocking(memory, living!.queue.wakeNext());
    assertEquals([await recovered, await put], [true, undefined]);
    assertEquals(runBlocking(memory, living!.take()), true);
    runBlocking(memory, dead!.queue.knock());
    assertEquals(await runAsynchronous(memory, host.queue.recover(1, function* () {})), false);
    assertThrows(() => runBlocking(memory, living!.put()), NotRecoverableError);
  } finally {
    clearInterval(loop);
  }
});
