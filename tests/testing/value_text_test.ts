import { assertEquals, assertNotEquals } from "@std/assert";
import fc from "fast-check";
import { valueText } from "../../lib/testing/value_text.ts";
import { runs } from "../contracts/soak.ts";

Deno.test("valueText() is equal for copies", () => {
  const anything = fc.anything({
    withBigInt: true,
    withDate: true,
    withMap: true,
    withSet: true,
    withTypedArray: true,
  });
  fc.assert(
    fc.property(anything, (value) => assertEquals(valueText(structuredClone(value)), valueText(value))),
    { numRuns: runs(200) },
  );
});

Deno.test("valueText() tells unlike values apart", () => {
  const cycle: unknown[] = [];
  cycle.push(cycle);
  const values = [
    ...[undefined, null, true, 0, -0, NaN, 1, 1n, "1", "", [], {}, [undefined], ["1,2"], [1, 2], { a: 1 }, [[]], cycle],
    ...[new Map(), new Set(), new Map([[1, 2]]), new Set([1]), new Date(0), new Error("a"), new TypeError("a")],
    ...[new Uint8Array(1), new Int8Array(1), new ArrayBuffer(1), /a/, new URL("data:a")],
  ];
  const texts = values.map(valueText);
  assertEquals(new Set(texts).size, values.length);
  assertNotEquals(valueText({ a: 1, b: 2 }), valueText({ a: 2, b: 1 }));
  assertEquals(valueText({ a: 1, b: 2 }), valueText({ b: 2, a: 1 }));
});
