import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { ProtocolError } from "../../lib/errors.ts";
import { FrameReader } from "../../lib/host/frame_reader.ts";
import { encodeFrame, type Frame, FRAME_KINDS, type FrameKind } from "../../lib/host/frame.ts";
import { runs } from "../contracts/soak.ts";

const kinds = Object.keys(FRAME_KINDS) as FrameKind[];

const frames: fc.Arbitrary<Frame[]> = fc.array(
  fc.record({
    kind: fc.constantFrom(...kinds),
    channel: fc.nat(0xffff),
    payload: fc.uint8Array({ maxLength: 40 }),
  }),
  { maxLength: 6 },
);

function bytesOf(frames: readonly Frame[]): Uint8Array {
  return concat(frames.map(({ kind, channel, payload }) => encodeFrame(kind, channel, payload)));
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

function split(bytes: Uint8Array, sizes: readonly number[]): Uint8Array[] {
  const chunks: Uint8Array[] = [];
  for (let at = 0; at < bytes.length;) {
    const size = sizes[chunks.length % sizes.length] ?? bytes.length;
    chunks.push(bytes.slice(at, at + size));
    at += size;
  }
  return chunks;
}

function copied(frames: readonly Frame[]): Frame[] {
  return frames.map((frame) => ({ ...frame, payload: frame.payload.slice() }));
}

Deno.test("FrameReader reads back any frames from any split", () => {
  fc.assert(
    fc.property(frames, fc.array(fc.integer({ min: 1, max: 20 }), { maxLength: 8 }), (sent, sizes) => {
      const reader = new FrameReader();
      const got: Frame[] = [];
      for (const chunk of split(bytesOf(sent), sizes)) {
        got.push(...copied(reader.push(chunk)));
        // The stream may fill its buffer again at once.
        chunk.fill(0xee);
      }
      reader.end();
      assertEquals(got, sent);
      assertEquals(reader.pending, 0);
    }),
    { numRuns: runs(500) },
  );
});

Deno.test("FrameReader does not copy a payload that lies within one chunk", () => {
  const chunk = bytesOf([{ kind: "post", channel: 1, payload: Uint8Array.of(1, 2) }]);
  assert(new FrameReader().push(chunk)[0]!.payload.buffer === chunk.buffer);
});

Deno.test("FrameReader keeps an assembled payload as it is while it reads on", () => {
  const sent: Frame[] = [1, 2, 3].map((value) => ({
    kind: "post",
    channel: value,
    payload: new Uint8Array(20).fill(value),
  }));
  const reader = new FrameReader();
  assertEquals(split(bytesOf(sent), [9]).flatMap((chunk) => reader.push(chunk)), sent);
});

Deno.test("encodeFrame() puts the parts in a row behind a header of eight bytes", () => {
  const bytes = encodeFrame("reply", 0x0102, Uint8Array.of(7), new Uint8Array(0), Uint8Array.of(8, 9));
  assertEquals([...bytes], [0xf8, 4, 0x02, 0x01, 3, 0, 0, 0, 7, 8, 9]);
  for (const channel of [-1, 0.5, 65536]) {
    assertThrows(() => encodeFrame("post", channel), RangeError, "Cannot encode a frame: channel");
  }
});

Deno.test("FRAME_KINDS gives every kind a number of its own", () => {
  assertEquals(new Set(Object.values(FRAME_KINDS)).size, kinds.length);
});

Deno.test("FrameReader refuses printed text with a ProtocolError that quotes it", () => {
  const error = assertThrows(() => new FrameReader().push(new TextEncoder().encode("hello\n")), ProtocolError);
  assert(error.message.includes(`the bytes "hello\\n"`), error.message);
});

Deno.test("FrameReader refuses whatever is no header, at the first byte that tells", () => {
  const good = encodeFrame("post", 0);
  const cases: [number[], string][] = [
    [[0x41], "frames that begin with byte 248"],
    [[good[0]!, 0], "a frame of kind 0"],
    [[good[0]!, kinds.length + 1], `a frame of kind ${kinds.length + 1}`],
    [[good[0]!, 1, 0, 0, 1, 0, 0, 0x40], "a payload of 1073741825 bytes"],
  ];
  for (const [bytes, text] of cases) {
    for (const sizes of [[], [1], [3]]) {
      const reader = new FrameReader();
      const chunks = split(Uint8Array.from(bytes), sizes);
      const error = assertThrows(() => chunks.forEach((chunk) => reader.push(chunk)), ProtocolError);
      assert(error.message.includes(text), error.message);
      assertThrows(() => reader.push(good), ProtocolError, text);
      assertThrows(() => reader.end(), ProtocolError, text);
    }
  }
});

Deno.test("FrameReader gives the frames before the bytes that are none, then throws", () => {
  const reader = new FrameReader();
  const last: Frame = { kind: "error", channel: 0, payload: Uint8Array.of(1) };
  const text = new TextEncoder().encode("Killed");
  assertEquals(reader.push(concat([bytesOf([last]), text])), [last]);
  assertThrows(() => reader.end(), ProtocolError, `the bytes "Killed"`);
});

Deno.test("FrameReader.end() throws within a frame, and only there", () => {
  const bytes = encodeFrame("post", 3, new Uint8Array(4));
  for (let length = 0; length <= bytes.length; length++) {
    const reader = new FrameReader();
    reader.push(bytes.slice(0, length));
    if (length % bytes.length === 0) reader.end();
    else assertThrows(() => reader.end(), ProtocolError, `the stream ended after ${length} bytes of a frame`);
  }
});

Deno.test("FrameReader neither hangs nor gives frames that were not sent when bytes are corrupted", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 60 }), fc.integer({ min: 1, max: 9 }), (bytes, size) => {
    const reader = new FrameReader();
    try {
      for (const chunk of split(bytes, [size])) reader.push(chunk);
      reader.end();
    } catch (error) {
      assert(error instanceof ProtocolError);
    }
  }));
});
