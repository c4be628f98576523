import { assert, assertEquals, assertInstanceOf, assertRejects, assertThrows } from "@std/assert";
import {
  AssertionError,
  CancelledError,
  DeadlockError,
  OwnerDiedError,
  StateError,
  WaitTimeoutError,
} from "../../../lib/errors.ts";
import { attach, share, type Sharing } from "../../../lib/host/mod.ts";
import { seededChooser } from "../../../lib/memory/mod.ts";
import { cell, lock, once, rlock, rwlock } from "../../../lib/sync/mod.ts";
import { within } from "../../contracts/deadline.ts";
import { runs } from "../../contracts/soak.ts";
import { type ShareRequest, things } from "../../guests/share_worker.ts";

const SECONDS = 20;

/** Starts a worker and resolves when it is done. */
function start(
  { handle }: Sharing<typeof things>,
  { task, times, ends = "well" }: Pick<ShareRequest, "task" | "times"> & Partial<ShareRequest>,
): Promise<void> {
  const worker = new Worker(import.meta.resolve("../../guests/share_worker.ts"), { type: "module" });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  worker.onmessage = () => resolve();
  worker.onerror = (event) => {
    event.preventDefault();
    reject(new Error(event.message));
  };
  worker.postMessage({ handle, task, times, ends } satisfies ShareRequest);
  return within(SECONDS, promise);
}

Deno.test("share(): a test and its workers lose nothing, by blocking and promise views, with aborts at random moments", async () => {
  for (let seed = 1; seed <= runs(2); seed++) {
    const sharing = share(things, { tasks: 2 });
    const { shared: { guard, permits, count, ready } } = sharing;
    const choose = seededChooser(seed);
    const times = 400;
    const workers = [0, 1].map((task) => start(sharing, { task, times }));
    let own = 0;
    const client = async () => {
      for (let time = 0; time < 60; time++) {
        const signal = AbortSignal.timeout(choose(4));
        try {
          using _permit = await permits.hold({ signal });
          using _held = await guard.lock({ signal });
          await count.store(await count.load() + 1);
          own++;
        } catch (error) {
          assertEquals((error as Error).name, "TimeoutError");
        }
      }
    };
    await within(SECONDS, Promise.all([...workers, client(), client(), client()]));
    assertEquals(await count.load(), 2 * times + own);
    assertEquals([await guard.locked(), await permits.acquire({ timeout: 5 })], [false, true]);
    assertEquals(await ready.acquire({ permits: 2, timeout: 5 }), true);
  }
});

Deno.test("share(): a pending wait leaves the event loop free, and ends by its timeout, signal or token", async () => {
  const { shared: { guard, permits, token } } = share(things, { tasks: 1 });
  await guard.acquire();
  await permits.acquire();
  // What ends the wait comes turns of the event loop after its beginning; a wait that blocks would time out.
  let ended = false;
  const acquired = guard.acquire({ timeout: SECONDS }).finally(() => ended = true);
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setTimeout(resolve));
  assertEquals([ended, await guard.release(), await acquired], [false, undefined, true]);
  assertEquals(await guard.acquire({ timeout: 0.03 }), false);
  await assertRejects(() => guard.lock({ timeout: 0.001 }), WaitTimeoutError);
  const reason = new AssertionError("it is enough");
  const controller = new AbortController();
  const waiting = permits.acquire({ signal: controller.signal });
  setTimeout(() => controller.abort(reason), 5);
  assertEquals(await assertRejects(() => within(SECONDS, waiting)), reason);
  const cancelled = permits.acquire({ cancel: token });
  setTimeout(() => token.cancel(), 5);
  await assertRejects(() => within(SECONDS, cancelled), CancelledError);
  assert(await token.isCancelled());
  await assertRejects(() => guard.acquire({ signal: AbortSignal.abort(reason) }), AssertionError);
  await guard.release();
  assertEquals(await guard.acquire({ timeout: 1 }), true);
});

Deno.test("share(): a process with an aborted wait comes to its end", async () => {
  const script = new URL("../../guests/share_run.ts", import.meta.url).href;
  const command = new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-check", script],
    stderr: "inherit",
  });
  const { stdout, code } = await within(SECONDS, command.output());
  assertEquals([new TextDecoder().decode(stdout), code], ["aborted\n", 0]);
});

Deno.test("share(): what a worker held that has ended goes on, when that is said", async () => {
  const sharing = share(things, { tasks: 2 });
  const { shared: { guard, permits }, ended } = sharing;
  await Promise.all([
    start(sharing, { task: 0, times: 0, ends: "with the lock" }),
    start(sharing, { task: 1, times: 0, ends: "with a permit" }),
  ]);
  const next = guard.lock({ timeout: SECONDS });
  const permitted = permits.acquire({ timeout: SECONDS });
  await Promise.all([ended(1), ended(0)]);
  using held = await within(SECONDS, next);
  assert(held.ownerDied?.message.includes("task 0"), `${held.ownerDied}`);
  assertEquals(await within(SECONDS, permitted), true);
});

