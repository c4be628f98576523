import { assertEquals } from "@std/assert";
import fc from "fast-check";
import type { ExploredWell } from "../../../lib/explorer/mod.ts";
import { passLines } from "../../../scripts/explore/pass_lines.ts";

const pass = (verdict: ExploredWell["verdict"]): fc.Arbitrary<ExploredWell> => {
  return fc.record({
    verdict: fc.constant(verdict),
    schedules: fc.nat(5),
    tooLong: verdict === "proved" ? fc.constant(0) : fc.nat(5),
    covered: fc.option(fc.nat(3), { nil: undefined }),
    unseen: fc.option(fc.double({ min: 0, max: 1, noNaN: true }), { nil: undefined }),
    missed: fc.constant(undefined),
    assumptions: fc.constant([]),
    distinct: fc.constant(0),
    outcomes: fc.constant([]),
  });
};

Deno.test("passLines() says what did not count, and which flag tries more: none where all was tried", () => {
  const well = fc.oneof(pass("proved"), pass("not-exhausted"));
  const ignored = fc.subarray(["assertion", "hang"] as const);
  fc.assert(
    fc.property(well, ignored, fc.constantFrom("program" as const, "scenario" as const), (well, ignored, of) => {
      const text = passLines(well, { of, isSought: false, ignored }).join("\n");
      assertEquals(text.includes("--steps"), well.tooLong > 0, text);
      const isSpent = well.verdict !== "proved" && (well.schedules > 0 || well.tooLong === 0);
      assertEquals(text.includes("--budget"), isSpent, text);
      assertEquals(/^Ignored: (.*)\.$/m.exec(text)?.[1] ?? "", ignored.join(", "));
      assertEquals(/\b1 schedules|\b1 runs|\b1 deviations|\b1 preemptions/.test(text), false, text);
    }),
  );
});
