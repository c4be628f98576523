import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { type Lines, linesOf, sourceOf, withSources } from "../../../scripts/page/lines.ts";

const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

const sources = ["../lib/y.ts", "../lib/x.ts"];

/** A number as a source map writes it. */
function written(value: number): string {
  let rest = value < 0 ? (-value << 1) | 1 : value << 1;
  let text = "";
  do {
    const digit = rest & 31;
    rest >>>= 5;
    text += DIGITS[rest > 0 ? digit | 32 : digit];
  } while (rest > 0);
  return text;
}

Deno.test("linesOf() knows the line of every piece of a source map", () => {
  const segment = fc.record({ column: fc.nat(3000), line: fc.nat(5000) });
  const line = fc.uniqueArray(segment, { selector: ({ column }) => column })
    .map((segments) => segments.sort((a, b) => a.column - b.column));
  fc.assert(fc.property(fc.array(line), (lines) => {
    let before = 0;
    let isFirst = true;
    const mappings = lines.map((segments) => {
      let column = 0;
      return segments.map((segment) => {
        // The first of all comes from the second source.
        const source = isFirst ? 1 : 0;
        isFirst = false;
        const text = [segment.column - column, source, segment.line - before, 0].map(written).join("");
        column = segment.column;
        before = segment.line;
        return text;
      }).join();
    }).join(";");
    const files: Record<string, Lines> = { "programs/x.js": linesOf(JSON.stringify({ mappings, sources }), "x.ts") };
    for (const [index, segments] of lines.entries()) {
      for (const { column, line } of segments) {
        const place = `http://127.0.0.1:1/programs/x.js:${index + 1}:${column + 1}`;
        assertEquals(sourceOf(place, files), { file: "x.ts", line: line + 1 });
      }
    }
  }));
});

Deno.test("linesOf() leaves out what comes from another source", () => {
  // Column 0 from the first source, column 4 from the second, each from its first line.
  const map = JSON.stringify({ mappings: "AAAA,ICAA", sources });
  assertEquals([linesOf(map, "x.ts"), linesOf(map, "y.ts")], [[[5, 1]], [[1, 1]]]);
});

Deno.test("withSources() leaves places alone that are none of a program", () => {
  const files = { "programs/race.js": [[1, 8, 5, 9]] };
  const text = "at run (http://h:1/programs/race.js:1:6)\nat http://h:1/part.js:1:6\nhttp://h:1/programs/race.js:7:1";
  assertEquals(
    withSources(text, files),
    "at run (race.ts:9)\nat http://h:1/part.js:1:6\nhttp://h:1/programs/race.js:7:1",
  );
});
