import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { StoppedError } from "../../lib/errors.ts";
import { add, Layout, load, runBlocking } from "../../lib/memory/mod.ts";
import { encodeAnswer } from "../../lib/host/shared/asked.ts";
import { ProcessPipe } from "../../lib/host/process_pipe.ts";
import { FrameReader } from "../../lib/host/frame_reader.ts";
import { encodeFrame } from "../../lib/host/frame.ts";
import { runs } from "../contracts/soak.ts";

/** A pipe whose reads bring these chunks, one each, and whose writes take at most `most` bytes. */
function open(chunks: readonly Uint8Array[], { most = Infinity } = {}) {
  const left = [...chunks];
  const written: number[] = [];
  const pipe = new ProcessPipe({
    read(into) {
      const chunk = left.shift();
      assert(chunk !== undefined, "nobody reads where nothing can come");
      // What is read over must not show: a pipe that keeps a view is found out.
      into.fill(255);
      into.set(chunk);
      return chunk.length;
    },
    write(bytes) {
      const count = Math.min(most, bytes.length);
      written.push(...bytes.subarray(0, count));
      return count;
    },
    now: () => 0,
  });
  const sent = () => new FrameReader().push(Uint8Array.from(written)).map(({ kind }) => kind);
  return { pipe, written, left, sent };
}

/** The bytes in parts of these sizes, again and again. */
function split(bytes: Uint8Array, sizes: readonly number[]): Uint8Array[] {
  const parts: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += parts.at(-1)!.length) {
    parts.push(bytes.slice(at, at + sizes[parts.length % sizes.length]!));
  }
  return parts;
}

/** The next frame, waiting for it; of calls, as the number that they carry. */
function next(pipe: ProcessPipe): unknown {
  for (;;) {
    const frame = pipe.poll();
    if (frame !== undefined) return frame.kind === "post" ? frame.channel : frame.kind;
    pipe.wait();
  }
}

const sizes = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 8 });

Deno.test("ProcessPipe gives the frames in order, and an answer from among them, however the reads split them", () => {
  fc.assert(
    fc.property(fc.nat(5), fc.nat(5), fc.nat(5), sizes, (before, behind, after, sizes) => {
      const layout = new Layout();
      const word = layout.word("count");
      const calls = Array.from({ length: 1 + before + behind + after }, (_, number) => {
        return encodeFrame("post", number, new Uint8Array(number));
      });
      const answers = [7, 8].map((value) => encodeFrame("result", 0, encodeAnswer({ value })));
      const second = 1 + before + behind;
      const frames = [
        ...calls.slice(0, 1 + before),
        answers[0]!,
        ...calls.slice(1 + before, second),
        answers[1]!,
        ...calls.slice(second),
      ];
      const { pipe, left, sent } = open(split(new Uint8Array(frames.flatMap((frame) => [...frame])), sizes));
      const memory = pipe.memory(layout);
      const read = [next(pipe)];
      // The call asks twice; what comes meanwhile waits.
      assertEquals(runBlocking(memory, load(word)), 7);
      assertEquals(runBlocking(memory, add(word, 1)), 8);
      while (read.length < calls.length) read.push(next(pipe));
      assertEquals(read, calls.map((_, number) => number));
      assertEquals([left.length, pipe.poll()], [0, undefined]);
      assertEquals(sent(), ["call", "call"]);
    }),
    { numRuns: runs(200) },
  );
});

Deno.test("ProcessPipe throws StoppedError from a wait that the end of the service overtakes", () => {
  const layout = new Layout();
  const word = layout.word("count");
  const frames = [encodeFrame("post", 0, Uint8Array.of(1)), encodeFrame("job", 0)];
  for (const chunks of [[...frames], [Uint8Array.from(frames.flatMap((frame) => [...frame]))]]) {
    const { pipe } = open(chunks);
    const memory = pipe.memory(layout);
    assertEquals(next(pipe), 0);
    for (let time = 0; time < 2; time++) {
      assertThrows(() => runBlocking(memory, load(word)), StoppedError, "the service is over");
    }
    assertEquals(next(pipe), "job");
  }
});

Deno.test("ProcessPipe throws what the host answers with, and writes in parts", () => {
  const layout = new Layout();
  const word = layout.word("count");
  const answer = encodeFrame("result", 0, encodeAnswer({ error: new TypeError("no") }));
  const { pipe, written, sent } = open([answer], { most: 3 });
  assertThrows(() => runBlocking(pipe.memory(layout), load(word)), TypeError, "no");
  pipe.send("reply", 1, Uint8Array.of(5));
  assertEquals([sent(), written.at(-1)], [["call", "reply"], 5]);
});
