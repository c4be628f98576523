import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  MemoryFullError,
  QueueEmptyError,
  QueueFullError,
  QueueShutDownError,
  StateError,
  UncloneableError,
} from "../../lib/errors.ts";
import { type Queue, queue, type QueueOptions } from "../../lib/mailbox/mod.ts";
import { ModelMemory, runBlocking, type Steps } from "../../lib/memory/mod.ts";
import { blocking, type CancelToken, cancelToken, promised, Space } from "../../lib/sync/mod.ts";
import { type RunView, scenario, testPrimitive } from "../contracts/primitive_contract.ts";
import { runs } from "../contracts/soak.ts";
import { loopMemory, Stage } from "../contracts/stage.ts";
import { checkFlow, itemsOf } from "./flow.ts";

interface Desk {
  readonly jobs: Queue<number>;
  readonly token: CancelToken;
}

const things = (options: QueueOptions) => () => ({ jobs: queue<number>(options), token: cancelToken() });

function puts(count: number, timeout?: number) {
  return function* ({ jobs, token }: Desk, task: number, log: unknown[]): Steps<void> {
    for (const item of itemsOf(task + 1, count)) {
      log.push(["begin", item, task]);
      try {
        yield* jobs.put(item, { timeout, cancel: token, priority: -item });
      } catch (error) {
        if (error instanceof QueueFullError) continue;
        throw error;
      }
      log.push(["put", item, task]);
    }
  };
}

function gets(count: number, timeout?: number) {
  return function* ({ jobs, token }: Desk, task: number, log: unknown[]): Steps<void> {
    for (let got = 0; got < count; got++) {
      try {
        log.push(["got", yield* jobs.get({ timeout, cancel: token }), task]);
      } catch (error) {
        if (!(error instanceof QueueEmptyError)) throw error;
      }
    }
  };
}

const flows = (ordered: boolean) => ({ jobs }: Desk, view: RunView) => {
  const rest: number[] = [];
  for (let taken = blocking(jobs).tryGet(); taken !== undefined; taken = blocking(jobs).tryGet()) {
    rest.push(taken.value);
  }
  const { size, putters, getters } = runBlocking(view.memory, jobs.statistics());
  assertEquals([size, putters, getters], [0, 0, 0]);
  checkFlow(view, rest, { ordered });
};

/** What survives in memory, unless a death has torn the queue. */
const unlessTorn = (law: (desk: Desk, view: RunView) => void) => (desk: Desk, view: RunView) => {
  try {
    law(desk, view);
  } catch (error) {
    if (!(error instanceof Error && error.name === "NotRecoverableError")) throw error;
  }
};

const atMost = (maxsize: number) => ({ jobs }: Desk, { memory, fault }: RunView) => {
  const [leak = "holds 0"] = runBlocking(memory, jobs.leaks());
  // What an interrupted or dead get gives back may be one too many.
  const most = maxsize + (fault?.kind === "interrupt" || fault?.kind === "kill" ? 1 : 0);
  assert(Number(leak.split(" ")[1]) <= most, `${leak}, at most ${most} are wanted`);
};

const starving = { afterDeath: "may-starve", afterFault: "may-starve" } as const;

