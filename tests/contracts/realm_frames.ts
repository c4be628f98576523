/**
 * The traffic between a host and a guest: frames of every size, in order, many at once, and values sent separately.
 *
 * @module
 */

import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { encode } from "../../lib/codec/mod.ts";
import { ProtocolError, UncloneableError } from "../../lib/errors.ts";
import { HEADER_BYTES } from "../../lib/mode/frame.ts";
import { now, turn } from "../../lib/platform/mod.ts";
import { type RealmSubject, realmTest } from "./realm_subject.ts";
import { Peer } from "./realm_peer.ts";
import { runs } from "./soak.ts";

/** The capacities of rings, and of single reads, here and in a child. */
const LIMITS = [1 << 16, 1 << 18, 1 << 20];

/** Sizes of payloads around all limits, with and without the header. */
const SIZES = [
  0,
  1,
  ...LIMITS.flatMap((limit) => [limit - HEADER_BYTES, limit]).flatMap((size) => [size - 1, size, size + 1]),
  5_000_000,
];

/** Some bytes of that size. */
function bytesOf(size: number, seed: number): Uint8Array {
  const bytes = new Uint8Array(size);
  for (let at = 0; at < size; at += 251) bytes[at] = at + seed;
  if (size > 0) bytes[size - 1] = seed;
  return bytes;
}

