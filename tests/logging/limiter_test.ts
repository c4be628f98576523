import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { LogLimit } from "../../lib/logging/mod.ts";
import { Limiter } from "../../lib/logging/limiter.ts";
import { runs } from "../contracts/soak.ts";

const limit: fc.Arbitrary<LogLimit> = fc.tuple(fc.nat(4), fc.option(fc.integer({ min: 1, max: 8 }))).map((
  [records, more],
) => more === null ? { records } : { records, every: Math.max(records, more) });

Deno.test("Limiter: of each `every` records of a kind the first `records` pass, and all others are told once", () => {
  fc.assert(
    fc.property(limit, fc.array(fc.constantFrom("a", "b")), (limit, kinds) => {
      const limiter = new Limiter();
      const came = { a: 0, b: 0 };
      const settled = { a: 0, b: 0 };
      for (const kind of kinds) {
        const { passes, dropped } = limiter.admit(kind, limit);
        const place = came[kind]++ % (limit.every ?? Infinity);
        assertEquals(passes, place < limit.records);
        assert(place === 0 || dropped === 0, "told where the next ones begin");
        settled[kind] += dropped + (passes ? 1 : 0);
      }
      for (const [kind, dropped] of limiter.takeDropped()) settled[kind as "a" | "b"] += dropped;
      assertEquals(settled, came);
      assertEquals(limiter.takeDropped(), []);
    }),
    { numRuns: runs(300) },
  );
});
