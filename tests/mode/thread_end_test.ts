import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { BytePipe } from "../../lib/memory/mod.ts";
import { FrameReader } from "../../lib/host/frame_reader.ts";
import { encodeFrame } from "../../lib/host/frame.ts";
import { ThreadPipe } from "../../lib/host/thread_pipe.ts";
import type { FromThread } from "../../lib/host/thread_messages.ts";
import { move } from "../../lib/host/transfer.ts";
import { runs } from "../contracts/soak.ts";

function open(capacity = 64) {
  const messages: { message: FromThread; transfer: readonly unknown[] }[] = [];
  const [requests, replies] = [BytePipe.create(capacity), BytePipe.create(capacity)];
  const pipe = new ThreadPipe({
    requests: requests.handle,
    replies: replies.handle,
    post: (message, transfer = []) => void messages.push({ message, transfer }),
  });
  return { requests, replies, messages, pipe, kinds: () => messages.map(({ message }) => message.kind) };
}

const payloads = fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 12 });

Deno.test("ThreadPipe.poll() gives the frames in order and whole, however the pipe splits them", () => {
  fc.assert(
    fc.property(payloads, fc.array(fc.integer({ min: 1, max: 64 }), { minLength: 1 }), (all, parts) => {
      const { requests, pipe } = open();
      const bytes = new Uint8Array(all.flatMap((payload, index) => [...encodeFrame("post", index, payload)]));
      const read: unknown[] = [];
      let sent = 0;
      for (let turn = 0; read.length < all.length; turn++) {
        const part = parts[turn % parts.length]!;
        sent += requests.write(bytes.subarray(0, sent + part), sent);
        for (let frame = pipe.poll(); frame !== undefined; frame = pipe.poll()) {
          read.push([frame.kind, frame.channel, [...frame.payload()]]);
        }
      }
      assertEquals(read, all.map((payload, index) => ["post", index, [...payload]]));
      assertEquals(pipe.poll(), undefined);
    }),
    { numRuns: runs(100) },
  );
});

Deno.test("ThreadPipe.send() writes what it is given at once, and rings a host that sleeps once", () => {
  const { replies, pipe, kinds } = open(4096);
  assert(replies.sleeps("reader"));
  pipe.send("reply", 1, Uint8Array.of(5));
  pipe.send("error", 1, Uint8Array.of(6));
  const into = new Uint8Array(4096);
  const frames = new FrameReader().push(into.subarray(0, replies.read(into)));
  assertEquals(frames.map(({ kind, payload }) => [kind, ...payload]), [["reply", 5], ["error", 6]]);
  assertEquals(kinds(), ["bell"]);
});

Deno.test("ThreadPipe.poll() rings a host that waits for room", () => {
  const { requests, pipe, kinds } = open();
  const frame = encodeFrame("post", 0, new Uint8Array(56));
  assertEquals(requests.write(frame), 64);
  assert(requests.sleeps("writer"));
  assertEquals(kinds(), []);
  assertEquals(pipe.poll()?.end, 64);
  assertEquals(kinds(), ["bell"]);
});

Deno.test("ThreadPipe.takeMoved() gives the values in the order of their arrival, whoever comes first", async () => {
  const { pipe } = open();
  pipe.arrived(1);
  pipe.arrived(undefined);
  assertEquals([await pipe.takeMoved(), await pipe.takeMoved()], [1, undefined]);
  const later = pipe.takeMoved();
  pipe.arrived(3);
  pipe.arrived(4);
  assertEquals([await later, await pipe.takeMoved()], [3, 4]);
});

Deno.test("ThreadPipe.sendMoved() posts the value with what is moved of it", () => {
  const { pipe, messages } = open();
  const bytes = new Uint8Array(4);
  pipe.sendMoved(move(bytes, [bytes.buffer]));
  assertEquals(messages, [{ message: { kind: "moved", value: bytes }, transfer: [bytes.buffer] }]);
});
