import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { abstract, scalar, vector } from "../../lib/diagram/mod.ts";
import { cellsOf, columnsOf, equalCells } from "../../lib/testing/cells.ts";
import { runs } from "../contracts/soak.ts";

const ports = { n: scalar(), v: vector(2), book: abstract<unknown>(null) };
const values = fc.tuple(fc.double(), fc.tuple(fc.double(), fc.double()), fc.object());

Deno.test("cellsOf() gives a cell per column, equal for copies", () => {
  fc.assert(
    fc.property(values, (given) => {
      const cells = cellsOf(ports, given);
      assertEquals(cells.length, columnsOf(ports).length);
      const copies = cellsOf(ports, structuredClone(given));
      assert(cells.every((cell, index) => equalCells(cell, copies[index])));
    }),
    { numRuns: runs(200) },
  );
});

Deno.test("equalCells() tells numbers apart by their bits, except that all NaN are one", () => {
  const nan = new Float64Array(new BigUint64Array([0xfff8000000000001n]).buffer)[0];
  assert(equalCells(nan, NaN));
  assert(!equalCells(-0, 0));
  assert(!equalCells(undefined, undefined));
  fc.assert(fc.property(fc.double(), fc.double(), (a, b) => assertEquals(equalCells(a, b), Object.is(a, b))));
});
