import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { Layout } from "../../lib/memory/mod.ts";

const reservation = fc.record({
  kind: fc.constantFrom("word", "words", "cell", "cells", "bytes"),
  count: fc.nat(9),
});

function reserve(reservations: readonly { kind: string; count: number }[]) {
  const layout = new Layout();
  const words: { name: string; first: number; count: number; size: number }[] = [];
  const bytes: { offset: number; length: number }[] = [];
  for (const [at, { kind, count }] of reservations.entries()) {
    const name = `${kind} ${at}`;
    if (kind === "word") words.push({ name, first: layout.word(name), count: 1, size: 1 });
    else if (kind === "words") words.push({ name, first: layout.words(name, count), count, size: 1 });
    else if (kind === "cell") words.push({ name, first: layout.cell(name), count: 1, size: 2 });
    else if (kind === "cells") words.push({ name, first: layout.cells(name, count), count, size: 2 });
    else bytes.push(layout.bytes(name, count));
  }
  return { layout, words, bytes };
}

Deno.test("Layout reserves disjoint words and bytes, aligned, with a name each", () => {
  fc.assert(fc.property(fc.array(reservation), (reservations) => {
    const { layout, words, bytes } = reserve(reservations);
    let free = 0;
    for (const { name, first, count, size } of words) {
      assertEquals([first >= free, first % size], [true, 0]);
      for (let index = 0; index < count; index++) {
        assertEquals(layout.nameOf(first + index * size), count === 1 ? name : `${name}[${index}]`);
      }
      free = first + count * size;
    }
    assertEquals(layout.wordCount, free);
    let freeByte = 0;
    for (const { offset, length } of bytes) {
      assertEquals([offset >= freeByte, offset % 8], [true, 0]);
      freeByte = offset + length;
    }
    assertEquals(layout.byteCount, freeByte);
  }));
});

Deno.test("Layout.fromTable() gives the layout of a cloned table", () => {
  fc.assert(fc.property(fc.array(reservation), (reservations) => {
    const { layout } = reserve(reservations);
    const copy = Layout.fromTable(structuredClone(layout.toTable()));
    assertEquals(copy.toTable(), layout.toTable());
    assertEquals([copy.wordCount, copy.byteCount], [layout.wordCount, layout.byteCount]);
    assertEquals(copy.cell("more"), layout.cell("more"));
  }));
});

Deno.test("Layout refuses taken and empty names, sizes that are none, and reservations when frozen", () => {
  const layout = new Layout();
  layout.word("a");
  assertThrows(() => layout.bytes("a", 1), TypeError, "Cannot reserve a: the name is taken");
  assertThrows(() => layout.word(""), TypeError, "the name is empty");
  assertThrows(() => layout.words("b", -1), RangeError, "the size is -1");
  assertThrows(() => layout.bytes("c", 0.5), RangeError, "the size is 0.5");
  assertThrows(() => layout.freeze().word("d"), TypeError, "the layout is frozen");
  assertEquals(layout.nameOf(99), "word 99");
});
