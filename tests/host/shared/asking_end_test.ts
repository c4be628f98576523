import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { ProtocolError, StoppedError } from "../../../lib/errors.ts";
import { AskingEnd } from "../../../lib/host/shared/asking_end.ts";
import { encodeAnswer } from "../../../lib/host/shared/memory_request.ts";
import { add, Layout, load, runBlocking } from "../../../lib/memory/mod.ts";
import { type Batch, FakeEnd } from "../../contracts/fake_end.ts";
import { runs } from "../../contracts/soak.ts";

function open(batches: readonly Batch[]) {
  const layout = new Layout();
  const word = layout.word("count");
  const end = new FakeEnd(batches);
  const asking = new AskingEnd(end);
  const memory = asking.memory(layout);
  /** The next frame, waiting for it. */
  const next = () => {
    for (;;) {
      const frame = asking.poll();
      if (frame !== undefined) return { kind: frame.kind, number: frame.number, payload: [...frame.payload()] };
      end.wait();
    }
  };
  return { end, asking, memory, word, next };
}

const post = (number: number) => ({ kind: "post", number, payload: new Uint8Array(number % 7).fill(number) }) as const;
const answer = (number: number, value: unknown) =>
  ({
    kind: "result",
    number,
    payload: encodeAnswer({ value }),
  }) as const;

Deno.test("AskingEnd gives the frames in order, and the answers from among them, however they come", () => {
  const counts = fc.tuple(fc.nat(5), fc.nat(5), fc.nat(5));
  const cuts = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 8 });
  fc.assert(
    fc.property(counts, cuts, ([before, behind, after], cuts) => {
      const posts = Array.from({ length: 1 + before + behind + after }, (_, number) => post(number));
      const second = 1 + before + behind;
      const frames = [
        ...posts.slice(0, 1 + before),
        answer(1, 7),
        ...posts.slice(1 + before, second),
        answer(2, 8),
        ...posts.slice(second),
      ];
      const batches: Batch[] = [];
      for (let at = 0; at < frames.length; at += batches.at(-1)!.length) {
        batches.push(frames.slice(at, at + cuts[batches.length % cuts.length]!));
      }
      const { end, asking, memory, word, next } = open(batches);
      const read = [next()];
      // It asks twice; what comes meanwhile waits.
      assertEquals(runBlocking(memory, load(word)), 7);
      assertEquals(runBlocking(memory, add(word, 1)), 8);
      while (read.length < posts.length) read.push(next());
      assertEquals(
        read.map(({ number, payload }) => [number, payload]),
        posts.map(({ number, payload }) => {
          return [number, [...payload]];
        }),
      );
      assertEquals(asking.poll(), undefined);
      assertEquals(end.sent.map(({ kind, number }) => [kind, number]), [["ask", 1], ["ask", 2]]);
      assertEquals(end.waits.length, batches.length);
    }),
    { numRuns: runs(200) },
  );
});

Deno.test("AskingEnd throws StoppedError from a wait that the end of the job overtakes, and asks no more", () => {
  const over = { kind: "job", number: 1 } as const;
  for (const batches of [[[post(0)], [over]], [[post(0), over]]]) {
    const { end, asking, memory, word, next } = open(batches);
    assertEquals(next().number, 0);
    for (let time = 0; time < 2; time++) {
      assertThrows(() => runBlocking(memory, load(word)), StoppedError, "the job is over");
    }
    assertEquals(asking.isOver, true);
    assertEquals(end.sent.length, 1);
    assertEquals(next().kind, "job");
  }
});

Deno.test("AskingEnd throws what the owner answers with, and refuses an answer to anything else", () => {
  const error = { kind: "result", number: 1, payload: encodeAnswer({ error: new TypeError("no") }) } as const;
  const { memory, word } = open([[error], [answer(3, 1)]]);
  assertThrows(() => runBlocking(memory, load(word)), TypeError, "no");
  assertThrows(() => runBlocking(memory, load(word)), ProtocolError, "an answer to 3 came, one to 2 is wanted");
});