testPrimitive("Queue", [
  ...(["fifo", "lifo", "priority"] as const).map((order) =>
    scenario({
      name: `two producers, two consumers, ${order} of 1`,
      things: things({ maxsize: 1, order, bytes: 256 }),
      tasks: [puts(2), puts(2), gets(2), gets(2)],
      always: atMost(1),
      atEnd: flows(order === "fifo"),
      atDeath: unlessTorn(flows(order === "fifo")),
      ...starving,
    })
  ),
  scenario({
    name: "unbounded, with timeouts",
    things: things({ bytes: 256 }),
    tasks: [puts(3, 1), gets(2, 1), gets(2, 1)],
    atEnd: flows(true),
    atDeath: unlessTorn(flows(true)),
    ...starving,
  }),
  scenario({
    name: "timeouts of puts into a queue of 2",
    things: things({ maxsize: 2, bytes: 256 }),
    tasks: [puts(2, 1), puts(2, 1), puts(1, 2), gets(3, 1)],
    always: atMost(2),
    atEnd: flows(true),
    atDeath: unlessTorn(flows(true)),
    ...starving,
  }),
  ...(["fifo", "lifo"] as const).map((order) =>
    scenario({
      name: `long items that wait for room, ${order}`,
      things: () => ({
        jobs: queue<string>({ maxsize: 4, bytes: order === "fifo" ? 128 : 192, order }),
        token: cancelToken(),
      }),
      tasks: [0, 1, 2, 3].map((task) =>
        function* (
          { jobs, token }: { jobs: Queue<string>; token: CancelToken },
          _task: number,
          log: unknown[],
        ): Steps<void> {
          for (const item of itemsOf(task % 2 + 1, 2)) {
            if (task < 2) {
              log.push(["begin", item, task]);
              yield* jobs.put(String(item).padEnd(task === 0 ? 100 : 50), { cancel: token });
              log.push(["put", item, task]);
            } else log.push(["got", Number(yield* jobs.get({ cancel: token })), task]);
          }
        }
      ),
      atEnd: ({ jobs }, view) => {
        const rest: number[] = [];
        for (let taken = blocking(jobs).tryGet(); taken !== undefined; taken = blocking(jobs).tryGet()) {
          rest.push(Number(taken.value));
        }
        checkFlow(view, rest, { ordered: order === "fifo" });
      },
      ...starving,
    })
  ),
  scenario({
    name: "batches through a queue of 2",
    things: things({ maxsize: 2, bytes: 128 }),
    tasks: [
      function* ({ jobs, token }, task, log): Steps<void> {
        for (const item of itemsOf(1, 5)) log.push(["begin", item, task]);
        const put = yield* jobs.putAll(itemsOf(1, 5), { timeout: 5, cancel: token });
        for (const item of itemsOf(1, 5).slice(0, put)) log.push(["put", item, task]);
      },
      puts(2, 5),
      function* ({ jobs, token }, task, log): Steps<void> {
        for (let got = 0; got < 7;) {
          const items = yield* jobs.takeUpTo(3, { timeout: 9, cancel: token });
          for (const item of items) log.push(["got", item, task]);
          got += items.length;
          if (items.length === 0) return;
        }
      },
    ],
    always: atMost(2),
    atEnd: (desk, view) => {
      // A batch that is interrupted does not say how much of it was put.
      if (view.interrupted === undefined && view.fault?.kind !== "cancel") flows(true)(desk, view);
    },
    ...starving,
  }),
  scenario({
    name: "done and join",
    things: things({ maxsize: 2, bytes: 128 }),
    tasks: [
      function* (desk, task, log): Steps<void> {
        yield* puts(3)(desk, task, log);
        if (yield* desk.jobs.join({ timeout: 50, cancel: desk.token })) log.push(["joined"]);
      },
      function* ({ jobs, token }, _task, log): Steps<void> {
        for (let got = 0; got < 3; got++) {
          yield* jobs.get({ cancel: token });
          log.push(["done"]);
          yield* jobs.taskDone();
        }
      },
    ],
    atEnd: (_desk, { log }) => {
      const kinds = (log as string[][]).map(([kind]) => kind);
      if (kinds.includes("joined")) assertEquals(kinds.filter((kind) => kind === "done").length, 3);
    },
    ...starving,
  }),
  ...[false, true].map((immediate) =>
    scenario({
      name: `shutdown, immediate=${immediate}`,
      things: things({ maxsize: 1, bytes: 128 }),
      tasks: [
        puts(3),
        function* ({ jobs }, task, log): Steps<void> {
          for (;;) log.push(["got", yield* jobs.get(), task]);
        },
        function* ({ jobs }): Steps<void> {
          yield* jobs.shutdown({ immediate });
          yield* jobs.shutdown({ immediate });
        },
      ],
      atEnd: ({ jobs }, view) => {
        if (view.interrupted === 2) return;
        assertThrows(() => blocking(jobs).put(1), QueueShutDownError, "is shut down");
        if (immediate) assertThrows(() => blocking(jobs).get(), QueueShutDownError);
        else if (view.interrupted === undefined) {
          assertThrows(() => blocking(jobs).get(), QueueShutDownError);
          checkFlow(view, []);
        }
      },
      mayThrow: ["QueueShutDownError"],
      ...starving,
    })
  ),
], { random: 40, preemptions: 250, seeds: 3, points: 30 });

interface Modelled {
  readonly value: number;
  readonly priority: number;
  readonly number: number;
}

const orders = {
  fifo: (one: Modelled, other: Modelled) => one.number - other.number,
  lifo: (one: Modelled, other: Modelled) => other.number - one.number,
  priority: (one: Modelled, other: Modelled) => one.priority - other.priority || one.number - other.number,
};

