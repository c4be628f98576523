import { assertEquals, assertNotEquals } from "@std/assert";
import { createHash } from "node:crypto";
import fc from "fast-check";
import { firstDifference, Trace } from "../../lib/simulator/mod.ts";
import { runs } from "../contracts/soak.ts";

const value = fc.oneof(fc.double(), fc.constantFrom(NaN, 0, -0, Infinity, -Infinity));
const traces = fc.nat(4).chain((width) => fc.array(fc.array(value, { minLength: width + 1, maxLength: width + 1 })));

function traceOf(rows: readonly (readonly number[])[], width = (rows[0]?.length ?? 1) - 1): Trace {
  const trace = new Trace(Array.from({ length: width }, (_, index) => `y${index}`));
  for (const [t = NaN, ...values] of rows) trace.add(t, values);
  return trace;
}

Deno.test("Trace.certificate() is SHA-256 over the rows as little-endian float64, every NaN as the same", async () => {
  await fc.assert(
    fc.asyncProperty(traces, async (rows) => {
      const bytes = rows.flat().map((x) => {
        const eight = new Uint8Array(8);
        if (Number.isNaN(x)) eight.set([0, 0, 0, 0, 0, 0, 0xf8, 0x7f]);
        else new DataView(eight.buffer).setFloat64(0, x, true);
        return eight;
      });
      const hash = createHash("sha256");
      for (const eight of bytes) hash.update(eight);
      assertEquals(await traceOf(rows).certificate(), hash.digest("hex"));
    }),
    { numRuns: runs(200) },
  );
});

Deno.test("Trace.certificate() takes any NaN as one, and tells -0 from 0", async () => {
  const odd = new Float64Array(new BigUint64Array([0xfff8000000000001n]).buffer)[0]!;
  assertEquals(await traceOf([[0, odd]]).certificate(), await traceOf([[0, NaN]]).certificate());
  assertNotEquals(await traceOf([[0, -0]]).certificate(), await traceOf([[0, 0]]).certificate());
});

Deno.test("Trace gives back the rows that were added, bit for bit, and drops those from a length on", () => {
  fc.assert(
    fc.property(traces, fc.nat(20), (rows, keep) => {
      const trace = traceOf(rows);
      assertEquals(trace.length, rows.length);
      trace.rows().forEach((row, index) =>
        row.forEach((x, column) => assertEquals(Object.is(x, rows[index]![column]), true))
      );
      trace.truncate(keep);
      assertEquals(trace.rows(), rows.slice(0, keep));
      trace.truncate(keep + 5);
      assertEquals(trace.length, Math.min(keep, rows.length), "a truncation never adds rows");
      for (const [t = 0, ...values] of rows.slice(keep)) trace.add(t, values);
      assertEquals(trace.rows(), rows);
    }),
    { numRuns: runs(200) },
  );
});

Deno.test("firstDifference() finds the first row and port that differ, or nothing", () => {
  fc.assert(
    fc.property(traces, fc.nat(), fc.nat(), value, (rows, at, column, other) => {
      assertEquals(firstDifference(traceOf(rows), traceOf(rows)), undefined);
      if (rows.length === 0) return;
      const row = at % rows.length;
      const index = column % rows[row]!.length;
      const before = rows[row]![index];
      // What follows the change may differ too.
      const changed = rows.map((line, k) =>
        k === row ? line.with(index, other) : k > row ? line.map((x) => x + 1) : line
      );
      const difference = firstDifference(traceOf(rows), traceOf(changed));
      if (!Object.is(before, other)) {
        assertEquals(difference, { row, port: index === 0 ? "t" : `y${index - 1}`, one: before, other });
      }
    }),
    { numRuns: runs(300) },
  );
});

Deno.test("firstDifference() tells where the shorter of two traces ends", () => {
  const [long, short] = [traceOf([[0, 1], [0.5, 2]]), traceOf([[0, 1]])];
  assertEquals(firstDifference(long, short), { row: 1, port: "rows", one: 0.5, other: undefined });
  assertEquals(firstDifference(short, long), { row: 1, port: "rows", one: undefined, other: 0.5 });
});
