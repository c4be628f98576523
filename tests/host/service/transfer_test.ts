import { assert, assertEquals, assertThrows } from "@std/assert";
import { isMoved, move, taken } from "../../../lib/host/service/transfer.ts";

Deno.test("move() is known as such, also to another copy of the library, and nothing else is", () => {
  const value = { bytes: new Uint8Array(2) };
  const moved = move(value, [value.bytes.buffer]);
  assert(isMoved(moved));
  assertEquals([moved.value, moved.transfer], [value, [value.bytes.buffer]]);
  const other = { [Symbol.for("holdfast moved")]: true, value, transfer: [] };
  assert(isMoved(other));
  for (const no of [value, { value, transfer: [] }, null, undefined, 5, "moved", () => moved, [moved]]) {
    assert(!isMoved(no));
  }
});

Deno.test("taken() takes buffers and ports away from whoever has them, and gives them", () => {
  const [one, two] = [new Uint8Array([1, 2]).buffer, new ArrayBuffer(8)];
  const { port1, port2 } = new MessageChannel();
  const [first, port, second] = taken([one, port1, two]) as [ArrayBuffer, MessagePort, ArrayBuffer];
  assertEquals([one.detached, two.detached, second.byteLength, [...new Uint8Array(first)]], [true, true, 8, [1, 2]]);
  port.close();
  port2.close();
  assertEquals(taken([]), []);
});

Deno.test("taken() refuses what can be moved nowhere", () => {
  const buffer = new WebAssembly.Memory({ initial: 1 }).buffer as ArrayBuffer;
  const gone = new ArrayBuffer(8);
  taken([gone]);
  for (const wrong of [buffer, gone, {} as ArrayBuffer]) {
    assertThrows(() => taken([wrong]), TypeError, "Cannot move: a part of transfer can be moved nowhere");
  }
});
