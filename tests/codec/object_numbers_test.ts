import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { ObjectNumbers } from "../../lib/codec/object_numbers.ts";

Deno.test("ObjectNumbers gives each object the number of those before it, few or many, until it is cleared", () => {
  const numbers = new ObjectNumbers();
  const objects = Array.from({ length: 40 }, () => ({}));
  fc.assert(fc.property(fc.array(fc.nat(objects.length - 1), { maxLength: 80 }), (picks) => {
    const order: number[] = [];
    for (const pick of picks) {
      const object = objects[pick]!;
      assertEquals([numbers.has(object), numbers.numberOf(object)], [order.includes(pick), order.indexOf(pick)]);
      if (!order.includes(pick)) order.push(pick);
    }
    numbers.clear();
  }));
});
