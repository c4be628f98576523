import { assertEquals } from "@std/assert";
import { spinFor } from "../../lib/mode/thread.ts";

Deno.test("spinFor() lets waits spin only where each guest and the host have a core of their own", () => {
  const spins = [[1, 1], [1, 2], [2, 2], [3, 4], [4, 4]].map(([guests, cores]) => spinFor(guests!, cores!));
  assertEquals(spins, [0, 20, 0, 20, 0]);
});
