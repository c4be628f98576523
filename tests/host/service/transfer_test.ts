import { assert, assertEquals, assertThrows } from "@std/assert";
import { detach, isMoved, move, taken } from "../../../lib/host/service/transfer.ts";

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

Deno.test("detach() detaches each buffer, and one that is detached already does no harm", () => {
  const [one, two] = [new ArrayBuffer(8), new ArrayBuffer(8)];
  const { port1, port2 } = new MessageChannel();
  detach([one, port1, two]);
  detach([one, two]);
  assert(one.detached && two.detached);
  port1.close();
  port2.close();
});

Deno.test("taken() takes all parts away, or says that one cannot be moved", () => {
  const bytes = new Uint8Array([1, 2, 3]);
  const [buffer] = taken([bytes.buffer]);
  assert(bytes.buffer.detached && buffer instanceof ArrayBuffer);
  assertEquals([...new Uint8Array(buffer)], [1, 2, 3]);
  const fixed = new WebAssembly.Memory({ initial: 1 }).buffer as ArrayBuffer;
  for (const transfer of [[fixed], [bytes.buffer]]) {
    assertThrows(() => taken(transfer), TypeError, "cannot be moved");
  }
  detach([fixed]);
  assert(!fixed.detached);
});
