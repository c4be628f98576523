import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { ProtocolError } from "../../lib/errors.ts";
import { lineText, LOG_LEVELS, type LogLine, logLineFrom } from "../../lib/logging/mod.ts";
import { LONGEST_TEXT } from "../../lib/logging/line.ts";
import { runs } from "../contracts/soak.ts";

const text = fc.string({
  unit: fc.oneof(
    fc.string({ unit: "binary", minLength: 1, maxLength: 1 }),
    fc.constantFrom(...'\n\r\t\u2028\u2029\u202e\u2066\x85\x1b"\\'),
  ),
});
// V8 15.0 reads the key "\n" as "\\" where it has seen that one in the same place, so keys have no backslash here.
const key = text.map((key) => key.replaceAll("\\", "/"));
const line: fc.Arbitrary<LogLine> = fc.record({
  lane: text,
  level: fc.constantFrom(...LOG_LEVELS),
  category: fc.array(text, { maxLength: 3 }),
  message: text,
  properties: fc.dictionary(key, fc.oneof(text, fc.integer(), fc.constant(null)), { noNullPrototype: true }),
  time: fc.integer(),
}, { requiredKeys: ["lane", "level", "category", "message", "properties"] });

Deno.test("lineText() has one line break, at its end, and no other control character", () => {
  fc.assert(
    fc.property(line, fc.constantFrom("text" as const, "json" as const), (line, format) => {
      const written = lineText(line, format);
      // deno-lint-ignore no-control-regex -- these are what could break a line
      assert(/^[^\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]*\n$/.test(written), JSON.stringify(written));
    }),
    { numRuns: runs(300) },
  );
});

Deno.test("lineText() as JSON holds the whole line", () => {
  fc.assert(
    fc.property(line, (line) => assertEquals(JSON.parse(lineText(line, "json")), line)),
    { numRuns: runs(300) },
  );
});

Deno.test("lineText() for people: time, level, lane, category, message, properties", () => {
  const rest = { level: "warning", message: "hot\n", properties: {} } as const;
  assertEquals(lineText({ ...rest, lane: "a", category: [] }, "text"), "warning a root: hot\\n\n");
  assertEquals(
    lineText({ ...rest, lane: "a", category: ["x", "y"], properties: { t: "1\n" }, time: 12 }, "text"),
    '12 warning a x.y: hot\\n {"t":"1\\n"}\n',
  );
});

const whole: LogLine = { lane: "a", level: "info", category: ["x"], message: "m", properties: { n: 1 }, time: 2 };

Deno.test("logLineFrom() gives back a line, whatever texts are in it, and nothing else of what holds it", () => {
  fc.assert(
    fc.property(line, (line) => assertEquals(logLineFrom({ ...line, sequence: 9, more: () => {} }), line)),
    { numRuns: runs(300) },
  );
});

Deno.test("logLineFrom() refuses what is no line with a ProtocolError, and nothing but that", () => {
  const wrong: Readonly<Record<keyof LogLine, readonly unknown[]>> = {
    lane: [undefined, 1, new String("a")],
    level: ["loud", undefined, 3, ["info"], "toString"],
    category: ["x", undefined, [1], ["a", null], Array(1), { length: 1, 0: "a" }],
    message: [undefined, 1, ["m"], { toString: () => "m" }],
    properties: [undefined, null, "text", [1], new Map([["a", 1]]), new Uint8Array(3)],
    time: ["1", NaN, Infinity, null, 1n],
  };
  for (const [part, values] of Object.entries(wrong)) {
    for (const value of values) {
      assertThrows(() => logLineFrom({ ...whole, [part]: value }), ProtocolError, `its ${part} is of another kind`);
    }
  }
  const anything = fc.anything({
    withBigInt: true,
    withDate: true,
    withMap: true,
    withSet: true,
    withTypedArray: true,
  });
  fc.assert(
    fc.property(anything, fc.constantFrom(...Object.keys(whole)), (value, part) => {
      for (const said of [value, { ...whole, [part]: value }]) {
        try {
          lineText(logLineFrom(said), "text");
        } catch (error) {
          assert(error instanceof ProtocolError, String(error));
        }
      }
    }),
    { numRuns: runs(300) },
  );
});

Deno.test("logLineFrom() cuts what is longer than a line may be, and a second time nothing more", () => {
  fc.assert(
    fc.property(fc.constantFrom("x", '"', "\\", "\x1b", "😀", "x😀"), fc.nat(3), (unit, more) => {
      const huge = unit.repeat(Math.ceil(LONGEST_TEXT / unit.length) + more);
      const line = logLineFrom({
        ...whole,
        lane: huge,
        category: Array(10_000).fill(huge),
        message: huge,
        properties: { huge, [huge]: { deep: Array(1000).fill(1) } },
      });
      const { lane, category: [name = ""], category, message, properties } = line;
      for (const text of [lane, name, message]) {
        assertEquals(text.length, LONGEST_TEXT);
        assert(text.isWellFormed());
        assert(huge.length === LONGEST_TEXT ? text === huge : text.endsWith("... (cut)"));
      }
      assertEquals(category.length, 64);
      assert(JSON.stringify(properties).length <= LONGEST_TEXT);
      assertEquals(Object.keys(properties), ["properties"]);
      assertEquals(logLineFrom(structuredClone(line)), line);
    }),
    { numRuns: runs(20) },
  );
});
