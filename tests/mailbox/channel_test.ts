import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { ChannelClosedError, MemoryFullError, UncloneableError, WaitTimeoutError } from "../../lib/errors.ts";
import { type Channel, channel, type ChannelOptions } from "../../lib/mailbox/mod.ts";
import { runBlocking, type Steps } from "../../lib/memory/mod.ts";
import { blocking, type CancelToken, cancelToken, promised, Space } from "../../lib/sync/mod.ts";
import { type RunView, scenario, testPrimitive } from "../contracts/primitive_contract.ts";
import { runs } from "../contracts/soak.ts";
import { loopMemory, Stage } from "../contracts/stage.ts";
import { checkFlow, itemsOf } from "./flow.ts";

interface Desk {
  readonly jobs: Channel<number>;
  readonly token: CancelToken;
}

const things = (options: ChannelOptions) => () => ({ jobs: channel<number>(options), token: cancelToken() });

function puts(count: number, timeout?: number) {
  return function* ({ jobs, token }: Desk, task: number, log: unknown[]): Steps<void> {
    for (const item of itemsOf(task + 1, count)) {
      log.push(["begin", item, task]);
      try {
        yield* jobs.put(item, { timeout, cancel: token });
      } catch (error) {
        if (error instanceof WaitTimeoutError) continue;
        throw error;
      }
      log.push(["put", item, task]);
    }
  };
}

function takes(count: number, timeout?: number) {
  return function* ({ jobs, token }: Desk, task: number, log: unknown[]): Steps<void> {
    for (let got = 0; got < count; got++) {
      try {
        log.push(["got", yield* jobs.take({ timeout, cancel: token }), task]);
      } catch (error) {
        if (!(error instanceof WaitTimeoutError)) throw error;
      }
    }
  };
}

/** Takes all that is left, whether or not the channel is closed. */
function drain(jobs: Channel<number>): number[] {
  const rest: number[] = [];
  try {
    for (let taken = blocking(jobs).tryTake(); taken !== undefined; taken = blocking(jobs).tryTake()) {
      rest.push(taken.value);
    }
  } catch (error) {
    if (!(error instanceof ChannelClosedError)) throw error;
  }
  return rest;
}

function flows({ jobs }: Desk, view: RunView): void {
  const rest = drain(jobs);
  const { size, putters, takers, fetchers } = runBlocking(view.memory, jobs.statistics());
  assertEquals([size, putters, takers, fetchers], [0, 0, 0, 0]);
  checkFlow(view, rest);
}

function flowsUnlessTorn(desk: Desk, view: RunView): void {
  try {
    flows(desk, view);
  } catch (error) {
    if (!(error instanceof Error && error.name === "NotRecoverableError")) throw error;
  }
}

const atMost = (capacity: number) => ({ jobs }: Desk, { memory, fault }: RunView) => {
  const [leak = "holds 0"] = runBlocking(memory, jobs.leaks());
  // What an interrupted or dead take gives back may be one too many.
  const most = capacity + (fault?.kind === "interrupt" || fault?.kind === "kill" ? 1 : 0);
  assert(Number(leak.split(" ")[1]) <= most, `${leak}, at most ${most} are wanted`);
};

const starving = { afterDeath: "may-starve", afterFault: "may-starve" } as const;

