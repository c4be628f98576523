import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { dataText, sameData } from "../../lib/program/mod.ts";
import { runs } from "../contracts/soak.ts";

const circle: unknown[] = [1];
circle.push(circle);
const long: unknown[] = [1];
long.push([1, long]);

Deno.test("sameData() tells apart what JSON does not", () => {
  const different: readonly unknown[] = [
    null,
    0,
    -0,
    NaN,
    Infinity,
    "0",
    0n,
    1n,
    [],
    {},
    new Map(),
    new Map([[1, 2]]),
    new Map([[1, 3]]),
    new Set(),
    new Set([1]),
    /a/,
    /a/g,
    new Error("a"),
    new Error("b"),
    new RangeError("a"),
    new Error("a", { cause: 1 }),
    Object.assign(new Error("a"), { code: 1 }),
    new Date(0),
    new Date(1),
    new Date(NaN),
    Object(1),
    new Uint8Array([1]),
    new Uint8Array([2]).buffer,
    new Uint8Array([1]).buffer,
    new DataView(new ArrayBuffer(2)),
    new DataView(new ArrayBuffer(2), 1),
    circle,
    long,
  ];
  for (const [index, one] of different.entries()) {
    for (const [place, other] of different.entries()) {
      // An invalid time is null, as in JSON.
      const isNoTime = (value: unknown) => value === null || (value instanceof Date && Number.isNaN(value.getTime()));
      const wanted = index === place || (isNoTime(one) && isNoTime(other));
      assertEquals([dataText(one), dataText(other), sameData(one, other)], [dataText(one), dataText(other), wanted]);
    }
  }
});

Deno.test("dataText() is that of JSON for what JSON holds, but for the order of keys", () => {
  fc.assert(
    fc.property(fc.jsonValue({ noUnicodeString: false }), (value) => {
      // JSON has no sign of a zero.
      const data = JSON.parse(JSON.stringify(value));
      assertEquals(JSON.parse(dataText(data)), data);
    }),
    { numRuns: runs(200) },
  );
  assertEquals(dataText({ b: 1, a: [undefined, { d: undefined }] }), '{"a":[null,{}],"b":1}');
});