for (const [order, compare] of Object.entries(orders)) {
  Deno.test(`Queue behaves as its sequential model, ${order}`, () => {
    const tasks = 4;
    const kind = fc.constantFrom(
      "put",
      "get",
      "tryPut",
      "tryGet",
      "expire",
      "kill",
      "done",
      "join",
      "takeUpTo",
      "shut",
    );
    const commands = fc.array(fc.record({ kind, task: fc.nat(tasks - 1), priority: fc.nat(3) }), {
      maxLength: 40,
      size: "max",
    });
    fc.assert(
      fc.property(fc.nat(3), fc.boolean(), commands, (maxsize, immediate, commands) => {
        const stage = new Stage({ jobs: queue<number>({ maxsize, order: order as "fifo", bytes: 4096 }) }, tasks);
        const most = maxsize === 0 ? Infinity : maxsize;
        let items: Modelled[] = [];
        let putters: (Modelled & { task: number })[] = [];
        let getters: number[] = [];
        let joiners: number[] = [];
        let unfinished = 0;
        let accepted = 0;
        let shut = false;
        const dead = new Set<number>();
        for (const [value, { kind, task, priority }] of commands.entries()) {
          const expected = new Map<number, unknown>();
          const accept = (item: Omit<Modelled, "number">) => {
            unfinished++;
            items.push({ ...item, number: accepted++ });
            items.sort(compare);
          };
          /** Takes what is there, lets those put who wait, and goes on with what they put. */
          const takeUpTo = (count: number): number[] => {
            const taken = items.splice(0, count);
            for (; putters.length > 0 && items.length < most; putters = putters.slice(1)) {
              accept(putters[0]!);
              expected.set(putters[0]!.task, undefined);
            }
            const values = taken.map(({ value }) => value);
            return values.length < count && items.length > 0 ? [...values, ...takeUpTo(count - values.length)] : values;
          };
          const busy = [...putters.map(({ task }) => task), ...getters, ...joiners].includes(task);
          if (dead.has(task)) continue;
          if (kind === "kill" || kind === "expire") {
            if (kind === "kill") dead.add(task);
            else if (putters.some((putter) => putter.task === task)) expected.set(task, "QueueFullError");
            else if (getters.includes(task)) expected.set(task, "QueueEmptyError");
            else if (joiners.includes(task)) expected.set(task, false);
            putters = putters.filter((putter) => putter.task !== task);
            getters = getters.filter((getter) => getter !== task);
            joiners = joiners.filter((joiner) => joiner !== task);
            if (kind === "kill") stage.kill(task);
            else stage.expire(task);
          } else if (busy) {
            continue;
          } else if (kind === "put" || kind === "tryPut") {
            if (shut) expected.set(task, "QueueShutDownError");
            else if (items.length >= most) {
              if (kind === "tryPut") expected.set(task, false);
              else putters.push({ value, priority, task, number: 0 });
            } else {
              expected.set(task, kind === "put" ? undefined : true);
              accept({ value, priority });
              const [getter] = getters;
              if (getter !== undefined) {
                getters = getters.slice(1);
                expected.set(getter, takeUpTo(1)[0]);
              }
            }
            stage.begin(
              task,
              ({ jobs }) =>
                kind === "put" ? jobs.put(value, { timeout: 1000, priority }) : jobs.tryPut(value, { priority }),
            );
          } else if (kind === "get" || kind === "tryGet" || kind === "takeUpTo") {
            if (items.length > 0) {
              const values = takeUpTo(kind === "takeUpTo" ? 2 : 1);
              if (kind === "get") expected.set(task, values[0]);
              else expected.set(task, kind === "tryGet" ? { value: values[0] } : values);
            } else if (shut) expected.set(task, "QueueShutDownError");
            else if (kind === "get") getters.push(task);
            else expected.set(task, kind === "tryGet" ? undefined : []);
            stage.begin(task, ({ jobs }): Steps<unknown> => {
              if (kind === "takeUpTo") return jobs.takeUpTo(2, { timeout: 0 });
              return kind === "get" ? jobs.get({ timeout: 1000 }) : jobs.tryGet();
            });
          } else if (kind === "done") {
            expected.set(task, unfinished === 0 ? "StateError" : undefined);
            if (unfinished > 0) unfinished--;
            stage.begin(task, ({ jobs }) => jobs.taskDone());
          } else if (kind === "join") {
            joiners.push(task);
            stage.begin(task, ({ jobs }) => jobs.join({ timeout: 1000 }));
          } else {
            shut = true;
            expected.set(task, undefined);
            for (const { task } of putters) expected.set(task, "QueueShutDownError");
            for (const getter of getters) expected.set(getter, "QueueShutDownError");
            putters = [];
            getters = [];
            if (immediate) {
              unfinished = Math.max(0, unfinished - items.length);
              items = [];
            }
            stage.begin(task, ({ jobs }) => jobs.shutdown({ immediate }));
          }
          if (unfinished === 0) {
            for (const joiner of joiners) expected.set(joiner, true);
            joiners = [];
          }
          assertEquals(stage.ended(), new Map([...expected].sort(([one], [other]) => one - other)));
          assertEquals(runBlocking(stage.memory, stage.host.jobs.statistics()), {
            size: items.length,
            putters: putters.length,
            getters: getters.length,
            unfinished,
            shutDown: shut,
          });
          const leak = items.length === 0 ? [] : [`holds ${items.length} ${items.length === 1 ? "item" : "items"}`];
          assertEquals(runBlocking(stage.memory, stage.host.jobs.leaks()), leak);
        }
      }),
      { numRuns: runs(300) },
    );
  });
}

