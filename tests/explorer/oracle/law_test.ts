import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { type Layout, ModelMemory, type Operation } from "../../../lib/memory/mod.ts";
import { runs } from "../../contracts/soak.ts";
import { strategies } from "../../../lib/explorer/mod.ts";
import { compare, type Effort, explored } from "./agreement.ts";
import { foretell } from "./oracle.ts";
import { planned } from "./plans.ts";
import { agreedPlan, randomPlan } from "./random_plans.ts";

const isLong = runs(1) > 1;
const PLANS = isLong ? 10_000 : 300;
const EFFORT: Effort = isLong ? { states: 20_000, schedules: 2000 } : { states: 4000, schedules: 400 };

const SEED = 11;

Deno.test("operation granularity, word granularity and the oracle have the same outcomes", () => {
  let complete = 0;
  const sets = new Set<string>();
  fc.assert(
    fc.property(agreedPlan(), (plan) => {
      const compared = compare(plan, EFFORT);
      if (compared.complete) complete++;
      sets.add(compared.outcomes);
      assertEquals(compared.disagreement, undefined);
    }),
    { numRuns: PLANS, seed: SEED },
  );
  assert(complete > PLANS / 2, `${complete} of ${PLANS} plans are complete`);
});

Deno.test("so it is where times come in order", () => {
  const timed = agreedPlan().filter(({ tasks }) =>
    tasks.some(({ acts }) => acts.some(({ timeout = 0 }) => timeout > 0))
  );
  fc.assert(
    fc.property(timed, (plan) => {
      assertEquals(compare(plan, { ...EFFORT, clock: "ordered" }).disagreement, undefined);
    }),
    { numRuns: PLANS / 10, seed: SEED },
  );
});

Deno.test("no strategy finds what the oracle does not know, and each that runs all finds all", () => {
  fc.assert(
    fc.property(agreedPlan(), fc.constantFrom(...strategies), (plan, strategy) => {
      const { outcomes, complete } = foretell(planned, {
        parameters: { plan: JSON.stringify(plan) },
        limit: EFFORT.states,
      });
      fc.pre(complete);
      const found = explored(plan, "operation", { schedules: EFFORT.schedules, strategy });
      assertEquals(found.outcomes.difference(outcomes), new Set());
      if (found.complete) assertEquals(found.outcomes, outcomes);
    }),
    { numRuns: PLANS / 3, seed: SEED },
  );
});

type Begin = (operation: Operation) => ReturnType<ModelMemory["begin"]>;

/** A memory that does some operations wrongly. */
function wrongMemory(wrong: (operation: Operation, begin: Begin) => ReturnType<ModelMemory["begin"]>) {
  return class extends ModelMemory {
    override begin(operation: Operation, task: number) {
      return wrong(operation, (operation) => super.begin(operation, task));
    }
  };
}

/** Where the time of nobody comes. */
class Timeless extends ModelMemory {
  override expire(): boolean {
    return false;
  }
}

const mistakes: Readonly<Record<string, new (layout: Layout) => ModelMemory>> = {
  "a notify that wakes nobody": wrongMemory((operation, begin) => operation.kind === "notify" ? 0 : begin(operation)),
  "a clock that stands still": wrongMemory((operation, begin) => operation.kind === "now" ? 0 : begin(operation)),
  "an add that gives the sum": wrongMemory((operation, begin) => {
    const before = begin(operation);
    return operation.kind === "add" && operation.cell === "i32" ? Number(before) + operation.value : before;
  }),
  "a wait that does not look": wrongMemory((operation, begin) => {
    if (operation.kind !== "wait") return begin(operation);
    const seen = begin({ kind: "load", cell: "i32", word: operation.word, order: "atomic" });
    return begin({ ...operation, expected: Number(seen) });
  }),
  "a time that never comes": Timeless,
};

for (const [mistake, Wrong] of Object.entries(mistakes)) {
  Deno.test(`an oracle with ${mistake} is found out within few plans`, () => {
    const memory = (layout: Layout) => new Wrong(layout);
    const effort = { states: 1000, schedules: 200 };
    const { counterexample, numRuns } = fc.check(
      fc.property(randomPlan(), (plan) => {
        return compare(plan, effort, { memory }).disagreement === undefined ||
          compare(plan, effort).disagreement !== undefined;
      }),
      { numRuns: 200, endOnFailure: true, seed: SEED },
    );
    assert(counterexample !== null, `${numRuns} plans do not show it`);
  });
}