testPrimitive("Channel", [
  ...[0, 1].flatMap((capacity) => [
    scenario({
      name: `two producers, two consumers, capacity ${capacity}`,
      things: things({ capacity, bytes: 256 }),
      tasks: [puts(2), puts(2), takes(2), takes(2)],
      always: atMost(capacity),
      atEnd: flows,
      atDeath: flowsUnlessTorn,
      ...starving,
    }),
    scenario({
      name: `timeouts, capacity ${capacity}`,
      things: things({ capacity, bytes: 256 }),
      tasks: [puts(2, 1), puts(2, 2), takes(4, 1)],
      always: atMost(capacity),
      atEnd: flows,
      atDeath: flowsUnlessTorn,
      ...starving,
    }),
    scenario({
      name: `fetch leaves the value, capacity ${capacity}`,
      things: things({ capacity, bytes: 256 }),
      tasks: [puts(2), takes(2), function* ({ jobs, token }): Steps<void> {
        const seen = yield* jobs.fetch({ timeout: 1, cancel: token });
        assert(seen === 10 || seen === 11);
      }],
      atEnd: flows,
      atDeath: flowsUnlessTorn,
      mayThrow: ["WaitTimeoutError"],
      ...starving,
    }),
    ...[undefined, "enough"].map((reason) =>
      scenario({
        name: `close(${reason}) while others put and take, capacity ${capacity}`,
        things: things({ capacity, bytes: 256 }),
        tasks: [
          puts(3),
          function* ({ jobs }: Desk, task: number, log: unknown[]): Steps<void> {
            yield* jobs.forEach((item) => void log.push(["got", item, task]));
            assertEquals(reason, undefined, "a loop over a channel that is closed with a reason throws");
          },
          function* ({ jobs }: Desk): Steps<void> {
            yield* jobs.close(reason);
            yield* jobs.close("the first reason is kept");
          },
        ],
        atEnd: ({ jobs }: Desk, view: RunView) => {
          if (view.interrupted === 2) return;
          const rest = drain(jobs);
          if (view.interrupted === undefined) assertEquals(rest, []);
          checkFlow(view, rest);
          const error = assertThrows(() => blocking(jobs).take(), ChannelClosedError, "it is closed");
          assertEquals([error.cause, "cause" in error], [reason, reason !== undefined]);
        },
        mayThrow: ["ChannelClosedError"],
        ...starving,
      })
    ),
  ]),
  scenario({
    name: "a channel that is bound to its producer",
    things: things({ capacity: 1, bytes: 256 }),
    tasks: [
      function* (desk, task, log): Steps<void> {
        yield* desk.jobs.bind();
        log.push(["bound"]);
        yield* puts(2)(desk, task, log);
      },
      function* ({ jobs }): Steps<void> {
        for (
          let next = yield* jobs.next({ timeout: 100 });
          next !== undefined;
          next = yield* jobs.next({ timeout: 100 })
        );
      },
    ],
    atDeath: ({ jobs }, { log, dead, memory }) => {
      if (dead !== 0 || (log as string[][])[0]?.[0] !== "bound") return;
      try {
        assertEquals(runBlocking(memory, jobs.isClosed()), true);
      } catch (error) {
        if (!(error instanceof Error && error.name === "NotRecoverableError")) throw error;
      }
    },
    mayThrow: ["WaitTimeoutError"],
    mayThrowAfterDeath: ["ChannelClosedError"],
    ...starving,
  }),
], { random: 40, preemptions: 250, seeds: 3, points: 30 });

Deno.test("Channel behaves as its sequential model", () => {
  const tasks = 4;
  const kind = fc.constantFrom(
    "put",
    "take",
    "tryPut",
    "tryTake",
    "fetch",
    "tryFetch",
    "expire",
    "kill",
    "close",
    "ready",
  );
  const commands = fc.array(fc.record({ kind, task: fc.nat(tasks - 1) }), { maxLength: 40, size: "max" });
  fc.assert(
    fc.property(fc.nat(3), commands, (capacity, commands) => {
      const stage = new Stage({ jobs: channel<number>({ capacity, bytes: 4096 }) }, tasks);
      let items: number[] = [];
      let waiting: { task: number; kind: string; item: number }[] = [];
      let closed = false;
      const dead = new Set<number>();
      for (const [item, { kind, task }] of commands.entries()) {
        const expected = new Map<number, unknown>();
        const next = (kind: string) => {
          const found = waiting.find((waiter) => waiter.kind === kind);
          waiting = waiting.filter((waiter) => waiter !== found);
          return found;
        };
        /** Takes the first item, and lets the first who waits to put go on. */
        const takeFirst = (): number => {
          const putter = next("put");
          if (putter !== undefined) {
            items.push(putter.item);
            expected.set(putter.task, undefined);
          }
          return items.shift()!;
        };
        const staged = waiting.filter((waiter) => waiter.kind === "put").map(({ item }) => item);
        if (dead.has(task)) continue;
        if (kind === "kill" || kind === "expire") {
          const waiter = waiting.find((waiter) => waiter.task === task);
          waiting = waiting.filter((other) => other !== waiter);
          if (kind === "kill") dead.add(task);
          else if (waiter !== undefined) expected.set(task, "WaitTimeoutError");
          if (kind === "kill") stage.kill(task);
          else stage.expire(task);
        } else if (waiting.some((waiter) => waiter.task === task)) {
          continue;
        } else if (kind === "put" || kind === "tryPut") {
          const taker = closed ? undefined : next("take");
          const room = taker !== undefined || items.length < capacity;
          if (closed) expected.set(task, "ChannelClosedError");
          else if (!room && kind === "put") waiting.push({ task, kind, item });
          else expected.set(task, kind === "put" ? undefined : room);
          if (taker !== undefined) expected.set(taker.task, item);
          else if (!closed && room) items.push(item);
          // Those who wait to look see what the first of them that can be served sees.
          if (taker === undefined && !closed && (room || kind === "put")) {
            for (let looker = next("fetch"); looker !== undefined; looker = next("fetch")) {
              expected.set(looker.task, item);
            }
          }
          stage.begin(task, ({ jobs }) => kind === "put" ? jobs.put(item, { timeout: 1000 }) : jobs.tryPut(item));
        } else if (kind === "close") {
          closed = true;
          expected.set(task, undefined);
          for (const waiter of waiting) expected.set(waiter.task, "ChannelClosedError");
          waiting = [];
          stage.begin(task, ({ jobs }) => jobs.close());
        } else if (kind === "ready") {
          expected.set(task, items.length + staged.length > 0);
          stage.begin(task, ({ jobs }) => jobs.isReady());
        } else {
          const looks = kind === "fetch" || kind === "tryFetch";
          const tries = kind === "tryTake" || kind === "tryFetch";
          if (items.length + staged.length > 0) {
            const value = looks ? [...items, ...staged][0] : takeFirst();
            expected.set(task, tries ? { value } : value);
          } else if (closed) expected.set(task, "ChannelClosedError");
          else if (tries) expected.set(task, undefined);
          else waiting.push({ task, kind, item });
          stage.begin(task, ({ jobs }): Steps<unknown> => {
            if (tries) return looks ? jobs.tryFetch() : jobs.tryTake();
            return looks ? jobs.fetch({ timeout: 1000 }) : jobs.take({ timeout: 1000 });
          });
        }
        assertEquals(stage.ended(), new Map([...expected].sort(([one], [other]) => one - other)));
        const count = (kind: string) => waiting.filter((waiter) => waiter.kind === kind).length;
        assertEquals(runBlocking(stage.memory, stage.host.jobs.statistics()), {
          size: items.length,
          putters: count("put"),
          takers: count("take"),
          fetchers: count("fetch"),
          closed,
        });
        items = [...items];
      }
    }),
    { numRuns: runs(500) },
  );
});

