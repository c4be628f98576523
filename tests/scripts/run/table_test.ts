import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { tableLines } from "../../../scripts/run/table.ts";
import { runs } from "../../contracts/soak.ts";

Deno.test("tableLines() aligns columns, numbers on the right with the places that they need", () => {
  const columns = ["workers", "ms", "speed-up", "tiny", "note"];
  const rows = [["1", 1234567.25, 1, 1e-7, "alone"], ["12 more", 0.5, 1.8333, 0, ""], ["3", NaN, "-", 0.25, "odd"]];
  assertEquals(tableLines({ title: "Times", columns, rows }), [
    "Times",
    "workers            ms  speed-up     tiny  note",
    "1        1,234,567.25      1.00  1.00e-7  alone",
    "12 more          0.50      1.83     0.00",
    "3                 NaN         -     0.25  odd",
  ]);
  assertEquals(tableLines({ title: "None", columns: ["a", "b"], rows: [] }), ["None", "a  b"]);
});

Deno.test("tableLines() keeps three digits of every number, unless it needs more than four places", () => {
  const number = fc.double({ min: 1e-3, max: 1e9, noNaN: true });
  fc.assert(
    fc.property(fc.array(fc.tuple(number, fc.boolean()), { minLength: 1, maxLength: 9 }), (drawn) => {
      const numbers = drawn.map(([number, negative]) => negative ? -number : number);
      const [, head = "", ...lines] = tableLines({ title: "t", columns: ["n"], rows: numbers.map((one) => [one]) });
      assertEquals(new Set([head, ...lines].map((line) => line.length)).size, 1);
      lines.forEach((line, index) => {
        const wanted = numbers[index] ?? 0;
        const shown = Number(line.replaceAll(",", ""));
        assert(Math.abs(shown - wanted) <= Math.max(Math.abs(wanted) / 200, 0.5e-4), `${line} for ${wanted}`);
      });
    }),
    { numRuns: runs(200) },
  );
});
