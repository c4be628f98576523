import { assert, assertEquals, assertRejects } from "@std/assert";
import { GuestDiedError } from "../../lib/errors.ts";
import { type KeptGuest, WarmGuests } from "../../lib/host/warm_guests.ts";

class Fake implements KeptGuest {
  ready = true;
  closing = false;
  readonly ended = Promise.withResolvers<void>();

  async close(): Promise<void> {
    this.closing = true;
    await this.ended.promise;
  }
}

const died = () => new GuestDiedError({ guest: "guest", mode: "thread", cause: "it ended by itself" });

function open(fresh = false): { warm: WarmGuests<Fake>; started: string[]; take: (module: string) => Promise<Fake> } {
  const started: string[] = [];
  const warm = new WarmGuests<Fake>({ fresh, start: (module) => (started.push(module), new Fake()) });
  return { warm, started, take: (module) => warm.hand(module, (guest) => Promise.resolve(guest)) };
}

Deno.test("WarmGuests.hand() uses a guest again for its own module only", async () => {
  const { warm, started, take } = open();
  const guest = await take("a");
  warm.give(guest, "a");
  assert(await take("b") !== guest);
  assertEquals(await take("a"), guest);
  assert(await take("a") !== guest);
  assertEquals(started, ["a", "b", "a"]);
});

Deno.test("WarmGuests.hand() passes over guests that have ended", async () => {
  const { warm, take } = open();
  const [one, two] = [await take("a"), await take("a")];
  warm.give(one, "a");
  warm.give(two, "a");
  two.ready = false;
  assertEquals(await take("a"), one);
});

Deno.test("WarmGuests.hand() tries a fresh guest where a warm one dies, and no third", async () => {
  const { warm, take } = open();
  const guest = await take("a");
  warm.give(guest, "a");
  const tried: Fake[] = [];
  await warm.hand("a", (other) => {
    tried.push(other);
    return other === guest ? Promise.reject(died()) : Promise.resolve();
  });
  assertEquals([tried.length, tried[0]], [2, guest]);
  warm.give(tried[1]!, "a");
  let tries = 0;
  await assertRejects(() => warm.hand("a", () => (tries++, Promise.reject(died()))), GuestDiedError);
  assertEquals(tries, 2);
});

Deno.test("WarmGuests.hand() passes on any other error, and the death of a fresh guest", async () => {
  const { warm, started, take } = open();
  warm.give(await take("a"), "a");
  await assertRejects(() => warm.hand("a", () => Promise.reject(new RangeError("no"))), RangeError);
  await assertRejects(() => warm.hand("b", () => Promise.reject(died())), GuestDiedError);
  assertEquals(started, ["a", "b"]);
});

Deno.test("WarmGuests.give() asks a guest to end that does not come back, and forgets it when it has ended", async () => {
  const { warm, take } = open();
  const guest = await take("a");
  guest.ready = false;
  warm.give(guest, "a");
  assertEquals([guest.closing, warm.lost], [true, [guest]]);
  await warm.close();
  guest.ended.resolve();
  await Promise.resolve();
  await new Promise((resolve) => setTimeout(resolve));
  assertEquals(warm.lost, []);
});

Deno.test("WarmGuests.close() waits for idle guests and for those that were used once", async () => {
  for (const fresh of [false, true]) {
    const { warm, take } = open(fresh);
    const guest = await take("a");
    warm.give(guest, "a");
    assertEquals(guest.closing, fresh);
    let closed = false;
    const closing = warm.close().then(() => closed = true);
    await new Promise((resolve) => setTimeout(resolve));
    assertEquals([guest.closing, closed], [true, false]);
    guest.ended.resolve();
    await closing;
    await warm.close();
    await assertRejects(() => take("a"), TypeError, "the host is closed");
  }
});

Deno.test("WarmGuests.close() waits for a guest on its way back, and ends it then", async () => {
  const { warm, take } = open();
  const guest = await take("a");
  const back = Promise.withResolvers<void>();
  warm.expect(back.promise.then(() => warm.give(guest, "a")));
  let closed = false;
  const closing = warm.close().then(() => closed = true);
  await new Promise((resolve) => setTimeout(resolve));
  assertEquals([guest.closing, closed], [false, false]);
  back.resolve();
  await new Promise((resolve) => setTimeout(resolve));
  assertEquals([guest.closing, closed], [true, false]);
  guest.ended.resolve();
  await closing;
});
