import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { CancelledError, MemoryFullError } from "../../lib/errors.ts";
import { channel, queue, select } from "../../lib/mailbox/mod.ts";
import { runBlocking, type Steps } from "../../lib/memory/mod.ts";
import {
  barrier,
  type Blocking,
  blocking,
  blockingViews,
  cancelToken,
  cell,
  cells,
  condition,
  type Lock,
  lock,
  once,
  type Promised,
  promised,
  promisedViews,
  type SharedCell,
  Space,
  until,
} from "../../lib/sync/mod.ts";
import { within } from "../contracts/deadline.ts";
import { methodsOf, primitives } from "../contracts/primitives.ts";
import { loopMemory } from "../contracts/stage.ts";

const SECONDS = 20;

/** What looks after a run, or is no method. */
const HOOKS = ["died", "ended", "owners", "holders", "ahead", "ready", "rouse", "contents", "leaks", "giveAtOnce"];

function open() {
  const things = {
    guard: lock(),
    changed: condition(),
    first: once(),
    gate: barrier(1),
    token: cancelToken(),
    count: cell(),
    long: cell({ cell: "i64" }),
    row: cells({ length: 2 }),
    jobs: channel<string>({ capacity: 2 }),
    done: channel<number>({ capacity: 1 }),
    small: queue<string>({ bytes: 64 }),
  };
  const space = new Space(things, { tasks: 2, lanesPerTask: 4 });
  const memory = loopMemory(space.layout);
  runBlocking(memory, space.initialize());
  const [one, other] = [0, 1].map((task) => space.bind(memory, { task }));
  return {
    memory,
    steps: one!,
    promises: promisedViews(one!),
    others: promisedViews(other!),
    blocks: blockingViews(other!),
  };
}

for (const [name, make] of Object.entries(primitives)) {
  Deno.test(`views of a ${name} have its methods, and those alone`, () => {
    const space = new Space({ it: make() }, { tasks: 1 });
    const { it } = space.bind(loopMemory(space.layout), { task: 0 });
    const methods = methodsOf(it).filter((method) => !HOOKS.includes(method)).sort();
    assert(methods.length > 0);
    for (const view of [blocking(it), promised(it)]) {
      assertEquals([...methodsOf(view)].sort(), methods);
      assertEquals(view.name, "it");
    }
  });
}

Deno.test("a method of a promise view rejects with what its steps throw when they are made", async () => {
  const { promises: { small, count, jobs } } = open();
  await assertRejects(() => small.put("x".repeat(100)), MemoryFullError);
  await assertRejects(() => jobs.put((() => 1) as unknown as string), Error, "is a function");
  // deno-lint-ignore no-explicit-any
  await assertRejects(() => (count as any).waitWhile.call(open().promises.long, 0), TypeError, "a cell of 64 bits");
});

Deno.test("functions that a promise view is given may be async, and all others must not", async () => {
  const { memory, steps, promises, others, blocks } = open();
  const { changed, first, count, jobs, gate } = promises;
  const waiting = (async () => {
    using _held = await changed.lock.lock();
    return await changed.waitFor(async () => await count.load() === 2);
  })();
  {
    using _held = await others.changed.lock.lock();
    await others.count.store(2);
    await others.changed.notifyAll();
  }
  assertEquals(await within(SECONDS, waiting), true);
  assertEquals(await first.run(async () => void await count.store(3)), true);
  assertEquals(await gate.wait({ action: async () => void await count.add(1) }), 0);
  await Promise.all(["a", "b"].map((job) => jobs.put(job)));
  await jobs.close();
  const seen: string[] = [];
  await jobs.forEach(async (job) => void seen.push(`${job}${await count.load()}`));
  assertEquals(seen, ["a4", "b4"]);
  const late = () => Promise.resolve(true);
  blocks.changed.lock.acquire();
  assertThrows(
    () => blocks.changed.waitFor(late as unknown as () => boolean),
    TypeError,
    "a blocked task hears of none",
  );
  blocks.changed.lock.release();
  assertThrows(
    () =>
      runBlocking(memory, steps.changed.lock.acquire()) && runBlocking(memory, steps.changed.waitFor(late as never)),
    TypeError,
    "a blocked task hears of none",
  );
});

