import type { ModeName } from "../../lib/host/mod.ts";
import { assert, assertEquals, assertInstanceOf, assertMatch, assertRejects, assertStringIncludes } from "@std/assert";
import {
  GuestDiedError,
  GuestError,
  GuestTimeoutError,
  StateError,
  UncloneableError,
  WaitTimeoutError,
} from "../../lib/errors.ts";
import { Host, MODE_NAMES } from "../../lib/host/mod.ts";
import { Guest, type GuestSettings } from "../../lib/pool/mod.ts";
import type { Views } from "../../lib/sync/mod.ts";
import { within } from "../contracts/deadline.ts";
import { failure, WORK } from "../contracts/pool_stage.ts";
import type { things } from "../guests/pool_work.ts";

const SECONDS = 20;

/** Registers a test of guests for each mode, on a host of the test's. */
function test(
  criterion: string,
  body: (make: (settings: Partial<GuestSettings>) => Promise<Guest>, mode: ModeName) => Promise<void>,
): void {
  for (const mode of MODE_NAMES) {
    Deno.test(`a guest in ${mode} mode ${criterion}`, async () => {
      await using host = new Host();
      const make = async (settings: Partial<GuestSettings>) => {
        return await Guest.make({ mode, module: WORK, export: "square", host, ...settings });
      };
      await within(4 * SECONDS, body(make, mode));
    });
  }
}

function sharedOf(guest: Guest): Views<ReturnType<typeof things>, "promised"> {
  return guest.shared as Views<ReturnType<typeof things>, "promised">;
}

test("is made, started once, joined, and gives its value as often as asked", async (make) => {
  await using guest = await make({ argument: 7, name: "seven" });
  assertEquals([guest.name, guest.state, guest.isAlive, guest.exitCode, guest.daemon], [
    "seven",
    "made",
    false,
    undefined,
    false,
  ]);
  assertInstanceOf(await failure(guest.join()), StateError);
  await assertRejects(() => guest.result({ timeout: 0 }), WaitTimeoutError);
  await guest.start();
  assertInstanceOf(await failure(guest.start()), StateError);
  assertEquals([await guest.join({ timeout: SECONDS }), await guest.join()], [true, true]);
  assertEquals([guest.state, guest.isAlive, guest.exitCode], ["ended", false, 0]);
  assertEquals([await guest.result(), await guest.result({ timeout: 1 })], [49, 49]);
  await guest.terminate();
  await guest.kill();
  assertEquals([guest.exitCode, await guest.result()], [0, 49]);
  assertInstanceOf(await failure(guest.start()), StateError);
});

test("tells how it failed", async (make, mode) => {
  await using guest = await make({ export: "fail", argument: "throws" });
  assertEquals(guest.name, "fail");
  await guest.start();
  await guest.join();
  for (let round = 0; round < 2; round++) {
    const error = await failure(guest.result());
    assertInstanceOf(error, GuestError);
    assertEquals([error.guest, error.mode, error.far.name, guest.exitCode], ["fail", mode, "OwnError", 1]);
    assertStringIncludes(error.far.stack, "pool_work.ts");
  }
  if (mode === "direct") return;
  await using exits = await make({ export: "fail", argument: "exits" });
  await exits.start();
  await exits.join();
  assertInstanceOf(await failure(exits.result()), GuestDiedError);
  assertEquals(exits.exitCode, mode === "process" ? 3 : undefined);
  await using crashes = await make({ export: "fail", argument: "crashes while it awaits" });
  await crashes.start();
  await crashes.join();
  assertInstanceOf(await failure(crashes.result()), GuestError);
  assertEquals(crashes.exitCode, 1);
});

test("does not start where it cannot", async (make) => {
  assertInstanceOf(await failure(make({ module: "./work.ts" })), TypeError);
  assertInstanceOf(await failure(make({ shared: { export: "nothing" } })), TypeError);
  for (
    const [settings, expected] of [
      [{ export: "nothing" }, TypeError],
      [{ argument: () => 0 }, UncloneableError],
      [{ module: `${WORK}.nowhere` }, GuestError],
    ] as const
  ) {
    await using guest = await make(settings);
    const error = await failure(guest.start());
    assertInstanceOf(error, expected);
    if (error instanceof TypeError) assertMatch(error.message, /^Cannot call nothing: .* \(.*square.*\) is wanted$/);
    assertEquals([guest.state, guest.exitCode, await failure(guest.result())], ["ended", 1, error]);
    assertEquals(await guest.join(), true);
  }
});

test("does not start where its module does not load in time", async (make, mode) => {
  assertInstanceOf(await failure(make({ timeout: -1 })), RangeError);
  const module = "data:text/javascript,await new Promise((resolve) => setTimeout(resolve, 300))";
  await using guest = await make({ module, timeout: 1e-3 });
  assertInstanceOf(await failure(guest.start()), GuestTimeoutError);
  assertEquals([guest.state, guest.exitCode], ["ended", 1]);
  // In the caller it goes on loading.
  if (mode === "direct") await import(module);
});

