import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { ProtocolError } from "../../lib/errors.ts";
import {
  checkLength,
  following,
  FRAME_KINDS,
  HEADER_BYTES,
  headerIn,
  LAST_NUMBER,
  MAX_LENGTH,
  putHeader,
} from "../../lib/mode/frame.ts";
import { FrameCursor } from "../../lib/mode/frame_cursor.ts";
import { runs } from "../contracts/soak.ts";
import { anyFrame, split } from "../contracts/frames.ts";

Deno.test("putHeader() writes twelve bytes: magic, kind, index, number and length, little endian", () => {
  const bytes = new Uint8Array(HEADER_BYTES + 2).fill(9);
  putHeader(bytes, 1, { kind: "reply", index: 0x0102, number: 0x03040506, length: 0x0708090a });
  const kind = FRAME_KINDS.indexOf("reply") + 1;
  assertEquals([...bytes], [9, 0xf8, kind, 2, 1, 6, 5, 4, 3, 0x0a, 9, 8, 7, 9]);
});

Deno.test("headerIn() reads back what putHeader() wrote, where it is whole", () => {
  fc.assert(
    fc.property(anyFrame, fc.integer({ min: 0, max: MAX_LENGTH }), fc.nat(3), (frame, length, at) => {
      const { kind, index, number } = frame;
      const header = { kind, index, number, length };
      const bytes = new Uint8Array(at + HEADER_BYTES);
      putHeader(bytes, at, header);
      assertEquals(headerIn(bytes, at), header);
      for (let end = at + 1; end < bytes.length; end++) assertEquals(headerIn(bytes.subarray(0, end), at), undefined);
    }),
    { numRuns: runs(200) },
  );
});

Deno.test("FRAME_KINDS has no kind twice, and each fits into a byte", () => {
  assertEquals(new Set(FRAME_KINDS).size, FRAME_KINDS.length);
  assert(FRAME_KINDS.length < 256);
});

Deno.test("following() counts from 1, and begins anew after the greatest number", () => {
  assertEquals([0, 1, 41, LAST_NUMBER - 1, LAST_NUMBER].map(following), [1, 2, 42, LAST_NUMBER, 1]);
});

Deno.test("putHeader() and checkLength() refuse what no frame has", () => {
  const bytes = new Uint8Array(HEADER_BYTES);
  const header = { kind: "call", number: 1, length: 0 } as const;
  putHeader(bytes, 0, { ...header, index: 0xffff });
  assertThrows(() => putHeader(bytes, 0, { ...header, index: 0x10000 }), RangeError, "index 65536");
  checkLength(MAX_LENGTH);
  assertThrows(() => checkLength(MAX_LENGTH + 1), RangeError, `a payload of ${MAX_LENGTH + 1} bytes`);
});

Deno.test("a cursor refuses whatever is no header, at the first byte that tells", () => {
  const text = new TextEncoder().encode("hello\n\u0007");
  const claim = new Uint8Array(HEADER_BYTES);
  putHeader(claim, 0, { kind: "post", index: 0, number: 1, length: MAX_LENGTH + 1 });
  const cases: [Uint8Array, number, string][] = [
    [text, 0, `frames that begin with byte 248`],
    [Uint8Array.of(0xf8, 0), 1, "a frame of kind 0"],
    [Uint8Array.of(0xf8, FRAME_KINDS.length + 1), 1, `a frame of kind ${FRAME_KINDS.length + 1}`],
    [claim, HEADER_BYTES - 1, `a payload of ${MAX_LENGTH + 1} bytes`],
  ];
  for (const [bytes, tells, message] of cases) {
    const cursor = new FrameCursor();
    for (const [at, chunk] of split(bytes, [1]).slice(0, tells).entries()) {
      cursor.feed(chunk);
      assertEquals(cursor.next(), false, `byte ${at}`);
    }
    cursor.feed(bytes.subarray(tells, tells + 1));
    assertThrows(() => cursor.next(), ProtocolError, message);
  }
  const cursor = new FrameCursor();
  cursor.feed(text);
  assertThrows(() => cursor.next(), ProtocolError, String.raw`the bytes "hello\n\u0007"`);
});
