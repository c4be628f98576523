import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { BlockHeap } from "../../lib/mailbox/block_heap.ts";
import { ByteRing } from "../../lib/mailbox/byte_ring.ts";
import type { ItemStore } from "../../lib/mailbox/item_store.ts";
import { bodiesOf, RecordWriter } from "../../lib/mailbox/records.ts";
import { Layout, ModelMemory, runBlocking } from "../../lib/memory/mod.ts";
import { runs } from "../contracts/soak.ts";

interface Item {
  readonly body: Uint8Array;
  readonly priority: number;
  readonly number: number;
  handle: number;
}

const NUMBERS = 8;

const orders = {
  fifo: (one: Item, other: Item) => one.number - other.number,
  lifo: (one: Item, other: Item) => other.number - one.number,
  priority: (one: Item, other: Item) => one.priority - other.priority || one.number - other.number,
};

function storeOf(order: string, bytes: number): { make: () => ItemStore; memory: ModelMemory } {
  const layout = new Layout();
  layout.bytes("before", 40);
  const range = layout.bytes("items", bytes);
  layout.bytes("after", 40);
  const make = () => order === "fifo" ? new ByteRing(range) : new BlockHeap(range, { order: order as "lifo" });
  return { make, memory: new ModelMemory(layout) };
}

const command = fc.record({
  kind: fc.constantFrom("add", "add", "batch", "take", "claim", "restore", "drop"),
  length: fc.oneof(fc.nat(20), fc.nat(200)),
  priority: fc.nat(3),
  count: fc.integer({ min: 1, max: 4 }),
});

for (const [order, compare] of Object.entries(orders)) {
  const name = order === "fifo" ? "ByteRing" : "BlockHeap";
  Deno.test(`${name} holds records of any size as an array of them does, ${order}`, () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 64, max: 700 }),
        fc.array(command, { maxLength: 80, size: "max" }),
        (bytes, commands) => {
          const { make, memory } = storeOf(order, bytes);
          const numbers = new Int32Array(NUMBERS);
          let items: Item[] = [];
          const claimed: Item[] = [];
          let number = 0;
          const add = (length: number, priority: number): Item => {
            const item = { body: new Uint8Array(length).fill(number + 1), priority, number: number++, handle: 0 };
            items.push(item);
            items.sort(compare);
            return item;
          };
          for (const { kind, length, priority, count } of commands) {
            // Every step is another side's: all that it knows are the numbers.
            const store = make();
            store.load(numbers, 0);
            if (kind === "add" && length <= store.most && store.fits(length)) {
              const item = add(length, priority);
              item.handle = runBlocking(memory, store.add(item.body, priority));
              runBlocking(memory, store.admit(item.handle));
            } else if (kind === "batch") {
              const writer = new RecordWriter();
              for (let n = 0; n < count; n++) writer.add(new Uint8Array(length + n).fill(number + n + 1));
              const records = writer.written();
              const { count: fitting, end } = store.fitting(records, { from: 0, count });
              for (let n = 0; n < fitting; n++) add(length + n, priority);
              runBlocking(memory, store.addRecords(records.subarray(0, end), priority));
            } else if (kind === "take" && items.length > 0) {
              const taken = Math.min(count, items.length);
              const bodies = bodiesOf(runBlocking(memory, store.take(taken)));
              assertEquals(bodies, items.slice(0, taken).map(({ body }) => body));
              items = items.slice(taken);
            } else if (kind === "claim" && items.length > 0) {
              const [item] = items.splice(0, 1);
              item!.handle = runBlocking(memory, store.first());
              runBlocking(memory, store.claim(item!.handle));
              claimed.push(item!);
            } else if ((kind === "restore" || kind === "drop") && claimed.length > 0) {
              const [item] = claimed.splice(count % claimed.length, 1);
              const record = runBlocking(memory, store.record(item!.handle));
              assertEquals(bodiesOf(record), [item!.body]);
              if (kind === "restore") {
                runBlocking(memory, store.restore(item!.handle));
                items.push(item!);
                items.sort(compare);
              } else runBlocking(memory, store.drop(item!.handle));
            }
            assertEquals(runBlocking(memory, store.first()) === 0, items.length === 0);
            store.save(numbers, 0);
          }
          const store = make();
          store.load(numbers, 0);
          for (const item of claimed) runBlocking(memory, store.drop(item.handle));
          const rest = items.length === 0 ? [] : bodiesOf(runBlocking(memory, store.take(items.length)));
          assertEquals(rest, items.map(({ body }) => body));
          // All the room is free again.
          assert(store.fits(store.most));
          const outside = memory.perform({ kind: "read", offset: 0, length: 40 }) as Uint8Array;
          assert(outside.every((byte) => byte === 0), "nothing is written outside of its range");
        },
      ),
      { numRuns: runs(300) },
    );
  });
}
