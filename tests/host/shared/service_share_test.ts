import { StateError } from "../../../lib/errors.ts";
import { notify, store } from "../../../lib/memory/mod.ts";
import { semaphore } from "../../../lib/sync/mod.ts";
import type { MemoryRequest } from "../../../lib/host/shared/memory_request.ts";
import { assert, assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import { GuestError, StoppedError } from "../../../lib/errors.ts";
import { decodeAnswer, encodeRequest } from "../../../lib/host/shared/memory_request.ts";
import { Host, MODE_NAMES, ServiceShare } from "../../../lib/host/mod.ts";
import { runBlocking } from "../../../lib/memory/mod.ts";
import { cell, lock } from "../../../lib/sync/mod.ts";
import { within } from "../../contracts/deadline.ts";
import { ELSEWHERE } from "../../contracts/modes.ts";
import { Serving } from "../../contracts/service_stage.ts";
import { things } from "../../guests/service_work.ts";

const SECONDS = 20;

function open(tasks: number): ServiceShare<ReturnType<typeof things>> {
  return new ServiceShare(things(), { tasks });
}

function waitersOf({ memory, shared }: ServiceShare<ReturnType<typeof things>>): number {
  return runBlocking(memory, shared.guard.statistics()).waiters;
}

/** Gives the event loop turns until a guest waits for the lock. */
async function someoneWaits(share: ServiceShare<ReturnType<typeof things>>): Promise<void> {
  while (waitersOf(share) === 0) await new Promise((resolve) => setTimeout(resolve, 1));
}

/** A service that is handed one call. */
async function start(
  host: Host,
  { share, task, mode, call, argument }: {
    share: ServiceShare<ReturnType<typeof things>>;
    task: number;
    mode: typeof MODE_NAMES[number];
    call: string;
    argument?: unknown;
  },
): Promise<Serving> {
  const serving = await Serving.start(host, { mode, name: `${mode} ${task}`, shared: { share, task } });
  serving.call(call, argument);
  serving.link.flush();
  return serving;
}

const failure = { name: "Error", message: "it ended", stack: "" };

for (const how of ["leave", "ended"] as const) {
  Deno.test(`ServiceShare.${how}() undoes the wait of a guest that asked, and answers it`, async () => {
    const share = open(1);
    const { guard } = share.promised;
    await guard.acquire();
    const answer = share.answer(0, encodeRequest({ kind: "call", object: "guard", method: "acquire", args: [] }));
    assertEquals(waitersOf(share), 1);
    await within(SECONDS, how === "leave" ? share.leave(0) : share.ended(0, failure));
    const bytes = await within(SECONDS, answer);
    assertThrows(() => decodeAnswer(bytes), StoppedError, "the guest has ended");
    assertEquals(waitersOf(share), 0);
    await guard.release();
    const next = share.answer(0, encodeRequest({ kind: "call", object: "guard", method: "acquire", args: [] }));
    assertEquals(decodeAnswer(await within(SECONDS, next)), true);
    await share.leave(0);
  });
}

Deno.test("ServiceShare.leave() resolves when the wait is undone: who then has the place of the guest loses nothing", async () => {
  const share = new ServiceShare({ permits: semaphore(0) }, { tasks: 1 });
  const { memory, promised: { permits }, shared } = share;
  const acquire = encodeRequest({ kind: "call", object: "permits", method: "acquire", args: [] });
  const gone = share.answer(0, acquire);
  // The host is in the middle of a change of the semaphore, so that the wait cannot be undone yet.
  const monitor = memory.layout.toTable().words.find(({ name }) => name === "permits.monitor")!.word;
  runBlocking(memory, store(monitor, 2));
  let left = false;
  const leaving = share.leave(0).then(() => left = true);
  await new Promise((resolve) => setTimeout(resolve));
  const tooEarly = left;
  runBlocking(memory, store(monitor, 0));
  runBlocking(memory, notify(monitor));
  await within(SECONDS, leaving);
  assertEquals(tooEarly, false);
  const next = share.answer(0, acquire);
  await permits.release();
  assertEquals(decodeAnswer(await within(SECONDS, next)), true);
  assertEquals(runBlocking(memory, shared.permits.statistics()), { permits: 0, waiters: 0 });
  const undone = await gone;
  assertThrows(() => decodeAnswer(undone), StoppedError);
});

Deno.test("ServiceShare answers a guest that asks for what is not for it, and goes on", async () => {
  const share = open(1);
  const ask = async (request: unknown) =>
    decodeAnswer(await within(SECONDS, share.answer(0, encodeRequest(request as MemoryRequest))));
  for (const method of ["lock", "died", "holders", "constructor", "then"]) {
    const call = { kind: "call", object: "guard", method, args: [] };
    await assertRejects(() => ask(call), StateError, `Cannot call guard.${method}: it is no call`);
  }
  const { control, layout } = share.memory;
  const { word: monitor } = layout.toTable().words.find(({ name }) => name === "guard.monitor")!;
  for (const word of [monitor, control.turnWord, control.ticketWord, layout.wordCount - 1, layout.wordCount]) {
    const stored = { kind: "store", cell: "i32", word, value: 1, order: "atomic" };
    await assertRejects(() => ask(stored), StateError, "Cannot store there");
  }
  await assertRejects(() => ask({ kind: "terminate" }), Error, "its kind is invalid");
  assertEquals(await ask({ kind: "call", object: "guard", method: "acquire", args: [] }), true);
});

Deno.test("ServiceShare: guests in all modes and the host take turns at one lock", async () => {
  await using host = new Host();
  const [times, guests] = [30, 5];
  const share = open(guests);
  const { guard, sum, done } = share.promised;
  const servings = await Promise.all(
    Array.from({ length: guests }, (_, task) => {
      return start(host, {
        share,
        task,
        mode: MODE_NAMES[task % MODE_NAMES.length]!,
        call: "addLocked",
        argument: times,
      });
    }),
  );
  for (let time = 0; time < times; time++) {
    using _held = await guard.lock({ timeout: SECONDS });
    await sum.store(await sum.load() + 1);
  }
  for (const serving of servings) {
    await serving.answers(1);
    assertEquals(serving.told, [{ value: times }]);
    await serving.finish();
  }
  assertEquals([await done.load(), await sum.load()], [guests, (guests + 1) * times]);
});

Deno.test("ServiceShare: a channel of the host feeds guests in all modes, after an event of the host", async () => {
  await using host = new Host();
  const share = open(MODE_NAMES.length);
  const { jobs, go } = share.promised;
  const servings = await Promise.all(
    MODE_NAMES.map((mode, task) => start(host, { share, task, mode, call: "sumJobs" })),
  );
  await go.set();
  for (let job = 1; job <= 60; job++) await within(SECONDS, jobs.put(job));
  await jobs.close();
  let sum = 0;
  for (const serving of servings) {
    await serving.answers(1);
    const [told] = serving.told;
    assert(told !== undefined && "value" in told, JSON.stringify(told));
    sum += told.value as number;
    await serving.finish();
  }
  assertEquals(sum, 60 * 61 / 2);
});

for (const mode of ELSEWHERE) {
  Deno.test(`ServiceShare.ended() lets go on what a guest in ${mode} mode held that died`, async () => {
    await using host = new Host();
    const share = open(2);
    const { guard } = share.promised;
    const serving = await start(host, { share, task: 0, mode, call: "keep", argument: "kept" });
    await serving.answers(1);
    serving.call("exit", 1);
    serving.link.flush();
    await serving.ended();
    const next = guard.lock({ timeout: SECONDS });
    await within(SECONDS, share.ended(0, { ...failure, message: "killed" }));
    {
      using held = await within(SECONDS, next);
      assertStringIncludes(held.ownerDied?.message ?? "", "task 0");
      await held.markConsistent();
    }
    const after = await start(host, { share, task: 0, mode, call: "addLocked", argument: 1 });
    await after.answers(1);
    assertEquals(after.told, [{ value: 1 }], "another guest takes its place");
    await after.finish();
  });

  Deno.test(`ServiceShare: a service in ${mode} mode ends while its guest waits, which nobody serves any more`, async () => {
    await using host = new Host();
    const share = open(2);
    const { guard, waiting } = share.promised;
    await guard.acquire();
    const serving = await start(host, { share, task: 0, mode, call: "waitForLock" });
    await within(SECONDS, waiting.wait());
    await within(SECONDS, someoneWaits(share));
    await serving.finish();
    assertEquals(waitersOf(share), 0);
    // The guest is warm, and serves another share; what it waited for before must not come in between.
    const other = open(1);
    await other.promised.guard.acquire();
    const next = await start(host, { share: other, task: 0, mode, call: "waitForLock" });
    await within(SECONDS, other.promised.waiting.wait());
    await within(SECONDS, someoneWaits(other));
    await guard.release();
    assertEquals(await within(SECONDS, guard.acquire()), true);
    await other.promised.guard.release();
    await next.answers(1);
    assertEquals([serving.told, next.told], [[], [{ value: "held" }]]);
    await next.finish();
  });
}

for (const mode of MODE_NAMES) {
  Deno.test(`ServiceShare: a guest in ${mode} mode is given up while it waits, and the lock goes on`, async () => {
    await using host = new Host();
    const share = open(2);
    const { guard, waiting } = share.promised;
    await guard.acquire();
    const serving = await start(host, { share, task: 0, mode, call: "waitForLock" });
    await within(SECONDS, waiting.wait());
    await within(SECONDS, someoneWaits(share));
    await within(SECONDS, serving.link.abandon());
    await within(SECONDS, share.ended(0, failure));
    await guard.release();
    assertEquals(waitersOf(share), 0);
    const after = await start(host, { share, task: 0, mode, call: "addLocked", argument: 2 });
    await after.answers(1);
    assertEquals([serving.told, after.told], [[], [{ value: 2 }]]);
    await after.finish();
  });
}

Deno.test("ServiceShare: a guest whose things are others than the host's is refused", async () => {
  await using host = new Host();
  const share = new ServiceShare({ guard: lock(), more: cell() }, { tasks: 1 });
  for (const mode of ELSEWHERE) {
    await assertRejects(
      () => Serving.start(host, { mode, shared: { share, task: 0 } }),
      GuestError,
      "the same as were shared",
    );
  }
});

Deno.test("ServiceShare: a host whose guest died while it waited comes to its end", async () => {
  const script = new URL("../../guests/service_share_run.ts", import.meta.url).href;
  const command = new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-check", "--allow-run", "--allow-read", script],
    stderr: "inherit",
  });
  const { stdout, code } = await within(SECONDS, command.output());
  assertEquals([new TextDecoder().decode(stdout), code], ["the guest is gone\n", 0]);
});
