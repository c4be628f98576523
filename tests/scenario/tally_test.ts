import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { kinds } from "../../lib/explorer/mod.ts";
import type { Performed } from "../../lib/scenario/live.ts";
import { Tally } from "../../lib/scenario/tally.ts";
import { runs } from "../contracts/soak.ts";

const few = fc.nat(2);

/** A run, as far as a tally looks at it, and what its team says of it. */
const counted = fc.record({
  kind: fc.constantFrom("complete", "complete", "complete", "cut", "too-long"),
  outcome: fc.option(few, { nil: undefined }),
  bug: fc.option(fc.constantFrom("hang", "livelock", "leak"), { nil: undefined }),
  preemptions: few,
  steps: few,
  assumptions: fc.subarray(["a", "b"]),
  callsExpect: fc.boolean(),
  isNew: fc.constantFrom(true, true, false),
  isSample: fc.boolean(),
}).map(({ outcome, bug, isNew, isSample, ...run }) => {
  const finding = bug && { kind: bug, message: `${outcome}` };
  const performed = {
    ...run,
    judged: { outcome, text: String(outcome), finding },
    departures: [],
    faults: [],
    fingerprint: 0,
    trace: [],
    printed: [],
  } as Performed;
  return { run: performed, is: { isNew, isSample } };
});

const goal = fc.record({ ignore: fc.constant([]), outcome: fc.option(few.map(String), { nil: undefined }) });

Deno.test("joining the tallies of shares, in order, is the same as counting their runs", () => {
  const shares = fc.array(fc.array(counted, { maxLength: 6 }), { maxLength: 4 });
  fc.assert(
    fc.property(shares, goal, (shares, goal) => {
      const one = new Tally(goal);
      for (const { run, is } of shares.flat()) one.count(run, is);
      const joined = new Tally(goal);
      for (const share of shares) {
        const part = new Tally(goal);
        for (const { run, is } of share) part.count(run, is);
        joined.join(structuredClone(part.told));
      }
      const { outcomes: all, ...told } = one.told;
      const { outcomes, ...rest } = joined.told;
      assertEquals(rest, told);
      const counts = ({ whole }: typeof all) => whole.map(({ text, count, sampled }) => [text, count, sampled]);
      assertEquals([counts(outcomes), outcomes.samples], [counts(all), all.samples]);
    }),
    { numRuns: runs(300) },
  );
});

Deno.test("a tally has the outcome of each run that has one, and the first of the best evidence", () => {
  fc.assert(
    fc.property(fc.array(counted, { maxLength: 12 }), (all) => {
      const tally = new Tally({ ignore: [] });
      const bugs = [];
      for (const { run, is } of all) {
        tally.count(run, is);
        const { judged: { finding }, preemptions, steps } = run;
        if (run.kind !== "complete" || !is.isNew || finding === undefined) continue;
        bugs.push({ at: tally.schedules, order: [kinds.indexOf(finding.kind), preemptions, steps] });
      }
      const compare = (one: readonly number[], other: readonly number[]) =>
        one.map((value, place) => value - (other[place] ?? 0)).find((less) => less !== 0) ?? 0;
      const [best] = bugs.toSorted((one, other) => compare(one.order, other.order));
      const outcomes = all.filter(({ run: { kind, judged }, is }) =>
        kind === "complete" && is.isNew && (judged.finding === undefined || judged.outcome !== undefined)
      );
      assertEquals(tally.outcomes.told.whole.reduce((sum, { count }) => sum + count, 0), outcomes.length);
      assertEquals([tally.firstAt, tally.foundAt], [bugs[0]?.at ?? 0, best?.at ?? 0]);
      const { found } = tally;
      assertEquals(found && [kinds.indexOf(found.kind), found.preemptions, found.steps], best?.order);
    }),
    { numRuns: runs(300) },
  );
});
