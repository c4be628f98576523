import { assert, assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { farError, GuestDiedError } from "../../lib/errors.ts";
import type { BeginFailure, KeptRealm, Mode } from "../../lib/mode/mod.ts";
import { WarmRealms } from "../../lib/mode/warm_realms.ts";
import { turn } from "../../lib/platform/mod.ts";
import { within } from "../contracts/deadline.ts";
import { fakeMode, type FakeOptions, type FakeRealm } from "../contracts/fake_mode.ts";

const SECONDS = 20;
const JOB = { name: "job", limit: Infinity, listener: {} };

function open({ fresh = false, ...options }: FakeOptions & Partial<Mode> & { fresh?: boolean } = {}) {
  const mode = fakeMode(options);
  const setup = { permissions: {}, options: {} };
  const warm = new WarmRealms(mode, { fresh, startLimit: Infinity, setup });
  const take = async (module: string): Promise<KeptRealm> => {
    let taken: KeptRealm | undefined;
    await warm.assign(module, (guest) => (taken = guest).begin({ module }, JOB));
    return taken!;
  };
  /** Has a job of that module done by a guest that is assigned for it. */
  const use = async (module: string): Promise<KeptRealm> => {
    const guest = await take(module);
    await guest.finish();
    warm.takeBack(guest, module);
    return guest;
  };
  const started = () => mode.realms.map(({ setup }) => setup.module);
  return { warm, mode, take, use, started };
}

const fake = ({ realm }: KeptRealm) => realm as FakeRealm;

Deno.test("WarmRealms.assign() uses a guest again for its own module only", async () => {
  const { take, use, started } = open();
  const guest = await use("a:");
  assert(await take("b:") !== guest);
  assertStrictEquals(await take("a:"), guest);
  assert(await take("a:") !== guest);
  assertEquals(started(), ["a:", "b:", "a:"]);
});

Deno.test("WarmRealms.assign() passes over guests that have ended", async () => {
  const { warm, take } = open();
  const guests = [await take("a:"), await take("a:")];
  for (const guest of guests) {
    await guest.finish();
    warm.takeBack(guest, "a:");
  }
  fake(guests[1]!).die();
  assertStrictEquals(await take("a:"), guests[0]);
});

Deno.test("WarmRealms.assign() tries a fresh guest where a warm one dies, and no third", async () => {
  const { warm, use } = open();
  const guest = await use("a:");
  const tried: KeptRealm[] = [];
  await warm.assign("a:", (other) => {
    tried.push(other);
    if (other === guest) fake(other).die();
    return other.begin({}, JOB);
  });
  assertEquals([tried.length, tried[0] === guest], [2, true]);
  await tried[1]!.finish();
  warm.takeBack(tried[1]!, "a:");
  let tries = 0;
  const assigned = warm.assign("a:", (guest) => {
    tries++;
    fake(guest).die();
    return guest.begin({}, JOB);
  });
  await assertRejects(() => assigned, GuestDiedError);
  assertEquals(tries, 2);
});

Deno.test("WarmRealms.assign() passes on any other error, the death of a fresh guest, and that none can be started", async () => {
  const { warm, use, started } = open();
  await use("a:");
  await assertRejects(() => warm.assign("a:", () => Promise.reject(new RangeError("no"))), RangeError, "no");
  const died = new GuestDiedError({ guest: "guest", mode: "fake", cause: "it ended by itself" });
  await assertRejects(() => warm.assign("b:", () => Promise.reject(died)), GuestDiedError);
  assertEquals(started(), ["a:", "b:"]);
  const start = (): never => {
    throw new TypeError("no guest like that");
  };
  await assertRejects(() => open({ start }).take("a:"), TypeError, "no guest like that");
});

Deno.test("WarmRealms.takeBack() asks a guest to end that does not come back, and forgets it when it has ended", async () => {
  const { warm, take } = open({ killable: false });
  const guest = await take("a:");
  warm.takeBack(guest, "a:");
  assertEquals(fake(guest).asked, ["close"]);
  assertEquals((await within(SECONDS, warm.close())).map(({ realm }) => realm), [guest.realm]);
  fake(guest).die();
  await turn();
  assertEquals(await warm.close(), []);
});

Deno.test("WarmRealms.close() waits for idle guests and for those that were used once", async () => {
  for (const fresh of [false, true]) {
    const { warm, use, take } = open({ fresh, killable: false });
    const guest = await use("a:");
    assertEquals(fake(guest).asked, fresh ? ["close"] : []);
    let closed = false;
    const closing = warm.close().then(() => closed = true);
    await turn();
    assertEquals([fake(guest).asked, closed], [["close"], false]);
    fake(guest).die();
    await within(SECONDS, closing);
    await warm.close();
    await assertRejects(() => take("a:"), TypeError, "the host is closed");
  }
});

Deno.test("WarmRealms.close() fails guests at work that can be killed, and says why", async () => {
  const { warm } = open({ answers: false });
  const begun = warm.assign("a:", (guest) => guest.begin({}, JOB));
  await within(SECONDS, warm.close());
  await assertRejects(() => begun, GuestDiedError, "its host was closed");
});

Deno.test("WarmRealms.close() waits for a guest on its way back, and ends it then", async () => {
  const { warm, take } = open({ killable: false });
  const guest = await take("a:");
  const back = Promise.withResolvers<void>();
  warm.registerEnding(back.promise.then(async () => {
    await guest.finish();
    warm.takeBack(guest, "a:");
  }));
  let closed = false;
  const closing = warm.close().then(() => closed = true);
  await turn();
  assertEquals([fake(guest).asked, closed], [[], false]);
  back.resolve();
  await turn();
  assertEquals([fake(guest).asked, closed], [["close"], false]);
  fake(guest).die();
  await within(SECONDS, closing);
});

Deno.test("WarmRealms.assign() has a module repaired once for all, and hands out no guest from before", async () => {
  const failed: BeginFailure = { phase: "construct", far: farError(new TypeError("it needs more")) };
  let repaired = 0;
  const { warm, mode, take } = open({
    async repair(setup, reason) {
      assertEquals([setup.module, reason], ["a:", "it needs more"]);
      // The other ones fail meanwhile, and after it.
      await turn();
      repaired++;
      return true;
    },
  });
  const tried: KeptRealm[] = [];
  const late = Promise.withResolvers<BeginFailure>();
  const assign = (fails: Promise<BeginFailure>) =>
    warm.assign("a:", async (guest) => {
      tried.push(guest);
      if (repaired > 0) return await guest.begin({}, JOB);
      assertEquals(await guest.begin({}, JOB), undefined);
      const failure = await fails;
      // Who could not begin is back, and may have been given back before anybody knows why.
      await guest.finish();
      warm.takeBack(guest, "a:");
      return failure;
    });
  const assigned = [Promise.resolve(failed), Promise.resolve(failed), late.promise].map(assign);
  await within(SECONDS, Promise.all(assigned.slice(0, 2)));
  late.resolve(failed);
  await within(SECONDS, assigned[2]!);
  assertEquals([repaired, tried.length, mode.realms.length], [1, 6, 6]);
  assertEquals(new Set(tried).size, 6);
  assertStrictEquals((await take("a:")).realm, mode.realms[6]);
});

Deno.test("WarmRealms.assign() gives what a guest's code threw where nobody can repair it", async () => {
  const failed: BeginFailure = { phase: "load", far: farError(new TypeError("no")) };
  for (const repair of [undefined, () => Promise.resolve(false)]) {
    const { warm } = open(repair === undefined ? {} : { repair });
    assertEquals(await warm.assign("a:", () => Promise.resolve(failed)), failed);
  }
});

Deno.test("WarmRealms.takeBack() keeps all guests of the module used last, and the eight of others used last", async () => {
  const { warm, use, take, started } = open();
  const guests: KeptRealm[] = [];
  for (let number = 0; number < 12; number++) guests.push(await use(`${number}:`));
  const asked = guests.map((guest) => fake(guest).asked.length);
  assertEquals(asked, [1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
  const same = [];
  for (let count = 0; count < 12; count++) same.push(await take("11:"));
  for (const guest of same) {
    await guest.finish();
    warm.takeBack(guest, "11:");
  }
  assertEquals(same.flatMap((guest) => fake(guest).asked), []);
  assertStrictEquals(await take("3:"), guests[3]);
  assertEquals(started().length, 12 + 11);
});

Deno.test("WarmRealms.close() goes on waiting while guests end, and gives those that do not", async () => {
  const { warm, take } = open({ killable: false });
  const guests = [await take("a:"), await take("a:"), await take("a:")];
  for (const guest of guests) {
    await guest.finish();
    warm.takeBack(guest, "a:");
  }
  using limits = new Limits();
  let isClosed = false;
  const closing = warm.close().finally(() => isClosed = true);
  for (const guest of guests.slice(0, 2)) {
    fake(guest).die();
    await limits.pass();
    assert(!isClosed);
  }
  while (!isClosed) await limits.pass();
  assertEquals((await closing).map(({ realm }) => realm), [guests[2]!.realm]);
});

/** Takes the place of the timers: they fire when a test says so. */
class Limits implements Disposable {
  readonly #setTimeout = globalThis.setTimeout;
  readonly #callbacks = new Map<number, () => void>();
  readonly #clearTimeout = globalThis.clearTimeout;

  constructor() {
    let last = 0;
    Reflect.set(globalThis, "setTimeout", (callback: () => void) => {
      this.#callbacks.set(++last, callback);
      return last;
    });
    Reflect.set(globalThis, "clearTimeout", (timer: number) => this.#callbacks.delete(timer));
  }

  /** All that run by now are over, and what follows of it has happened. */
  async pass(): Promise<void> {
    await turn();
    const callbacks = [...this.#callbacks.values()];
    this.#callbacks.clear();
    for (const callback of callbacks) callback();
    await turn();
  }

  [Symbol.dispose](): void {
    Object.assign(globalThis, { setTimeout: this.#setTimeout, clearTimeout: this.#clearTimeout });
  }
}
