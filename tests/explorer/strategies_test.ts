import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  CUT,
  explore,
  type ExploreOptions,
  type Point,
  type Scheduler,
  strategies,
  type Strategy,
} from "../../lib/explorer/mod.ts";
import { type AnyProgram, defineProgram } from "../../lib/program/mod.ts";
import { cell } from "../../lib/sync/mod.ts";
import { account } from "./specimens/account.ts";
import { bluetooth } from "./specimens/bluetooth.ts";
import { boundedBuffer } from "./specimens/bounded_buffer.ts";
import { circularBuffer } from "./specimens/circular_buffer.ts";
import { deadlock01 } from "./specimens/deadlock01.ts";
import { lazy01 } from "./specimens/lazy01.ts";
import { peterson } from "./specimens/peterson.ts";
import { philosophers } from "./specimens/philosophers.ts";
import { reorder } from "./specimens/reorder.ts";
import { sync01 } from "./specimens/sync01.ts";
import { treiberAba } from "./specimens/treiber_aba.ts";
import { twostage } from "./specimens/twostage.ts";
import { wronglock } from "./specimens/wronglock.ts";

const table: readonly (readonly [program: AnyProgram, options?: ExploreOptions])[] = [
  [account],
  [bluetooth],
  [boundedBuffer],
  [circularBuffer],
  [deadlock01],
  [lazy01],
  [peterson, { variant: "without turn" }],
  [philosophers],
  [reorder],
  [reorder, { parameters: { setters: 4 } }],
  [sync01],
  [treiberAba],
  [twostage],
  [wronglock],
];

Deno.test("The portfolio finds each bug within as many times the schedules of its best strategy as there are in it", () => {
  const single: readonly Strategy[] = ["bounded", "dpor", "random", "pos", "pct"];
  for (const seed of [0, 1, 2]) {
    for (const [program, options] of table) {
      const until = (strategy: Strategy) => {
        const result = explore(program, { ...options, strategy, seed, budget: 5000, shrink: false });
        return result.verdict === "bug" ? result.schedules : Infinity;
      };
      const best = Math.min(...single.map(until));
      const found = until("portfolio");
      assert(found <= single.length * best, `${program.name}, seed ${seed}: ${found} schedules, and ${best}`);
    }
  }
});

/** Takes the last action at each second step; one run. */
function every(overrides: Partial<Scheduler> = {}): Scheduler {
  let left = 1;
  return {
    watches: false,
    begin: () => left-- > 0,
    pick: ({ actions, step }: Point) => step % 2 === 1 ? actions.length - 1 : 0,
    end: () => {},
    ...overrides,
  };
}

const lost = defineProgram({
  name: "lost",
  claim: "Nothing is lost.",
  parameters: { times: { default: 2, min: 1, max: 4, description: "how often each counts" } },
  shared: () => ({ count: cell() }),
  tasks: ({ parameters: { times } }) =>
    ["a", "b"].map((name) => ({
      name,
      *run({ count }) {
        for (let time = 0; time < times; time++) yield* count.store((yield* count.load()) + 1);
      },
    })),
  outcome: ({ count }) => count.load(),
  expected: ({ parameters: { times } }) => [2 * times],
});

Deno.test("explore() runs what a strategy of the user's own wants, and never takes its end for a proof", () => {
  const result = explore(lost, { strategy: every() });
  assert(result.verdict === "bug");
  assertEquals([result.schedules, result.preemptions, result.smaller?.parameters], [1, 1, { times: 1 }]);
  const calm = explore(lost, { strategy: every({ pick: () => 0 }) });
  assertEquals([calm.verdict, calm.schedules], ["not-exhausted", 1]);
  // It may end runs, and change its copies.
  const cutting = every({
    pick: ({ actions }) => {
      (actions as number[]).length = 0;
      return CUT;
    },
  });
  assertEquals(explore(lost, { strategy: cutting }).schedules, 0);
});

Deno.test("explore() says how a strategy of the user's own breaks its contract", () => {
  const breaks: readonly (readonly [overrides: object, says: string])[] = [
    [{ pick: () => 2 }, "at step 0 it picks 2 of 2 actions, a place from 0 to 1 or CUT is wanted"],
    [{ pick: () => -2 }, "at step 0 it picks -2 of 2 actions"],
    [{ pick: () => 0.5 }, "at step 0 it picks 0.5 of 2 actions"],
    [{ pick: ({ step }: Point) => step === 3 ? undefined : 0 }, "at step 3 it picks undefined of 2 actions"],
    [{ begin: () => 1 }, "begin gives number, true, or false where no run is left is wanted"],
    [{ begin: undefined }, "it has no method begin, begin, pick and end is wanted"],
    [{
      end: () => {
        throw new RangeError("tired");
      },
    }, "end throws RangeError: tired, one that throws nothing is wanted"],
  ];
  for (const [overrides, says] of breaks) {
    assertThrows(
      () => explore(lost, { strategy: every(overrides) }),
      TypeError,
      `Cannot use the strategy: ${says}`,
    );
  }
  assertThrows(() => explore(lost, { strategy: "best" as Strategy }), RangeError, strategies.join(", "));
});

/** How often b looks after all that a does. */
function late(strategy: Strategy): number {
  const program = defineProgram({
    name: "late",
    claim: "b may look after all that a does.",
    shared: () => ({ x: cell(), y: cell() }),
    tasks: () => [
      {
        name: "a",
        *run({ x, y }) {
          for (let time = 0; time < 12; time++) yield* y.add(1);
          yield* x.store(1);
        },
      },
      { name: "b", run: ({ x }) => x.load() },
    ],
    // deno-lint-ignore require-yield
    outcome: function* (_shared, { results }) {
      return results[1];
    },
    expected: () => [0, 1],
  });
  const { outcomes } = explore(program, { strategy, budget: 4000 });
  return outcomes.find(({ outcome }) => outcome === 1)?.count ?? 0;
}

Deno.test("Pos draws once for an action that nothing conflicts with, a random walk at each step", () => {
  // b draws the least of 14 priorities, so once in 14 runs; by a walk once in 8,192.
  const count = late("pos");
  assert(count > 200 && count < 380, `${count} of 4000`);
  assert(late("random") < 20);
});
