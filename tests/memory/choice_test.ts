import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { seededChooser } from "../../lib/memory/mod.ts";

Deno.test("seededChooser() gives the same choices for the same seed, all in range", () => {
  fc.assert(fc.property(fc.integer(), fc.array(fc.integer({ min: 1, max: 1000 })), (seed, sizes) => {
    const [one, other] = [seededChooser(seed), seededChooser(seed)];
    for (const n of sizes) {
      const choice = one(n);
      assert(Number.isInteger(choice) && choice >= 0 && choice < n);
      assertEquals(other(n), choice);
    }
  }));
});

Deno.test("seededChooser() spreads its choices evenly, for neighboring seeds too", () => {
  const counts = new Array(10).fill(0);
  for (let seed = 0; seed < 1000; seed++) {
    const chooser = seededChooser(seed);
    for (let draw = 0; draw < 10; draw++) counts[chooser(10)]++;
  }
  for (const count of counts) assert(Math.abs(count - 1000) < 150, `${counts}`);
});
