import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { ProcessEnd } from "../../lib/mode/process_end.ts";
import { anyFrame, bytesOf, chunkSizes, type Frame, framesIn, split } from "../contracts/frames.ts";
import { runs } from "../contracts/soak.ts";

/** An end whose reads bring these chunks, one each, and whose writes take at most `most` bytes. */
function open(chunks: readonly Uint8Array[], { most = Infinity, breaks = false } = {}) {
  const left = [...chunks];
  const written: number[] = [];
  const exits: number[] = [];
  const end = new ProcessEnd({
    read(into) {
      const chunk = left.shift();
      if (chunk === undefined) return null;
      // What is read over must not show: an end that keeps a view is found out.
      into.fill(255);
      into.set(chunk);
      return chunk.length;
    },
    write(bytes) {
      if (breaks) throw new Error("broken pipe");
      const count = Math.min(most, bytes.length);
      written.push(...bytes.subarray(0, count));
      return count;
    },
  }, {
    mode: "socket",
    exit(code) {
      exits.push(code);
      throw new Error("it has exited");
    },
  });
  return { end, left, exits, sent: () => framesIn(Uint8Array.from(written)) };
}

Deno.test("ProcessEnd.poll() gives the frames in order, however the reads split them, and waits for no more than it needs", () => {
  fc.assert(
    fc.property(fc.array(anyFrame, { minLength: 1, maxLength: 12 }), chunkSizes, (frames, sizes) => {
      const { end, left } = open(split(bytesOf(frames), sizes));
      const read: Frame[] = [];
      while (read.length < frames.length) {
        const frame = end.poll();
        if (frame === undefined) end.wait();
        else read.push({ kind: frame.kind, number: frame.number, index: frame.index, payload: frame.payload() });
      }
      assertEquals(read, frames);
      assertEquals([left.length, end.poll()], [0, undefined]);
    }),
    { numRuns: runs(200) },
  );
});

Deno.test("ProcessEnd.send() has written all when it returns, also in parts", () => {
  for (const most of [1, 3, Infinity]) {
    const { end, sent } = open([], { most });
    end.send("reply", 1, Uint8Array.of(5, 6));
    assertEquals(sent().map(({ kind, number, payload }) => [kind, number, ...payload]), [["reply", 1, 5, 6]]);
    end.send("over", 2);
    assertEquals(sent().map(({ kind }) => kind), ["reply", "over"]);
  }
});

Deno.test("ProcessEnd exits at the end of stdin, where nobody hears it, and when it is told to", () => {
  const acts: [(end: ProcessEnd) => void, number][] = [
    [(end) => end.wait(), 0],
    [(end) => end.send("reply", 1), 1],
    [(end) => end.exit(7), 7],
  ];
  for (const [act, code] of acts) {
    const { end, exits } = open([], { breaks: true });
    assertEquals(end.mode, "socket");
    let exited = false;
    try {
      act(end);
    } catch {
      exited = true;
    }
    assert(exited);
    assertEquals(exits, [code]);
  }
});
