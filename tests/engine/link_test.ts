import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { Link, type LinkListener, type LinkOptions, type LinkTelling } from "../../lib/engine/link.ts";
import type { Connection, Message } from "../../lib/engine/nats.ts";
import { runs } from "../contracts/soak.ts";

/** What a side heard. */
class Heard implements LinkListener {
  readonly bytes: number[] = [];
  readonly things: string[] = [];
  readonly reasons: string[] = [];
  take: ((count: number) => void) | undefined;

  data(bytes: Uint8Array): void {
    for (const byte of bytes) this.bytes.push(byte);
    this.take?.(bytes.length);
  }

  printed(bytes: Uint8Array): void {
    this.things.push(`printed ${bytes.join()}`);
    this.take?.(bytes.length);
  }

  told(kind: LinkTelling, bytes: Uint8Array): void {
    this.things.push(`${kind} ${bytes.join()}`);
  }

  broken(reason: string): void {
    this.reasons.push(reason);
  }
}

/** Two links over a connection that delivers at once, as far as `passes` lets it; the server takes so many bytes. */
function pair(room: number, passes: (index: number, data: Uint8Array) => Uint8Array | undefined = (_, data) => data) {
  const subjects = new Map<string, (message: Message) => void>();
  let sent = 0;
  const connection = {
    room,
    publish(subject: string, data: Uint8Array): void {
      assert(data.length <= room, `${data.length} bytes, at most ${room} are wanted`);
      const passed = passes(sent++, data);
      if (passed !== undefined) subjects.get(subject)?.({ data: new Uint8Array(passed), respond() {} });
    },
    subscribe(subject: string, heard: (message: Message) => void): () => void {
      subjects.set(subject, heard);
      return () => subjects.delete(subject);
    },
  } as unknown as Connection;
  const side = (to: string, from: string) => {
    const heard = new Heard();
    const options: LinkOptions = { to, from, peer: from, silence: 5000 };
    const link = new Link(connection, options, heard);
    heard.take = (count) => link.took(count);
    return { link, heard };
  };
  return [side("b", "a"), side("a", "b")] as const;
}

const PARTS = fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 8 });
const HEADER = 6;
/** A message with the first number, of any kind. */
const HEADED = fc.tuple(fc.nat(11), fc.nat(2), fc.uint8Array({ maxLength: 6 })).map(([kind, more, part]) => {
  return new Uint8Array([kind, more, 1, 0, 0, 0, ...part]);
});
const ROOM = fc.integer({ min: 10, max: 200 });

Deno.test("a link carries streams and tellings whole, however little the server takes at once", async () => {
  await fc.assert(
    fc.asyncProperty(PARTS, ROOM, async (parts, room) => {
      const [one, other] = pair(room);
      for (const part of parts) {
        await one.link.write(part);
        other.link.tell("bundle", part);
      }
      await one.link.write(new Uint8Array([7]), "printed");
      assertEquals(other.heard.bytes, parts.flatMap((part) => [...part]));
      assertEquals(other.heard.things, ["printed 7"]);
      assertEquals(one.heard.things, parts.map((part) => `bundle ${part.join()}`));
      assertEquals([one.heard.reasons, other.heard.reasons], [[], []]);
    }),
    { numRuns: runs(200) },
  );
});

Deno.test("a link with a hole breaks once, with what came before the hole, and tells nothing after that", async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 300 }), ROOM, fc.nat(), async (bytes, room, hole) => {
      const messages = Math.ceil(bytes.length / (room - HEADER));
      const [one, other] = pair(room, (index, data) => index === hole % messages ? undefined : data);
      await one.link.write(bytes);
      one.link.tell("close");
      const before = (hole % messages) * (room - HEADER);
      assertEquals(other.heard.bytes, [...bytes.subarray(0, before)]);
      assertEquals([other.heard.things, other.heard.reasons], [[], ["messages between it and b were lost"]]);
      // Whose link is broken can still say why it ends.
      other.link.tell("ended", new Uint8Array([7]));
      assertEquals(one.heard.things, ["ended 7"]);
    }),
    { numRuns: runs(200) },
  );
});

Deno.test("a link takes whatever it is sent, and breaks at most once", () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.uint8Array({ maxLength: 12 }), HEADED), { maxLength: 8 }), (messages) => {
      const [one, other] = pair(1 << 16, (index) => messages[index]);
      for (let index = 0; index < messages.length; index++) one.link.tell("close");
      assert(other.heard.reasons.length <= 1, other.heard.reasons.join());
    }),
    { numRuns: runs(500) },
  );
});

Deno.test("a link whose other side takes nothing stops after a window, and goes on when it is taken", async () => {
  const [one, other] = pair(1 << 20);
  other.heard.take = undefined;
  let written = false;
  // Two streams share it.
  const writing = Promise.all([
    one.link.write(new Uint8Array(3 << 20)),
    one.link.write(new Uint8Array(3 << 20), "printed"),
  ]).then(() => written = true);
  await Promise.resolve();
  assertEquals([other.heard.bytes.length, written], [1 << 20, false]);
  other.link.took(1 << 20);
  await Promise.resolve();
  assertEquals([other.heard.bytes.length, other.heard.reasons], [2 << 20, []]);
  one.link.close();
  await writing;
});

Deno.test("a link that breaks lets those go who wait for room", async () => {
  const [one, other] = pair(1 << 20);
  other.heard.take = undefined;
  const writing = one.link.write(new Uint8Array(3 << 20));
  const printing = one.link.write(new Uint8Array(1), "printed");
  other.link.tell("ended");
  other.link.took(2 << 20);
  other.link.took(2 << 20);
  assertEquals(one.heard.reasons, ["a broke the protocol"]);
  await Promise.all([writing, printing]);
});
