import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { addRow, boundsOf, noSignals, rowAt, valuesIn } from "../../../../../scripts/page/app/simulate/signals.ts";

const rows = fc.array(fc.tuple(fc.nat(1000), fc.double({ noNaN: true }), fc.double({ noNaN: true })))
  .map((all) => all.toSorted(([one], [other]) => one - other));

Deno.test("rowAt() is the last row at or before a time", () => {
  fc.assert(fc.property(rows, fc.integer({ min: -10, max: 1010 }), (all, t) => {
    const signals = noSignals(["y", "z"]);
    for (const row of all) addRow(signals, row);
    assertEquals(rowAt(signals, t), all.findLastIndex(([time]) => time <= t));
  }));
});

Deno.test("each column has its values in order, and bounds that each of them keeps", () => {
  fc.assert(fc.property(rows, (all) => {
    const signals = noSignals(["y", "z"]);
    for (const row of all) addRow(signals, row);
    assertEquals(signals.values, [all.map(([, y]) => y), all.map(([, , z]) => z)]);
    assertEquals(valuesIn(signals), 3 * all.length);
    for (const values of signals.values) {
      const bounds = boundsOf(values);
      if (bounds === undefined) assertEquals(values, []);
      else assertEquals([values.includes(bounds.least), values.includes(bounds.most)], [true, true]);
      assertEquals(values.every((value) => value >= bounds!.least && value <= bounds!.most), true);
    }
  }));
});
