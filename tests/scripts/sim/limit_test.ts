import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import fc from "fast-check";
import { MODE_NAMES } from "../../../lib/host/mod.ts";
import type { ModeName } from "../../../mod.ts";
import type { Case } from "../../../scripts/sim/case.ts";
import { limitOf } from "../../../scripts/sim/limit.ts";
import { runs } from "../../contracts/soak.ts";
import { ELSEWHERE } from "../../contracts/modes.ts";

const PERIODS = [0.002, 0.01, 0.1];

const cases = fc.record({
  systems: fc.integer({ min: 1, max: 16 }),
  period: fc.constantFrom(...PERIODS),
  periods: fc.integer({ min: 1, max: 500 }),
  rate: fc.constantFrom(0, 0.5, 1, 2),
  burn: fc.constantFrom("wall" as const, "cpu" as const, "none" as const),
  deterministic: fc.boolean(),
}).map(({ period, periods, ...rest }): Case => {
  return { ...rest, period, duration: periods * period, modes: ["direct"], print: false };
});
const modes = fc.constantFrom(...MODE_NAMES);
const elsewhere = fc.constantFrom(...ELSEWHERE);
const cores = fc.integer({ min: 1, max: 8 });

/** The limit as a number, to compare. */
function bound(run: Case, mode: ModeName, cores: number): number {
  return limitOf(run, mode, cores).rate ?? Infinity;
}

Deno.test("limitOf() in direct mode is one over the number of burns", () => {
  fc.assert(
    fc.property(cases, cores, (run, cores) => {
      for (const rate of [0, 1, 2]) {
        const burning = { ...run, burn: "wall" as const, rate };
        assertAlmostEquals(bound(burning, "direct", cores), 1 / run.systems, 1e-9);
      }
    }),
    { numRuns: runs(200) },
  );
});

Deno.test("limitOf() of N paced periods is N/(N - 1) of the pace, and nothing bounds a single one", () => {
  fc.assert(
    fc.property(cases, modes, cores, (run, mode, cores) => {
      const periods = Math.round(run.duration / run.period);
      const paced = { ...run, burn: "none" as const, rate: run.rate || 1 };
      if (periods === 1) assertEquals(limitOf(paced, mode, cores).rate, undefined);
      else assertAlmostEquals(bound(paced, mode, cores) / paced.rate, periods / (periods - 1), 1e-9);
    }),
    { numRuns: runs(200) },
  );
});

Deno.test("limitOf() is not there where nothing burns and nothing paces", () => {
  fc.assert(
    fc.property(cases, modes, cores, (run, mode, cores) => {
      const free = { ...run, burn: "none" as const, rate: 0 };
      assertEquals(limitOf(free, mode, cores), { rate: undefined, reason: "no work and no pacing" });
    }),
    { numRuns: runs(200) },
  );
});

Deno.test("limitOf() of non-deterministic runs elsewhere does not depend on the burns", () => {
  fc.assert(
    fc.property(cases, elsewhere, cores, (run, mode, cores) => {
      const free = { ...run, deterministic: false };
      assertEquals(limitOf(free, mode, cores), limitOf({ ...free, burn: "none" }, mode, cores));
    }),
    { numRuns: runs(200) },
  );
});

Deno.test("limitOf() elsewhere is cores over burns, and never more than the burns side by side", () => {
  fc.assert(
    fc.property(cases, elsewhere, cores, (run, mode, cores) => {
      const periods = Math.round(run.duration / run.period);
      fc.pre(periods > 1);
      const burning = { ...run, rate: 0, deterministic: true };
      const sideBySide = periods / (periods - 1);
      assertAlmostEquals(
        bound({ ...burning, burn: "cpu" }, mode, cores),
        sideBySide * Math.min(1, cores / run.systems),
        1e-9,
      );
      const wall = bound({ ...burning, burn: "wall" }, mode, cores);
      const rounds = run.period < 0.004 ? Math.ceil(run.systems / cores) : 1;
      assertAlmostEquals(wall, sideBySide / rounds, 1e-9);
    }),
    { numRuns: runs(200) },
  );
});

Deno.test("limitOf() falls with more systems and rises with the pace and the cores", () => {
  fc.assert(
    fc.property(cases, modes, cores, (run, mode, cores) => {
      const rate = bound(run, mode, cores);
      const least = rate * (1 - 1e-9);
      assert(bound({ ...run, systems: run.systems + 1 }, mode, cores) <= rate * (1 + 1e-9), "a system more");
      assert(bound(run, mode, cores + 1) >= least, "a core more");
      assert(bound({ ...run, rate: run.rate * 2 }, mode, cores) >= least, "twice the pace");
      assert(bound({ ...run, burn: "none" }, mode, cores) >= least, "no burns");
      assert(bound({ ...run, duration: run.duration + run.period }, mode, cores) <= rate * (1 + 1e-9), "a period more");
    }),
    { numRuns: runs(200) },
  );
});

Deno.test("limitOf() counts the part of a period that a run ends with", () => {
  const run: Case = {
    modes: ["thread"],
    systems: 1,
    period: 0.1,
    duration: 0.35,
    deterministic: true,
    rate: 1,
    print: false,
    burn: "none",
  };
  assertAlmostEquals(bound(run, "thread", 2), 0.35 / 0.3, 1e-9);
  assertAlmostEquals(bound({ ...run, burn: "wall" }, "direct", 2), 0.35 / 0.4, 1e-9);
});

Deno.test("limitOf() says why", () => {
  const run: Case = {
    modes: ["thread"],
    systems: 5,
    period: 0.002,
    duration: 1,
    deterministic: true,
    rate: 1,
    print: false,
    burn: "wall",
  };
  assertEquals(limitOf(run, "direct", 2).reason, "5 burns one after another");
  assertEquals(limitOf({ ...run, systems: 1 }, "direct", 2).reason, "each burn takes its whole period");
  assertEquals(limitOf(run, "thread", 2).reason, "5 burns share 2 cores, and the last of 500 is not waited for");
  assertEquals(limitOf(run, "process", 8).reason, "500 periods at rate 1 have 499 paced intervals");
  const free = { ...run, rate: 0 };
  assertEquals(limitOf(free, "process", 8).reason, "burns run in parallel, and the last of 500 is not waited for");
  const one = { ...run, duration: 0.002 };
  assertEquals(limitOf(one, "process", 8).reason, "a single period has no interval to wait for");
});
