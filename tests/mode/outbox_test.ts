import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { FRAME_KINDS, MAX_LENGTH } from "../../lib/mode/frame.ts";
import { FrameCursor } from "../../lib/mode/frame_cursor.ts";
import { Outbox } from "../../lib/mode/outbox.ts";
import { runs } from "../contracts/soak.ts";
import { anyFrame, bytesOf, type Frame, framesIn } from "../contracts/frames.ts";
import { keptBytes } from "../contracts/kept_bytes.ts";

type Step =
  | { readonly kind: "add" | "add a part"; readonly size: number }
  | { readonly kind: "add frames"; readonly frames: readonly Frame[] }
  | { readonly kind: "send"; readonly part: number }
  | { readonly kind: "take" };

const size = fc.oneof(fc.nat(40), fc.nat(9000));
const steps: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constantFrom("add", "add a part"), size }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant("add frames"), frames: fc.array(anyFrame, { maxLength: 3 }) }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("send"), part: fc.double({ min: 0, max: 1, noNaN: true }) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("take") }) },
);

Deno.test("Outbox gives the frames in order and whole, also where it grows while a part is sent", () => {
  fc.assert(
    fc.property(fc.array(steps, { maxLength: 60 }), (all) => {
      const [outbox, cursor] = [new Outbox(), new FrameCursor()];
      const added: Frame[] = [];
      const arrived: Frame[] = [];
      const send = (bytes: Uint8Array) => void arrived.push(...framesIn(bytes.slice(), cursor));
      for (const step of all) {
        const number = added.length;
        const kind = FRAME_KINDS[number % FRAME_KINDS.length]!;
        switch (step.kind) {
          case "add": {
            const payload = Uint8Array.from({ length: step.size }, (_, at) => number + at);
            outbox.add(kind, number, payload);
            added.push({ kind, number, index: 0, payload: payload.slice() });
            payload.fill(0);
            break;
          }
          case "add a part": {
            const bytes = Uint8Array.from({ length: step.size + 9 }, (_, at) => number + at);
            outbox.addPart({ kind, number, index: 7 }, { bytes, from: 4, end: 4 + step.size });
            added.push({ kind, number, index: 7, payload: bytes.slice(4, 4 + step.size) });
            bytes.fill(0);
            break;
          }
          case "add frames":
            outbox.addFrames(bytesOf(step.frames));
            added.push(...step.frames);
            break;
          case "take": {
            const taken = outbox.take();
            assert(outbox.isEmpty && outbox.waiting.length === 0);
            outbox.add("log", 0, Uint8Array.of(9));
            outbox.advance(outbox.waiting.length);
            send(taken);
            break;
          }
          case "send": {
            const { waiting } = outbox;
            const count = Math.floor(step.part * waiting.length);
            send(waiting.subarray(0, count));
            outbox.advance(count);
          }
        }
        assertEquals(outbox.isEmpty, outbox.waiting.length === 0);
      }
      send(outbox.take());
      assertEquals([arrived, cursor.pending], [added, 0]);
    }),
    { numRuns: runs(200) },
  );
});

Deno.test("Outbox leaves no trace of a frame that cannot be", () => {
  const outbox = new Outbox();
  const part = { bytes: Uint8Array.of(6), from: 0, end: 1 };
  outbox.add("post", 1, Uint8Array.of(5));
  const { room } = outbox;
  assertThrows(() => outbox.addPart({ kind: "call", number: 2, index: 0x10000 }, part), RangeError, "index 65536");
  // It is refused before there is room for it.
  const claimed = { bytes: part.bytes, from: 0, end: MAX_LENGTH + 1 };
  assertThrows(() => outbox.addPart({ kind: "call", number: 3, index: 0 }, claimed), RangeError, "a payload of");
  assertEquals(outbox.room, room);
  outbox.add("post", 4);
  assertEquals(framesIn(outbox.take()).map(({ number, payload }) => [number, ...payload]), [[1, 5], [4]]);
});

Deno.test("Outbox lets go of large room when all has been sent, however it was sent", () => {
  for (const send of [(outbox: Outbox) => outbox.advance(outbox.waiting.length), (outbox: Outbox) => outbox.take()]) {
    const outbox = new Outbox();
    const small = outbox.room;
    const kept = keptBytes(() => {
      outbox.add("post", 1, new Uint8Array(32e6));
      outbox.advance(16e6);
      assert(outbox.room > 32e6);
      send(outbox);
    });
    assertEquals(outbox.room, small);
    assert(kept < 1.5e6, `${kept} bytes`);
  }
});

Deno.test("Outbox.take() gives bytes of its own", () => {
  for (const size of [10, 3e6]) {
    const outbox = new Outbox();
    outbox.add("post", 1, new Uint8Array(size).fill(1));
    const taken = outbox.take();
    const before = taken.slice();
    outbox.add("post", 2, new Uint8Array(size).fill(2));
    assertEquals(taken, before);
  }
});
