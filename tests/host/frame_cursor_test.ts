import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { ProtocolError } from "../../lib/errors.ts";
import { FrameCursor } from "../../lib/host/frame_cursor.ts";
import { FrameReader } from "../../lib/host/frame_reader.ts";
import { encodeFrame, FRAME_KINDS, type FrameKind } from "../../lib/host/frame.ts";
import { runs } from "../contracts/soak.ts";

const kinds = Object.keys(FRAME_KINDS) as FrameKind[];
const frame = fc.record({
  kind: fc.constantFrom(...kinds),
  channel: fc.nat(0xffff),
  payload: fc.uint8Array({ maxLength: 40 }),
});
const sizes = fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 8 });

function bytesOf(frames: readonly { kind: FrameKind; channel: number; payload: Uint8Array }[]): Uint8Array {
  return Uint8Array.from(frames.flatMap(({ kind, channel, payload }) => [...encodeFrame(kind, channel, payload)]));
}

Deno.test("FrameCursor stands on the frames in order, from any split", () => {
  fc.assert(
    fc.property(fc.array(frame, { maxLength: 8 }), sizes, (sent, sizes) => {
      const bytes = bytesOf(sent);
      const cursor = new FrameCursor();
      const got: typeof sent = [];
      for (let [at, part] = [0, 0]; at < bytes.length; part++) {
        const chunk = bytes.slice(at, at += sizes[part % sizes.length]!);
        cursor.feed(chunk);
        while (cursor.next()) {
          const { kind, channel } = cursor;
          assertEquals(cursor.bytes.subarray(cursor.from, cursor.end), cursor.payload());
          got.push({ kind, channel, payload: cursor.payload() });
        }
        assert(!cursor.next());
        // The stream may fill its buffer again at once.
        chunk.fill(0xee);
      }
      cursor.finish();
      assertEquals([got, cursor.pending], [sent, 0]);
    }),
    { numRuns: runs(300) },
  );
});

Deno.test("FrameCursor gives the frames and the error that a FrameReader gives, whatever the bytes", () => {
  const step = fc.oneof(frame.map((frame) => bytesOf([frame])), fc.uint8Array({ maxLength: 3 }));
  fc.assert(
    fc.property(fc.array(step, { maxLength: 6 }), (parts) => {
      const bytes = Uint8Array.from(parts.flatMap((part) => [...part]));
      const read: unknown[] = [];
      const stood: unknown[] = [];
      const [reader, cursor] = [new FrameReader(), new FrameCursor()];
      let [refused, thrown] = [false, false];
      try {
        for (const { kind, channel, payload } of reader.push(bytes)) read.push([kind, channel, [...payload]]);
        reader.end();
      } catch {
        refused = true;
      }
      try {
        cursor.feed(bytes);
        while (cursor.next()) stood.push([cursor.kind, cursor.channel, [...cursor.payload()]]);
        cursor.finish();
      } catch (error) {
        assert(error instanceof ProtocolError);
        thrown = true;
      }
      assertEquals([stood, thrown], [read, refused]);
    }),
    { numRuns: runs(300) },
  );
});

Deno.test("FrameCursor.finish() refuses an end within a frame", () => {
  const bytes = encodeFrame("post", 1, Uint8Array.of(1, 2));
  for (let length = 1; length < bytes.length; length++) {
    const cursor = new FrameCursor();
    cursor.feed(bytes.subarray(0, length));
    assert(!cursor.next());
    assertThrows(() => cursor.finish(), ProtocolError, `after ${length} bytes of a frame`);
  }
});

Deno.test("FrameCursor tells what is no frame at its first byte, also behind a part of one", () => {
  for (const before of [new Uint8Array(0), encodeFrame("post", 1, Uint8Array.of(1, 2, 3))]) {
    for (const wrong of [Uint8Array.of(104), Uint8Array.of(0xf8, 99), Uint8Array.of(0xf8, 3, 0, 0, 0, 0, 0, 255)]) {
      const cursor = new FrameCursor();
      cursor.feed(before.subarray(0, 5));
      assertEquals(cursor.next(), false);
      cursor.feed(Uint8Array.of(...before.subarray(5), ...wrong));
      assertThrows(() => {
        while (cursor.next());
        if (wrong.length === 8) cursor.finish();
      }, ProtocolError);
    }
  }
});