Deno.test("an async function that fails is what its method rejects with, and undoes as much as steps that fail", async () => {
  const { promises: { first } } = open();
  await assertRejects(() => first.run(() => Promise.reject(new RangeError("no"))), RangeError, "no");
  assertEquals([await first.done(), await first.run(() => {})], [false, true]);
});

Deno.test("what a view gives is seen in the same way: locks, guards, cells, and tokens that it is given", async () => {
  const { promises, blocks } = open();
  using held = await promises.changed.lock.lock();
  assert(held.markConsistent() instanceof Promise);
  await promises.row.at(1).store(5);
  assertEquals([blocks.row.at(1).add(2), await promises.row.at(1).load(), blocks.row.length], [5, 7, 2]);
  assertThrows(() => promises.row.at(2), RangeError, "an index under that is wanted");
  const waiting = promises.guard.acquire();
  assertEquals(await waiting, true);
  blocks.token.cancel();
  assertThrows(() => blocks.guard.acquire({ cancel: blocks.token }), CancelledError);
  await assertRejects(() => promises.guard.lock({ cancel: promises.token }), CancelledError);
});

Deno.test("select() and until() do through views what methods do", async () => {
  const { memory, steps, promises, blocks } = open();
  const waiting = select([{ take: promises.jobs }, { take: promises.done }], { cancel: promises.token });
  blocks.done.put(3);
  assertEquals(await within(SECONDS, waiting), { index: 1, value: 3 });
  assertEquals(select([{ put: blocks.jobs, value: "b" }]), { index: 0, value: undefined });
  assertEquals(runBlocking(memory, select([{ take: steps.jobs }])), { index: 0, value: "b" });
  assertEquals(select([{ take: blocks.jobs }], { default: true }), undefined);
  const reason = new RangeError("enough");
  const aborted = select([{ take: promises.jobs }], { signal: AbortSignal.abort(reason) });
  assertEquals(await aborted.catch((error) => error), reason);
  const counted = until(promises.count, (value) => value === 2);
  blocks.count.store(2);
  assertEquals([await within(SECONDS, counted), until(blocks.count, (value) => value > 1)], [2, 2]);
});

Deno.test("blocking() refuses what no space has bound", () => {
  assertThrows(() => blocking({}), TypeError, "no space has bound it");
});

/** The types of views: what must not compile does not. */
export async function types(
  { guard, count, long, jobs }: {
    readonly guard: Lock;
    readonly count: SharedCell<"i32">;
    readonly long: Promised<SharedCell<"i64">>;
    readonly jobs: Promised<ReturnType<typeof open>["steps"]["jobs"]>;
  },
  blocked: Blocking<Lock>,
): Promise<void> {
  const steps: Steps<unknown> = guard.acquire();
  const value: bigint = await long.load();
  const taken: string = await jobs.take({ signal: AbortSignal.timeout(1) });
  using held = blocked.lock({ timeout: 1 });
  held.markConsistent();
  // @ts-expect-error A guard of a program is no Disposable before its steps are run.
  using _early = guard.lock();
  // @ts-expect-error A blocked task hears no signal.
  blocked.acquire({ signal: AbortSignal.timeout(1) });
  // @ts-expect-error A token of another view.
  blocked.acquire({ cancel: {} as Promised<ReturnType<typeof open>["steps"]["token"]> });
  // @ts-expect-error A cell of 64 bits has no such wait.
  await long.waitWhile(1n);
  // @ts-expect-error It is a string that the channel takes.
  await jobs.put(1);
  // @ts-expect-error What looks after a run is no part of a view.
  await jobs.died(1);
  // @ts-expect-error The steps are not run.
  const number: number = count.load();
  void [steps, value, taken, number];
}
