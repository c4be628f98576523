import { assertEquals, assertNotEquals } from "@std/assert";
import { type Channel, channel, queue } from "../../lib/mailbox/mod.ts";
import { ModelMemory, runBlocking, type Steps } from "../../lib/memory/mod.ts";
import { Space } from "../../lib/sync/mod.ts";

function open() {
  const space = new Space({ c: channel<number>({ capacity: 2 }), q: queue<number>() }, { tasks: 1 });
  const memory = new ModelMemory(space.layout);
  runBlocking(memory, space.initialize());
  return { memory, ...space.bind(memory, { task: 0 }) };
}

function* selected(jobs: Channel<number>): Steps<Uint8Array | undefined> {
  return (yield* jobs.selectBytes([{ channel: jobs.name }]))?.bytes;
}

type Take = (things: ReturnType<typeof open>) => Steps<Uint8Array | false | undefined>;

const takes: Readonly<Record<string, Take>> = {
  takeBytes: ({ c }) => c.takeBytes(),
  takeRecords: ({ c }) => c.takeRecords(1),
  nextBytes: ({ c }) => c.nextBytes(),
  selectBytes: ({ c }) => selected(c),
  getBytes: ({ q }) => q.getBytes(),
  getRecords: ({ q }) => q.getRecords(1),
};

for (const [name, take] of Object.entries(takes)) {
  Deno.test(`what ${name}() gave stays what it was when the next one is taken`, () => {
    const things = open();
    const { memory, c, q } = things;
    for (const value of [1, 2]) {
      runBlocking(memory, c.put(value));
      runBlocking(memory, q.put(value));
    }
    const first = runBlocking(memory, take(things)) || new Uint8Array();
    const kept = first.slice();
    const second = runBlocking(memory, take(things)) || new Uint8Array();
    assertEquals(first, kept);
    assertNotEquals(first, second);
  });
}
