import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { BytePipe, COUNTED, Doorbell, LISTENS } from "../../lib/memory/mod.ts";
import { ThreadEnd } from "../../lib/mode/thread_end.ts";
import { bytesOf, framesIn } from "../contracts/frames.ts";
import { runs } from "../contracts/soak.ts";

function open(capacity = 64) {
  const messages: { message: unknown; transfer: readonly unknown[] }[] = [];
  const [requests, replies] = [BytePipe.create(capacity), BytePipe.create(capacity)];
  const bell = new Doorbell(() => performance.now());
  let isClosed = false;
  const end = new ThreadEnd({
    send: (message, transfer = []) => void messages.push({ message, transfer }),
    listen() {},
    close: () => void (isClosed = true),
  }, { kind: "start", module: "data:,", requests: requests.handle, replies: replies.handle, bell: bell.handle });
  const kinds = () => messages.map(({ message }) => (message as { kind: string }).kind);
  return { requests, replies, bell, messages, end, kinds, isClosed: () => isClosed };
}

const payloads = fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 12 });

Deno.test("ThreadEnd.poll() gives the frames in order and whole, however the ring splits them", () => {
  fc.assert(
    fc.property(payloads, fc.array(fc.integer({ min: 1, max: 64 }), { minLength: 1 }), (all, parts) => {
      const { requests, end } = open();
      const bytes = bytesOf(all.map((payload, number) => ({ kind: "post", number, payload })));
      const read: unknown[] = [];
      let sent = 0;
      for (let turn = 0; read.length < all.length; turn++) {
        const part = parts[turn % parts.length]!;
        sent += requests.write(bytes.subarray(sent, sent + part));
        for (let frame = end.poll(); frame !== undefined; frame = end.poll()) {
          read.push([frame.kind, frame.number, [...frame.payload()]]);
        }
      }
      assertEquals(read, all.map((payload, number) => ["post", number, [...payload]]));
      assertEquals(end.poll(), undefined);
    }),
    { numRuns: runs(100) },
  );
});

Deno.test("ThreadEnd.send() writes what it is given at once, and rings a host that sleeps once", () => {
  const { replies, end, kinds } = open(4096);
  assert(replies.sleeps("reader", LISTENS));
  end.send("reply", 1, Uint8Array.of(5));
  end.send("error", 1, Uint8Array.of(6));
  const into = new Uint8Array(4096);
  const frames = framesIn(into.subarray(0, replies.read(into)));
  assertEquals(frames.map(({ kind, payload }) => [kind, ...payload]), [["reply", 5], ["error", 6]]);
  assertEquals(kinds(), ["bell"]);
});

Deno.test("ThreadEnd counts off a host that waits for several guests, and posts it no message", () => {
  const { replies, bell, end, kinds } = open(4096);
  const other = BytePipe.create(8);
  assert(bell.arm(replies, "reader", COUNTED) && bell.arm(other, "reader", COUNTED));
  end.send("reply", 1);
  end.send("reply", 2);
  bell.disarm(other, "reader");
  // Nobody is outstanding: a wait returns long before its deadline.
  const deadline = performance.now() + 20_000;
  bell.wait(deadline, { urgent: false });
  assert(performance.now() < deadline);
  assertEquals(kinds(), []);
});

Deno.test("ThreadEnd.poll() rings a host that waits for room", () => {
  const { requests, end, kinds } = open();
  const frame = bytesOf([{ kind: "post", payload: new Uint8Array(52) }]);
  assertEquals(requests.write(frame), 64);
  assert(requests.sleeps("writer", LISTENS));
  assertEquals(kinds(), []);
  assertEquals(end.poll()?.end, 64);
  assertEquals(kinds(), ["bell"]);
});

Deno.test("ThreadEnd.rest() ends by a bell, and at once where something is there", async () => {
  const { requests, end } = open();
  const host = new BytePipe(requests.handle, (how) => how === LISTENS ? end.hear({ kind: "bell" }) : undefined);
  for (let time = 0; time < 2; time++) {
    let rested = false;
    const resting = end.rest().then(() => rested = true);
    await new Promise((resolve) => setTimeout(resolve));
    assertEquals(rested, false);
    host.write(bytesOf([{ kind: "post", number: time }]));
    await resting;
    assertEquals(end.poll()?.number, time);
  }
  host.write(bytesOf([{ kind: "post", number: 9 }]));
  await end.rest();
  assertEquals(end.poll()?.number, 9);
});

Deno.test("ThreadEnd.takeMoved() gives the values in the order of their arrival, whoever comes first", async () => {
  const { end } = open();
  end.hear({ kind: "moved", value: 1 });
  end.hear({ kind: "moved", value: undefined });
  assertEquals([await end.takeMoved(), await end.takeMoved()], [1, undefined]);
  const later = end.takeMoved();
  end.hear({ kind: "moved", value: 3 });
  end.hear({ kind: "moved", value: 4 });
  assertEquals([await later, await end.takeMoved()], [3, 4]);
});

Deno.test("ThreadEnd.sendMoved() posts the value with what is moved of it", () => {
  const { end, messages } = open();
  const bytes = new Uint8Array(4);
  end.sendMoved(bytes, [bytes.buffer]);
  assertEquals(messages, [{ message: { kind: "moved", value: bytes }, transfer: [bytes.buffer] }]);
});

Deno.test("ThreadEnd closes its thread when it is told to, and when it exits", () => {
  for (const act of [(end: ThreadEnd) => end.hear({ kind: "close" }), (end: ThreadEnd) => end.exit()]) {
    const { end, isClosed } = open();
    assertEquals(isClosed(), false);
    act(end);
    assertEquals(isClosed(), true);
  }
});
