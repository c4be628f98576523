import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { type Layout, ModelMemory, type Operation } from "../../../lib/memory/mod.ts";
import { runs } from "../../contracts/soak.ts";
import { strategies } from "../../../lib/explorer/mod.ts";
import { compare, compareDeaths, type Effort, explored } from "./agreement.ts";
import { foretell } from "./oracle.ts";
import { ownActs, type Plan, planned } from "./plans.ts";
import { agreedPlan, randomPlan } from "./random_plans.ts";

const isLong = runs(1) > 1;
const PLANS = isLong ? 10_000 : 300;
const EFFORT: Effort = isLong ? { states: 20_000, schedules: 2000 } : { states: 4000, schedules: 400 };

const SEED = 11;

/** A plan on things of these kinds, each in its first way, of acts by their names; with `:0` or `:1` they wait so many ms. */
function planOf(kinds: Plan["things"], tasks: readonly (readonly string[])[], { daemon = -1 } = {}): [Plan] {
  const actOf = (text: string) => {
    const [act = "", timeout] = text.split(":");
    return {
      act,
      ...ownActs.includes(act) ? {} : { thing: 0 },
      ...timeout === undefined ? {} : { timeout: Number(timeout) },
    };
  };
  return [{
    things: kinds,
    tasks: tasks.map((acts, task) => ({ acts: acts.map(actOf), ...task === daemon ? { daemon: true } : {} })),
  }];
}

/** What a careless explorer gets wrong, as small as it can be. */
const examples: [Plan][] = [
  planOf([["queue", 0]], [["takeUpTo"], ["putAll"]]),
  planOf([["lock", 0]], [["acquire, statistics, release"], ["acquire, add, release"]]),
  planOf([["channel", 0]], [["bind"], ["isClosed"]]),
  planOf([["queue", 0]], [["put", "join"], ["get", "taskDone"]], { daemon: 1 }),
  planOf([], [["later"], ["pause"]]),
  // A wait whose time is over; what lies between two monitors of a call; what is seen of the middle of a change.
  planOf([["barrier", 0]], [["wait"], ["wait:0"]]),
  planOf([["timer", 0]], [["start"], ["run:1"], ["tryRun"]]),
  planOf([["rlock", 0]], [["acquire, add, release"], ["statistics"]]),
  planOf([["once", 0]], [["run and fail", "statistics"], ["tryRun"]]),
  // Where a daemon stands when the run is over.
  planOf([["barrier", 0]], [["wait and fail"], ["reset", "reset"]], { daemon: 1 }),
  planOf([["lock", 0]], [["acquire"], ["acquire", "add"]], { daemon: 1 }),
  planOf([], [["load"], ["add"]], { daemon: 1 }),
  planOf([], [["pause"], ["fail"]], { daemon: 1 }),
];

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
    { numRuns: PLANS, seed: SEED, examples },
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

Deno.test("with deaths, the outcomes of one owner are among those of operations, and these among the oracle's", () => {
  const small = agreedPlan().filter(({ tasks }) => {
    return tasks.flatMap(({ acts }) => acts).length <= 3 && tasks.every(({ daemon }) => !daemon);
  });
  let complete = 0;
  const most = PLANS / 10;
  fc.assert(
    fc.property(small, (plan) => {
      // What follows a death takes many states.
      const compared = compareDeaths(plan, { states: 10_000, schedules: 1000 });
      if (compared.complete) complete++;
      assertEquals(compared.disagreement, undefined);
    }),
    { numRuns: most, seed: SEED },
  );
  assert(complete > most / 4, `${complete} of ${most} plans are complete`);
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
