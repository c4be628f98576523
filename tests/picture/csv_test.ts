import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { integrator } from "../../lib/blocks/mod.ts";
import { csvText } from "../../lib/picture/mod.ts";
import { Simulator } from "../../lib/simulator/mod.ts";
import { someRows } from "../arbitraries/rows.ts";
import { runs } from "../contracts/soak.ts";

/** Reads CSV by the grammar of RFC 4180. */
function readCsv(text: string): string[][] {
  const records: string[][] = [];
  let record: string[] = [];
  for (const [, quoted, bare = "", end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/gy)) {
    record.push(quoted?.replaceAll('""', '"') ?? bare);
    if (end === ",") continue;
    records.push(record);
    record = [];
  }
  assertEquals(record, [], "it ends with a line break");
  return records;
}

Deno.test("csvText() reads back as the same names and the same numbers, bit for bit", () => {
  fc.assert(
    fc.property(someRows(), (rows) => {
      const [header, ...records] = readCsv(csvText(rows));
      assertEquals(header, ["t", ...rows.columns]);
      assertEquals(records.length, rows.length);
      records.forEach((record, index) => {
        const numbers = record.map(Number);
        assertEquals(numbers.length, rows.columns.length + 1);
        rows.row(index).forEach((value, column) => assertEquals(Object.is(numbers[column], value), true));
      });
    }),
    { numRuns: runs(200) },
  );
});

Deno.test("csvText() takes the rows of a trace and of a log, a column for each component", async () => {
  await using simulator = new Simulator(integrator({ period: 0.1, size: 2, initial: 1 }));
  simulator.fix("u", [1, -1]);
  const log = simulator.log(["u", "y"]);
  await simulator.initialize();
  await simulator.advanceTo(0.2);
  assertEquals(csvText(simulator.trace), "t,y[0],y[1]\r\n0,1,1\r\n0.1,1.1,0.9\r\n");
  assertEquals(
    csvText(log),
    "t,u[0],u[1],y[0],y[1]\r\n0,1,-1,1,1\r\n0,1,-1,1.1,0.9\r\n0.1,1,-1,1.2000000000000002,0.8\r\n",
  );
});
