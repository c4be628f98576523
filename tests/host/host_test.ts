import { assertEquals, assertThrows } from "@std/assert";
import { Host } from "../../lib/host/mod.ts";
import { spinFor } from "../../lib/mode/mod.ts";

Deno.test("Host refuses a timeout that no timer keeps", async () => {
  for (const timeout of [0, -1, NaN, 2 ** 31 / 1000]) {
    assertThrows(() => new Host({ timeout }), RangeError, `Cannot wait for an answer: a timeout of ${timeout} s`);
  }
  for (const timeout of [Number.MIN_VALUE, 2147483, Infinity]) await new Host({ timeout }).close();
});

Deno.test("spinFor() lets waits spin only where each guest and the host have a core of their own", () => {
  assertEquals([[1, 1], [1, 2], [2, 2], [3, 4], [4, 4]].map(([guests, cores]) => spinFor(guests!, cores!)), [
    0,
    20,
    0,
    20,
    0,
  ]);
});
