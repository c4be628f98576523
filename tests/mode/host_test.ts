import { assertThrows } from "@std/assert";
import { Host } from "../../lib/mode/mod.ts";

Deno.test("Host refuses a timeout that no timer keeps", async () => {
  for (const timeout of [0, -1, NaN, Infinity, 2 ** 31 / 1000]) {
    assertThrows(() => new Host({ timeout }), RangeError, `Cannot wait ${timeout} s for an answer`);
  }
  for (const timeout of [Number.MIN_VALUE, 2147483]) await new Host({ timeout }).close();
});
