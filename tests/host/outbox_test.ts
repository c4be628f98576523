import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { Outbox } from "../../lib/host/outbox.ts";
import { FrameReader } from "../../lib/host/frame_reader.ts";
import type { FrameKind } from "../../lib/host/frame.ts";
import { runs } from "../contracts/soak.ts";

type Step =
  | { readonly kind: "add"; readonly size: number }
  | { readonly kind: "send"; readonly part: number }
  | { readonly kind: "take" };

const steps: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("add"), size: fc.oneof(fc.nat(20), fc.nat(9000)) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("send"), part: fc.double({ min: 0, max: 1, noNaN: true }) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("take") }) },
);

const KINDS: readonly FrameKind[] = ["post", "reply", "call"];

Deno.test("Outbox gives the frames in order and whole, also where it grows while a part is sent", () => {
  fc.assert(
    fc.property(fc.array(steps, { maxLength: 60 }), (all) => {
      const [outbox, reader] = [new Outbox(), new FrameReader()];
      const added: unknown[] = [];
      const arrived: unknown[] = [];
      const send = (bytes: Uint8Array) => {
        for (const { kind, channel, payload } of reader.push(bytes.slice())) {
          arrived.push([kind, channel, [...payload]]);
        }
      };
      for (const step of all) {
        if (step.kind === "add") {
          const number = added.length;
          const kind = KINDS[number % KINDS.length]!;
          const payload = Uint8Array.from({ length: step.size }, (_, index) => number + index);
          outbox.add(kind, number, payload);
          added.push([kind, number, [...payload]]);
          payload.fill(0);
        } else if (step.kind === "take") {
          const taken = outbox.take();
          assert(outbox.isEmpty && outbox.waiting.length === 0);
          outbox.add("log", 0, Uint8Array.of(9));
          outbox.advance(outbox.waiting.length);
          send(taken);
        } else {
          const { waiting } = outbox;
          const count = Math.floor(step.part * waiting.length);
          send(waiting.subarray(0, count));
          outbox.advance(count);
        }
        assertEquals(outbox.isEmpty, outbox.waiting.length === 0);
      }
      send(outbox.take());
      assertEquals(arrived, added);
      assertEquals(reader.pending, 0);
    }),
    { numRuns: runs(200) },
  );
});

Deno.test("Outbox.add() refuses a channel that no frame has, and keeps what it had", () => {
  const outbox = new Outbox();
  outbox.add("post", 1, Uint8Array.of(5));
  assertThrows(() => outbox.add("post", -1, Uint8Array.of(6)), RangeError, "channel -1");
  assertEquals(new FrameReader().push(outbox.take()).map(({ channel }) => channel), [1]);
});
