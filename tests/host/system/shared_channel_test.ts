import { assert, assertEquals, assertThrows } from "@std/assert";
import { MemoryFullError } from "../../../lib/errors.ts";
import { Join, LatestValue } from "../../../lib/mailbox/mod.ts";
import { Layout, load, ModelMemory, type Steps } from "../../../lib/memory/mod.ts";
import { FarChannel, NearChannel, reserveChannels } from "../../../lib/host/system/shared_channel.ts";
import { runBlocking } from "../../../lib/memory/mod.ts";

function open({ streams = true, capacity = 8 } = {}) {
  const layout = new Layout();
  const place = reserveChannels(layout, [{ name: "guest", capacity }]);
  const memory = new ModelMemory(layout);
  return {
    near: new NearChannel(memory, place, { member: 0, streams }),
    far: new FarChannel(memory, place, { member: 0, streams }),
    join: new Join(place.join),
    replies: new LatestValue(place.mailboxes[0]!.replies),
    outstanding: () => runBlocking(memory, load(place.join.outstanding)),
    run: <T>(steps: Steps<T>) => runBlocking(memory, steps),
  };
}

/** A message in the slot of the last chunk. */
const slot = (...bytes: number[]) => Uint8Array.of(0, ...bytes);

Deno.test("NearChannel.pull() takes no message before its arrival, which no later round mistakes for its own", () => {
  const { near, join, replies, run } = open();
  near.post(Uint8Array.of(1));
  run(replies.put(slot(7)));
  assertEquals(near.pull(), undefined);
  run(join.arrive(0));
  assertEquals(near.pull()?.join(), "7");
  near.post(Uint8Array.of(2));
  assert(run(join.begin([0])), "the second round has not arrived");
});

Deno.test("NearChannel.pull() and post() leave an awaited member awaited", () => {
  const { near, join, replies, run, outstanding } = open();
  near.post(Uint8Array.of(1));
  assert(run(join.begin([0])));
  run(replies.put(slot(7)));
  assertEquals(near.pull(), undefined);
  near.post(Uint8Array.of(2));
  assertEquals(outstanding(), 1);
  run(join.arrive(0));
  assertEquals(outstanding(), 0);
  assertEquals(near.pull()?.join(), "7");
});

Deno.test("NearChannel.pull() takes the newest of several messages, and nothing twice", () => {
  const { near, far } = open({ streams: false });
  far.send(Uint8Array.of(1));
  far.send(Uint8Array.of(2));
  assertEquals(near.pull()?.join(), "2");
  assertEquals(near.pull(), undefined);
  far.send(Uint8Array.of(3));
  near.post(Uint8Array.of(9));
  assertEquals(near.pull()?.join(), "3", "a post does not hide what has arrived");
});

Deno.test("channels refuse what does not fit where only the newest message counts", () => {
  const { near, far } = open({ streams: false, capacity: 8 });
  near.post(new Uint8Array(8));
  assertThrows(() => near.post(new Uint8Array(9)), MemoryFullError, "it has 9 bytes, at most 8 are wanted");
  assert(far.fits(new Uint8Array(8)) && !far.fits(new Uint8Array(9)));
  assert(open().far.fits(new Uint8Array(9)));
});