Deno.test("Channel.bind() closes the channel when the task ends, with its failure", () => {
  for (const failure of [undefined, "it burst"]) {
    const stage = new Stage({ words: channel<string>({ capacity: 9 }) }, 2);
    stage.begin(0, ({ words }) => words.bind());
    stage.begin(0, ({ words }) => words.put("start"));
    stage.begin(1, ({ words }) => words.ended!(1, "it is not bound"));
    runBlocking(stage.memory, stage.host.words.ended!(0, failure));
    const { words } = stage.host;
    assertEquals(blocking(words).take(), "start");
    const error = assertThrows(() => blocking(words).take(), ChannelClosedError);
    if (failure === undefined) assertEquals(blocking(words).next(), undefined);
    else {
      assert(
        error.cause instanceof Error && error.cause.message.includes("bound to task 0, which failed"),
        String(error.cause),
      );
      assert(error.cause.message.includes(failure));
      assertThrows(() => blocking(words).forEach(() => {}), ChannelClosedError);
    }
  }
  const { words } = new Stage({ words: channel() }, 2).host;
  assertThrows(() => words.bind(7), RangeError, "task 7 of 3");
});

Deno.test("Channel.close() keeps the beginning of a reason that is too long", () => {
  const { words } = new Stage({ words: channel() }, 1).host;
  blocking(words).close(new RangeError("too long ".repeat(10_000)));
  const { cause } = assertThrows(() => blocking(words).take(), ChannelClosedError);
  assert(cause instanceof Error && cause.name === "RangeError" && cause.message.startsWith("too long too long"));
});

Deno.test("Channel refuses what makes no sense, at once", () => {
  for (const capacity of [-1, 0.5, NaN]) assertThrows(() => channel({ capacity }), RangeError, `is ${capacity}`);
  assertThrows(() => channel({ bytes: 1 }), RangeError, "of 1 bytes");
  const { words } = new Stage({ words: channel({ capacity: 2, bytes: 128 }) }, 1).host;
  assertThrows(() => words.put(Symbol("no")), UncloneableError);
  assertThrows(() => words.put("x".repeat(200)), MemoryFullError, "at most 124");
  assertThrows(() => words.take({ timeout: NaN }), RangeError);
  assertThrows(() => words.takeUpTo(NaN), RangeError);
  assertThrows(() => blocking(words).take({ timeout: 0 }), WaitTimeoutError, "it is empty");
  assertEquals(blocking(words).tryPut(undefined), true);
  assertEquals(blocking(words).tryTake(), { value: undefined });
});

Deno.test("Channel's promise face hands over, ends with the signal's reason, and iterates", async () => {
  const space = new Space({ jobs: channel<number>() }, { tasks: 1, lanesPerTask: 4 });
  const { jobs } = space.bind(loopMemory(space.layout), { task: 0 });
  const abort = new AbortController();
  const first = promised(jobs).put(1, { signal: abort.signal });
  const second = promised(jobs).put(2);
  abort.abort(new Error("enough"));
  assertEquals((await first.catch((error) => error)).message, "enough");
  assertEquals(await promised(jobs).take(), 2);
  await second;
  const feed = (async () => {
    for (const item of [3, 4, 5]) await promised(jobs).put(item);
    await promised(jobs).close();
  })();
  const seen: number[] = [];
  await promised(jobs).forEach(async (item) => {
    await Promise.resolve();
    seen.push(item);
  });
  await feed;
  assertEquals(seen, [3, 4, 5]);
});
