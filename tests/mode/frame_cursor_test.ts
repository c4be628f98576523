import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { encode } from "../../lib/codec/mod.ts";
import { ProtocolError } from "../../lib/errors.ts";
import { HEADER_BYTES, MAX_LENGTH, putHeader } from "../../lib/mode/frame.ts";
import { FrameCursor } from "../../lib/mode/frame_cursor.ts";
import { runs } from "../contracts/soak.ts";
import { anyFrame, bytesOf, chunkSizes, type Frame, framesIn, split } from "../contracts/frames.ts";
import { keptBytes } from "../contracts/kept_bytes.ts";

Deno.test("FrameCursor stands on the frames in order, from any split", () => {
  fc.assert(
    fc.property(fc.array(anyFrame, { maxLength: 8 }), chunkSizes, (sent, sizes) => {
      const cursor = new FrameCursor();
      const got: Frame[] = [];
      for (const chunk of split(bytesOf(sent), sizes)) {
        got.push(...framesIn(chunk, cursor));
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

Deno.test("FrameCursor shows a payload where it lies: in the chunk, or put together", () => {
  const bytes = bytesOf([{ kind: "post", number: 1, payload: Uint8Array.of(1, 2) }]);
  const cursor = new FrameCursor();
  cursor.feed(bytes);
  assert(cursor.next() && cursor.bytes === bytes);
  for (const [at, chunk] of split(bytes, [HEADER_BYTES + 1]).entries()) {
    cursor.feed(chunk);
    assertEquals(cursor.next(), at === 1);
  }
  assertEquals([...cursor.bytes.subarray(cursor.from, cursor.end)], [1, 2]);
});

Deno.test("FrameCursor gives the frames before the bytes that are none, and a ProtocolError, whatever the split", () => {
  const step = fc.oneof(anyFrame.map((frame) => bytesOf([frame])), fc.uint8Array({ maxLength: 3 }));
  const read = (bytes: Uint8Array, sizes: readonly number[]) => {
    const cursor = new FrameCursor();
    const frames: Frame[] = [];
    try {
      for (const chunk of split(bytes, sizes)) {
        cursor.feed(chunk);
        while (cursor.next()) {
          const { kind, number, index } = cursor;
          frames.push({ kind, number, index, payload: cursor.payload() });
        }
      }
      cursor.finish();
      return { frames, refused: false };
    } catch (error) {
      assert(error instanceof ProtocolError, String(error));
      return { frames, refused: true };
    }
  };
  fc.assert(
    fc.property(fc.array(step, { maxLength: 6 }), chunkSizes, (parts, sizes) => {
      const bytes = Uint8Array.from(parts.flatMap((part) => [...part]));
      const whole = read(bytes, [Math.max(1, bytes.length)]);
      assertEquals(read(bytes, sizes), whole);
      // What it read is what lies there.
      assertEquals(bytes.subarray(0, bytesOf(whole.frames).length), bytesOf(whole.frames));
    }),
    { numRuns: runs(300) },
  );
});

Deno.test("FrameCursor.finish() refuses an end within a frame, and only there", () => {
  const bytes = bytesOf([{ kind: "post", number: 1, payload: Uint8Array.of(1, 2) }]);
  for (let length = 0; length <= bytes.length; length++) {
    const cursor = new FrameCursor();
    framesIn(bytes.subarray(0, length), cursor);
    if (length % bytes.length === 0) cursor.finish();
    else assertThrows(() => cursor.finish(), ProtocolError, `after ${length} bytes of a frame`);
  }
});

Deno.test("FrameCursor.value() reads each frame by itself, also where its bytes are used again", () => {
  const values = [1, "two", { three: [3] }, new Map([[4, 4n]])];
  const bytes = bytesOf(values.map((value, number) => ({ kind: "reply", number, payload: encode(value) })));
  for (const sizes of [[bytes.length], [7]]) {
    const cursor = new FrameCursor();
    const got: unknown[] = [];
    for (const chunk of split(bytes, sizes)) {
      cursor.feed(chunk);
      while (cursor.next()) got.push(cursor.value());
    }
    assertEquals(got, values);
  }
});

Deno.test("FrameCursor makes no room for what a header claims: only for what has come", () => {
  const header = new Uint8Array(HEADER_BYTES);
  putHeader(header, 0, { kind: "reply", index: 0, number: 1, length: MAX_LENGTH });
  const cursors: FrameCursor[] = [];
  const kept = keptBytes(() => {
    // A header at once, byte by byte, and with some bytes behind it.
    for (const chunks of [[header], split(header, [1]), [header, new Uint8Array(1000)]]) {
      const cursor = new FrameCursor();
      for (const chunk of chunks) assertEquals(framesIn(chunk, cursor), []);
      assertEquals(cursor.pending, chunks.reduce((sum, { length }) => sum + length, 0));
      cursors.push(cursor);
    }
  });
  assert(kept < 100_000, `${kept} bytes`);
});

Deno.test("FrameCursor lets go of the room for a payload when its frame was read", () => {
  const size = 32e6;
  const cursor = new FrameCursor();
  const kept = keptBytes(() => {
    const bytes = bytesOf([{ kind: "reply", number: 1, payload: new Uint8Array(size) }]);
    let frames = 0;
    for (let at = 0; at < bytes.length; at += 65536) {
      cursor.feed(bytes.slice(at, at + 65536));
      while (cursor.next()) frames += cursor.end - cursor.from;
    }
    assertEquals(frames, size);
  });
  assert(kept < 1.5e6, `${kept} bytes`);
});
