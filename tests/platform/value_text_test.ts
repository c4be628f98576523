import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { valueText } from "../../lib/platform/value_text.ts";

const DEEP = 100;

Deno.test("valueText() spells JSON's values so that they can be read back", () => {
  fc.assert(fc.property(fc.jsonValue({ maxDepth: 3 }), (value) => {
    const text = valueText(value, DEEP);
    // The parentheses tell an object from a block.
    assertEquals(JSON.stringify(readBack(text)), JSON.stringify(value));
  }));
});

/** What JSON takes of such a text: quotes around keys, and no sign on a zero. */
function readBack(text: string): unknown {
  const quoted = text.replaceAll(/("(?:[^"\\]|\\.)*")|([A-Za-z_$][\w$]*)(?=: )/g, (_, string, key) => {
    return string ?? JSON.stringify(key);
  });
  return JSON.parse(quoted);
}

Deno.test("valueText() never throws, and tells what JSON cannot", () => {
  const round: Record<string, unknown> = { n: 1n, "a-b": [-0, NaN, undefined, Symbol("s")] };
  round.self = round;
  assertEquals(valueText(round, 2), '{ n: 1n, "a-b": [-0, NaN, undefined, Symbol(s)], self: [circular] }');
  assertEquals(valueText({ a: { b: {} } }, 1), "{ a: { b: [...] } }");
  assertEquals(
    valueText([new Map([[1, new Set(["x"])]]), new Date(0), /a/g, new Uint8Array(2), class Named {}], 3),
    '[Map { 1 => Set { "x" } }, 1970-01-01T00:00:00.000Z, /a/g, Uint8Array [0, 0], [function Named]]',
  );
  const hostile = {
    get text() {
      throw new Error("no");
    },
  };
  assertEquals(valueText([hostile], 3), "[[what cannot be read]]");
  assertEquals(valueText(Array(102).fill(0), 1), `[${Array(100).fill("0").join(", ")}, ... 2 more]`);
});