test("ends where it is told to while it waits", async (make, mode) => {
  for (
    const [how, signal, exitCode] of [["terminate", "SIGTERM", -15], ["kill", "SIGKILL", -9]] as const
  ) {
    for (const name of ["untilGo", "never"] as const) {
      const never = { export: "fail", argument: "never settles" };
      await using guest = await make(name === "never" ? never : { export: name, shared: { export: "things" } });
      const started = guest.start();
      // Also while it starts.
      if (how === "terminate") await started;
      assertEquals(await guest.join({ timeout: 0.02 }), false);
      await within(SECONDS, guest[how]());
      await started;
      assertEquals([guest.state, guest.exitCode, await guest.join()], ["ended", exitCode, true]);
      const error = await failure(guest.result());
      assertInstanceOf(error, GuestDiedError);
      assertEquals([error.signal, error.mode], [signal, mode]);
    }
  }
});

test("is waited for by the end of its scope, or ended there where it is a daemon", async (make) => {
  let joined: Guest;
  {
    await using guest = joined = await make({ export: "squareLater", argument: 2 });
    await guest.start();
  }
  assertEquals([await joined.result(), joined.exitCode], [4, 0]);
  let ended: Guest;
  {
    await using guest = ended = await make({ export: "fail", argument: "never settles", daemon: true });
    await guest.start();
    assert(guest.daemon && guest.isAlive);
  }
  assertEquals([ended.state, ended.exitCode], ["ended", -15]);
  await ended[Symbol.asyncDispose]();
  // One that was never started has nothing to end.
  await (await make({}))[Symbol.asyncDispose]();
});

test("shares things with its host, also before it starts, and gives back what it held", async (make, mode) => {
  const shared = { export: "things" };
  {
    await using guest = await make({ export: "untilGo", shared });
    await sharedOf(guest).go.set();
    await guest.start();
    assertEquals(await guest.result({ timeout: SECONDS }), true);
  }
  const reported: unknown[] = [];
  const held = Promise.withResolvers<void>();
  const onProgress = (value: unknown) => {
    reported.push(value);
    held.resolve();
  };
  await using guest = await make({ export: "waitHolding", shared, onProgress });
  await guest.start();
  await within(SECONDS, held.promise);
  const { guard, permits } = sharedOf(guest);
  const next = guard.lock();
  await guest.terminate();
  const lock = await within(SECONDS, next);
  assertEquals([reported, await permits.tryAcquire(2)], [["held"], true]);
  // A subprocess is killed with its lock, the others let go of it.
  if (mode === "process") assert(lock.ownerDied !== undefined);
});

test("has its function run here instead", async (make) => {
  await using guest = await make({ argument: 5 });
  assertEquals([await guest.run(), guest.state], [25, "made"]);
  await using failing = await make({ export: "fail", argument: "throws" });
  assertInstanceOf(await failure(failing.run()), GuestError);
  await using missing = await make({ export: "nothing" });
  assertInstanceOf(await failure(missing.run()), TypeError);
});

test("may be one of several that are waited for at once", async (make) => {
  const names = ["fast", "slow"];
  const guests = await Promise.all(names.map((name) => {
    return make(name === "fast" ? { name, argument: 3 } : { name, export: "fail", argument: "never settles" });
  }));
  await Promise.all(guests.map((guest) => guest.start()));
  const first = await within(SECONDS, Promise.race(guests.map((guest) => guest.ended.then(() => guest.name))));
  assertEquals(first, "fast");
  await Promise.all(guests.map((guest) => guest.kill()));
  assertEquals(guests.map(({ exitCode }) => exitCode), [0, -9]);
});

Deno.test("a guest of its own host ends with it, in each mode", async () => {
  for (const mode of MODE_NAMES) {
    await using guest = await Guest.make<number>({ mode, module: WORK, export: "square", argument: 9 });
    await guest.start();
    assertEquals(await within(SECONDS, guest.result()), 81);
  }
});

Deno.test("a thread guest that computes is stuck where it is ended, and ends later", async () => {
  const begun = Promise.withResolvers<unknown>();
  const settings = { mode: "thread", module: WORK, export: "busy", argument: 1200, onProgress: begun.resolve } as const;
  const guest = await Guest.make(settings);
  await guest.start();
  assertEquals(await within(SECONDS, begun.promise), "begun");
  const error = await within(SECONDS, failure(guest.terminate()));
  assertEquals([error.name, guest.isAlive], ["GuestStuckError", true]);
  await within(SECONDS, guest.join());
  assertEquals([guest.exitCode, (await failure(guest.result())).name], [-15, "GuestDiedError"]);
  await within(SECONDS, guest[Symbol.asyncDispose]());
});