Deno.test("Queue refuses what makes no sense, at once, with nothing changed", () => {
  for (const maxsize of [NaN, 0.5, -Infinity]) assertThrows(() => queue({ maxsize }), RangeError, `is ${maxsize}`);
  for (const bytes of [0, -1, 0.5, NaN, 2 ** 40]) assertThrows(() => queue({ bytes }), RangeError, `of ${bytes} bytes`);
  assertThrows(() => queue({ order: "random" as "fifo" }), TypeError, "is random");
  const { jobs } = new Stage({ jobs: queue({ bytes: 128 }) }, 1).host;
  assertThrows(() => jobs.put(() => {}), UncloneableError);
  assertThrows(() => jobs.putAll([1, Symbol("no")]), UncloneableError);
  assertThrows(() => jobs.put(1, { priority: NaN }), RangeError, "priority");
  assertThrows(() => jobs.put(1, { timeout: -1 }), RangeError, "at least 0");
  assertThrows(() => jobs.get({ signal: AbortSignal.abort() } as never), TypeError, "no AbortSignal");
  assertThrows(() => jobs.takeUpTo(0), RangeError, "Cannot take 0");
  assertThrows(() => jobs.put("x".repeat(200)), MemoryFullError, "bytes");
  assertThrows(() => blocking(jobs).taskDone(), StateError, "all are");
  blocking(jobs).put("x".repeat(60));
  assertThrows(() => blocking(jobs).put("x".repeat(60)), MemoryFullError, "the rest of its 128");
  assertThrows(() => blocking(jobs).putAll(["x".repeat(30), "x".repeat(30)]), MemoryFullError);
  assertEquals(blocking(jobs).get(), "x".repeat(60));
  assertEquals(blocking(jobs).tryGet(), undefined);
  blocking(jobs).put(undefined);
  blocking(jobs).put(null);
  assertEquals([blocking(jobs).tryGet(), blocking(jobs).tryGet()], [{ value: undefined }, { value: null }]);
  assertThrows(() => blocking(jobs).get({ timeout: 0 }), QueueEmptyError, "it is empty");
});

Deno.test("Queue's promise face ends with the signal's reason, and keeps what was accepted", async () => {
  const space = new Space({ jobs: queue<number>({ maxsize: 1, bytes: 256 }) }, { tasks: 1, lanesPerTask: 4 });
  const memory = loopMemory(space.layout);
  const { jobs } = space.bind(memory, { task: 0 });
  await promised(jobs).put(1);
  const abort = new AbortController();
  const second = promised(jobs).put(2, { signal: abort.signal });
  const third = promised(jobs).put(3);
  abort.abort(new Error("enough"));
  const reason = await second.catch((error) => error);
  assertEquals(reason.message, "enough");
  assertEquals([await promised(jobs).get(), await promised(jobs).get()], [1, 3]);
  await third;
  const gets = [promised(jobs).get(), promised(jobs).get()];
  await promised(jobs).put(4);
  await promised(jobs).put(5);
  assertEquals(await Promise.all(gets), [4, 5]);
});

Deno.test("Queue by priority keeps equal priorities in order, also of a thousand", () => {
  const space = new Space({ jobs: queue<number>({ order: "priority" }) }, { tasks: 1 });
  const { jobs } = space.bind(new ModelMemory(space.layout), { task: 0 });
  fc.assert(
    fc.property(fc.array(fc.double({ noNaN: true }), { maxLength: 1000, size: "max" }), (priorities) => {
      for (const [index, priority] of priorities.entries()) blocking(jobs).put(index, { priority });
      const expected = [...priorities.keys()].sort((one, other) => {
        const [a, b] = [priorities[one]!, priorities[other]!];
        return a < b ? -1 : a > b ? 1 : one - other;
      });
      assertEquals(blocking(jobs).takeUpTo(5000, { timeout: 0 }), expected);
    }),
    { numRuns: runs(20) },
  );
});