/** Registers the tests. */
export function testFrames(subject: RealmSubject): void {
  const test = realmTest(subject);

  /** A guest that sends frames back until the returned function ends that. */
  async function echoing(
    peer: Peer,
    { rests = false }: { rests?: boolean } = {},
  ): Promise<(sent: number) => Promise<void>> {
    const call = peer.call("frames", { rests });
    peer.realm.flush();
    await Promise.resolve();
    return async (sent) => {
      peer.realm.outbox.add("pull", call);
      peer.realm.flush();
      assertEquals(await peer.answer(call), sent);
    };
  }

  test("says hello before anything else, and begins a job when told to", async (mode) => {
    const peer = new Peer(mode);
    await peer.until(() => peer.frames().length > 0);
    assertEquals(peer.frames().map(({ kind, number }) => [kind, number]), [["hello", 0]]);
    await peer.serve();
    assertEquals(peer.frames().map(({ kind }) => kind), ["hello", "exports", "begun"]);
    assertEquals([peer.realm.mode, peer.realm.alive], [mode.name, true]);
    assertEquals(await peer.ask("who", null), { guest: "peer", mode: mode.name });
    await peer.realm.close();
  });

  test("carries frames of every size both ways, alone and in one flush", async (mode) => {
    const peer = await Peer.serving(mode);
    const end = await echoing(peer);
    const frames = [...SIZES, ...SIZES].map((size, at) => ({ number: at + 1, payload: bytesOf(size, at) }));
    for (const [at, { number, payload }] of frames.entries()) {
      peer.realm.outbox.add("post", number, payload);
      if (at < SIZES.length || at === frames.length - 1) peer.realm.flush();
      if (at < SIZES.length) await peer.until(() => peer.frames("item").length === number);
    }
    await peer.until(() => peer.frames("item").length === frames.length);
    for (const [at, { number, payload }] of peer.frames("item").entries()) {
      const sent = frames[at]!;
      assertEquals([number, payload.length], [sent.number, sent.payload.length]);
      // Much faster than comparing item by item.
      assert(payload.every((byte, index) => byte === sent.payload[index]), `a payload of ${payload.length} bytes`);
    }
    await end(frames.length);
    await peer.realm.close();
  });

  test("keeps the order of frames, however they are flushed, whether its guest blocks or rests", async (mode) => {
    const peer = await Peer.serving(mode);
    const flushes = fc.array(fc.array(fc.oneof(fc.nat(40), fc.nat(40), fc.nat(70_000)), { maxLength: 60 }), {
      maxLength: 6,
    });
    let number = 0;
    await fc.assert(
      fc.asyncProperty(flushes, fc.boolean(), fc.boolean(), async (flushes, rests, waits) => {
        const before = peer.frames("item").length;
        const end = await echoing(peer, { rests });
        const sent: (readonly [number, number])[] = [];
        for (const sizes of flushes) {
          for (const size of sizes) {
            peer.realm.outbox.add("post", ++number, bytesOf(size, number));
            sent.push([number, size]);
          }
          peer.realm.flush();
          if (waits) await turn();
        }
        await end(sent.length);
        const arrived = peer.frames("item").slice(before).map(({ number, payload }) => {
          assertEquals(payload.at(-1), payload.length === 0 ? undefined : number & 0xff);
          return [number, payload.length] as const;
        });
        assertEquals(arrived, sent);
      }),
      { numRuns: runs(15) },
    );
    await peer.realm.close();
  });

  test("reports when everything flushed has been written, and sends many frames at once", async (mode) => {
    const peer = await Peer.serving(mode);
    const { realm } = peer;
    const writes = () => peer.told.filter(({ what }) => what === "written").length;
    // Meanwhile its guest reads nothing, and no pipe holds that much.
    const call = peer.call("busy", 100);
    realm.flush();
    for (const size of [4 << 20, 10]) {
      const told = writes();
      realm.outbox.add("post", 1, new Uint8Array(size));
      realm.flush();
      if (size > 10) assertEquals(realm.busy, subject.elsewhere);
      await peer.until(() => !realm.busy || writes() > told);
      assert(!realm.busy && realm.outbox.isEmpty);
    }
    assertEquals(await peer.answer(call), "done");
    const before = realm.messages;
    const end = await echoing(peer);
    for (let number = 1; number <= 1000; number++) realm.outbox.add("post", number);
    await end(1000);
    assert(realm.messages - before <= 2, `${realm.messages - before} messages`);
    await realm.close();
  });

  test("reports that nothing more is there, after delivering all frames", async (mode) => {
    const peer = await Peer.serving(mode);
    await peer.ask("items", { count: 500 });
    await peer.until(() => peer.told.at(-1)?.what === "settled");
    const frames = peer.told.filter(({ what }) => what === "frame").length;
    const settled = peer.told.filter(({ what }) => what === "settled").length;
    assert(settled < frames / 5, `${settled} times for ${frames} frames`);
    await peer.realm.close();
  });

  test("has several independent guests", async (mode) => {
    const peers = await Promise.all([1, 2].map(() => Peer.serving(mode)));
    const [one, other] = peers as [Peer, Peer];
    assertEquals(await Promise.all(peers.map((peer, index) => peer.ask("echo", index))), [0, 1]);
    await one.realm.close();
    assertEquals(await other.ask("echo", "alone"), "alone");
    await other.realm.close();
  });

  testLooks(subject);
  testMoves(subject);
}