Deno.test("share(): what a death left half done is said to be whole by each view, and then serves on", async () => {
  const locks = { plain: lock(), again: rlock(), many: rwlock() };
  for (const face of ["blocking", "promised", "guard, blocking", "guard, promised"] as const) {
    const { handle, shared, ended } = share(locks, { tasks: 2 });
    const dead = attach(handle, locks, { task: 0 });
    dead.plain.acquire();
    dead.again.acquire();
    dead.many.acquireWrite();
    await ended(0);
    const { plain, again, many } = face.endsWith("promised") ? shared : attach(handle, locks, { task: 1 });
    for (const one of [plain, again]) {
      const held = await one.lock({ timeout: SECONDS });
      assertInstanceOf(held.ownerDied, OwnerDiedError);
      await (face.startsWith("guard") ? held : one).markConsistent();
      held[Symbol.dispose]();
      assertEquals([await one.acquire({ timeout: 0 }), await one.release()], [true, undefined]);
    }
    const held = await many.write({ timeout: SECONDS });
    assertInstanceOf(held.ownerDied, OwnerDiedError);
    await (face.startsWith("guard") ? held : many).markConsistent();
    held[Symbol.dispose]();
    assertEquals(await many.acquireRead({ timeout: 0 }), true);
  }
});

Deno.test("share() and attach() refuse what makes no sense", async () => {
  const make = () => ({ guard: lock(), count: cell() });
  const { handle, ended } = share(make(), { tasks: 2 });
  assertThrows(() => attach(handle, { guard: lock() }, { task: 0 }), TypeError, "the things are { guard: lock }");
  const swapped = { count: cell(), guard: lock() } as unknown as ReturnType<typeof make>;
  assertThrows(
    () => attach(handle, swapped, { task: 0 }),
    TypeError,
    "the same as were shared ({ guard: lock, count: cell })",
  );
  const wide = { guard: lock(), count: cell({ cell: "i64" }) };
  assertThrows(() => attach(handle, wide, { task: 0 }), TypeError, "the same things as were shared");
  for (const no of [undefined, null, 5, {}]) {
    assertThrows(
      () => attach(no as unknown as typeof handle, make(), { task: 0 }),
      TypeError,
      "that of share() is wanted",
    );
  }
  for (const task of [-1, 2, 0.5, NaN]) {
    assertThrows(() => attach(handle, make(), { task }), RangeError, `Cannot attach task ${task}`);
    await assertRejects(() => ended(task), RangeError, `Cannot end task ${task}`);
  }
  for (const tasks of [0, -1, 0.5, NaN]) assertThrows(() => share({}, { tasks }), RangeError, `among ${tasks} tasks`);
  assertThrows(() => share({}, { tasks: 1, lanesPerTask: 0 }), RangeError, "0 lanes a task");
  assertThrows(() => share({}, { tasks: 1, spin: 21 }), RangeError, "Cannot spin");
});

Deno.test("attach() refuses a task number that another worker has, until that worker has ended", async () => {
  const make = () => ({ guard: lock() });
  const { handle, ended } = share(make(), { tasks: 2 });
  attach(handle, make(), { task: 0 }).guard.acquire();
  attach(handle, make(), { task: 1 });
  assertThrows(() => attach(handle, make(), { task: 0 }), StateError, "another worker has that number");
  await ended(0);
  assertInstanceOf(attach(handle, make(), { task: 0 }).guard.acquire({ timeout: SECONDS }), OwnerDiedError);
  assertThrows(() => attach(handle, make(), { task: 1 }), StateError, "another worker has that number");
});

Deno.test("a worker that takes what it holds is told so instead of waiting for ever", () => {
  const things = { plain: lock(), owned: lock({ owned: true }), table: rwlock(), setup: once(), again: rlock() };
  const { handle } = share(things, { tasks: 1 });
  const { plain, owned, table, setup, again } = attach(handle, things, { task: 0 });
  plain.acquire();
  owned.acquire();
  {
    using _reading = table.read();
    assertThrows(() => table.write(), DeadlockError, "task 0 waits for table (write), which it holds");
    using _again = table.read();
  }
  assertThrows(() => plain.acquire(), DeadlockError, "task 0 waits for plain (acquire), which it holds");
  assertThrows(() => owned.lock(), DeadlockError, "task 0 waits for owned (lock), which it holds");
  assertThrows(() => setup.run(() => setup.run(() => {})), DeadlockError, "task 0 waits for setup (run)");
  assertEquals([plain.acquire({ timeout: 0.001 }), plain.tryAcquire()], [false, false]);
  plain.release();
  assertEquals([again.acquire(), again.acquire()], [true, true]);
});

Deno.test("a lock that begins held is waited for by who took it last, since another side gives it back", async () => {
  const things = { empty: lock({ held: true }) };
  const sharing = share(things, { tasks: 1 });
  const worker = new Worker(
    URL.createObjectURL(
      new Blob([`
        import { attach, lock } from "${import.meta.resolve("../../../mod.ts")}";
        self.onmessage = ({ data }) => {
          const { empty } = attach(data, { empty: lock({ held: true }) }, { task: 0 });
          self.postMessage([empty.acquire(), empty.acquire()]);
        };
      `]),
    ),
    { type: "module" },
  );
  const told = new Promise((resolve) => worker.onmessage = ({ data }) => resolve(data));
  worker.postMessage(sharing.handle);
  await sharing.shared.empty.release();
  const { shared: { empty } } = sharing;
  const given = (async () => {
    while ((await empty.statistics()).waiters === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    await empty.release();
  })();
  assertEquals(await within(SECONDS, told), [true, true]);
  await given;
  worker.terminate();
});