/** Tests hosts that poll by themselves, without bells, with one wait for several guests. */
function testLooks(subject: RealmSubject): void {
  realmTest(subject)("delivers frames when the host polls, and by itself otherwise", async (mode) => {
    const peers = await Promise.all([1, 2, 3].map(() => Peer.serving(mode)));
    const { block } = mode;
    if (block === undefined) {
      // The event loop is the only way to poll.
      assertEquals(peers[0]!.realm.poll, undefined);
    } else {
      for (const { realm } of peers) realm.looks?.(true);
      for (let round = 0; round < runs(20); round++) {
        const calls = peers.map((peer) => {
          const call = peer.call("echo", new Uint8Array(round % 5 === 4 ? 600_000 : 10));
          peer.realm.flush();
          return { peer, call };
        });
        const isAnswered = ({ peer, call }: typeof calls[number]): boolean => {
          peer.realm.poll?.();
          return peer.frames("reply").some(({ number }) => number === call);
        };
        const deadline = now() + 60_000;
        let open = calls;
        while (open.length > 0 && now() < deadline) {
          block(open.map(({ peer }) => peer.realm), now() + 20);
          open = open.filter((call) => !isAnswered(call));
        }
        assertEquals(open.length, 0, `round ${round}`);
      }
      // A host that polls gets no bells.
      const [peer] = peers as [Peer];
      const call = peer.call("echo", "heard");
      peer.realm.flush();
      while (!peer.frames("reply").some(({ number }) => number === call)) {
        const told = peer.told.length;
        await turn();
        assertEquals(peer.told.length, told);
        peer.realm.poll?.();
      }
      for (const { realm } of peers) realm.looks?.(false);
    }
    for (const peer of peers) {
      assertEquals(await peer.ask("echo", "rings"), "rings");
      await peer.realm.close();
    }
  });

  realmTest(subject)("blocks until the deadline if a guest says nothing", async (mode) => {
    const { block } = mode;
    if (block === undefined) return;
    const peers = await Promise.all([1, 2].map(() => Peer.serving(mode)));
    for (const { realm } of peers) realm.looks?.(true);
    const deadline = now() + 50;
    for (const { realm } of peers) realm.poll?.();
    block(peers.map(({ realm }) => realm), deadline);
    assert(now() >= deadline - 1);
    // A second wait is not disturbed by leftovers of the first.
    block([peers[0]!.realm], now() + 20);
    assert(now() >= deadline + 19);
    for (const { realm } of peers) {
      realm.looks?.(false);
      await realm.close();
    }
  });
}

/** Tests moved values, which are ordered among the frames, whichever arrives first. */
function testMoves(subject: RealmSubject): void {
  realmTest(subject)("moves values in order among the frames, both ways, or not at all", async (mode) => {
    const peer = await Peer.serving(mode);
    const { realm } = peer;
    if (!mode.moves) {
      // In other modes a `moved` frame is an ordinary one, for the listener to judge.
      await peer.ask("says", { frames: [["moved", 5]] });
      assertEquals(peer.frames("moved").map(({ number }) => number), [5]);
      await realm.close();
      return;
    }
    for (const before of [true, false]) {
      peer.told.length = 0;
      assertEquals(await peer.ask("moves", { before, count: 5 }), 5);
      const told = peer.told.filter(({ what }) => what === "frame" || what === "moved");
      const expected = Array.from({ length: 5 }, (_, number) => [["frame", number], ["moved", number]]).flat();
      assertEquals(told.slice(0, -1).map((told) => [told.what, "number" in told ? told.number : NaN]), expected);
      for (const told of peer.told) {
        if (told.what !== "moved") continue;
        const [buffer] = told.value as [ArrayBuffer];
        assertEquals(new Uint8Array(buffer)[0], told.number);
      }
    }
    const call = peer.call("takesMoved", null);
    for (const number of [1, 2, 3]) {
      const buffer = new ArrayBuffer(number);
      realm.move?.(buffer, [buffer]);
      assert(buffer.detached);
      realm.outbox.add("moved", number);
      realm.outbox.add("post", number);
    }
    realm.outbox.add("pull", call);
    realm.flush();
    const sizes = (await peer.answer(call) as unknown[]).map((value) =>
      value instanceof ArrayBuffer ? value.byteLength : value
    );
    assertEquals(sizes, [1, 1, "post", 2, 2, "post", 3, 3, "post"]);
    assertThrows(() => realm.move?.(() => 0, []), UncloneableError, "Cannot move");
    assertEquals(await peer.ask("echo", 1), 1);
    await realm.close();
  });

  realmTest(subject)("gives up a guest that posts messages of its own", async (mode) => {
    if (!mode.moves) return;
    for (const message of [null, undefined, 7, "moved", { kind: "close" }, { kind: ["moved"] }, encode(1)]) {
      const peer = await Peer.serving(mode);
      peer.call("posts", message);
      peer.realm.flush();
      const error = await peer.ended();
      assert(error instanceof ProtocolError, String(error));
      assertEquals(peer.ends.length, 1);
    }
  });
}
