import { assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  explore,
  type ExploreOptions,
  type ExploreResult,
  exploreShared,
  KeptModel,
  performShare,
  type ShareRequest,
  strategies,
  toEnd,
} from "../../../lib/explorer/mod.ts";
import { type AnyProgram, isProgram, settingsOf } from "../../../lib/program/mod.ts";
import { programs } from "../../../lib/programs/mod.ts";
import { counter } from "../../../lib/programs/counter.ts";
import { runs } from "../../contracts/soak.ts";
import { account } from "../specimens/account.ts";
import { bluetooth } from "../specimens/bluetooth.ts";
import { reorder } from "../specimens/reorder.ts";
import { twostage } from "../specimens/twostage.ts";
import { randomProgram } from "../random_programs.ts";

const numRuns = runs(15, { soak: 150 });

/** Workers in this thread; of the shares under way any may be done first, as the seed decides. */
function workersOf(program: AnyProgram, { count, seed }: { readonly count: number; readonly seed: number }) {
  const under: (() => void)[] = [];
  const kept = new KeptModel();
  let state = seed;
  const next = () => {
    state = Math.imul(state, 1_103_515_245) + 12_345;
    under.splice(Math.abs(state >> 8) % under.length, 1)[0]?.();
  };
  const perform = (request: ShareRequest) => {
    const crossed = structuredClone(request);
    const { promise, resolve } = Promise.withResolvers<void>();
    under.push(resolve);
    setTimeout(next, 0);
    return promise.then(() => structuredClone(toEnd(performShare(program, crossed, kept))));
  };
  return { count, perform };
}

async function shared(
  program: AnyProgram,
  options: ExploreOptions,
  { count, seed, sizes = { first: 3, least: 4, most: 8 } }: {
    readonly count: number;
    readonly seed: number;
    readonly sizes?: { first: number; least: number; most: number };
  },
): Promise<ExploreResult> {
  const slices = exploreShared(program, options, { workers: workersOf(program, { count, seed }), sizes });
  for (;;) {
    const { done, value } = slices.next();
    if (done) return value;
    await value.until;
  }
}

/** The programs of the list, each in its variants. */
const examples = programs.filter(isProgram).flatMap((program) =>
  program.variants.map((variant) => ({ program, variant }))
);

for (const strategy of strategies) {
  Deno.test(`A ${strategy} search that is shared out comes out as one that is not`, async () => {
    await fc.assert(
      fc.asyncProperty(
        randomProgram,
        fc.record({
          keepGoing: fc.boolean(),
          budget: fc.constantFrom(20, 60, 200),
          seed: fc.nat(100),
          granularity: fc.constantFrom("operation" as const, "word" as const),
        }),
        fc.integer({ min: 1, max: 4 }),
        async (program, options, count) => {
          const given = { ...options, strategy, shrink: false };
          const result = await shared(program, given, { count, seed: options.seed });
          assertEquals(result, explore(program, given));
        },
      ),
      { numRuns },
    );
  });
}

for (const [turn, strategy] of (["portfolio", "dpor"] as const).entries()) {
  Deno.test(`A ${strategy} search of an example comes out as it does on one worker, on one to four`, async () => {
    for (const [index, { program, variant }] of examples.entries()) {
      // Each strategy has half of the examples, where it is not to take long.
      if (numRuns < 100 && index % 4 < 2 !== (turn === 0)) continue;
      const parameters = Object.fromEntries(
        Object.entries(program.parameters).flatMap(([name, parameter]) => {
          return "explored" in parameter && parameter.explored !== undefined ? [[name, parameter.explored]] : [];
        }),
      );
      const options = { strategy, variant, parameters, budget: 40, shrink: false, keepGoing: index % 2 === 0 };
      const result = await shared(program, options, { count: 1 + index % 4, seed: index });
      assertEquals(result, explore(program, options), `${program.name}, ${variant}`);
    }
  });
}

Deno.test("Shares of dpor tell what they want to be tried above them, and none counts that is not wanted", async () => {
  const subjects: readonly (readonly [program: AnyProgram, parameters?: ExploreOptions["parameters"]])[] = [
    [counter, { tasks: 3, times: 2 }],
    [account],
    [bluetooth],
    [reorder, { setters: 3 }],
    [twostage],
  ];
  for (const [index, [program, parameters]] of subjects.entries()) {
    for (const keepGoing of [true, false]) {
      const options = {
        strategy: "dpor",
        budget: 400,
        shrink: false,
        keepGoing,
        ...parameters && { parameters },
      } as const;
      const sizes = { first: 1, least: 2 + index, most: 3 + index };
      const result = await shared(program, options, { count: 2 + index % 3, seed: index, sizes });
      assertEquals(result, explore(program, options), program.name);
    }
  }
});

Deno.test("A share all of whose runs are too long ends where the budget allows no more of them", () => {
  const position = { strategy: "random", at: 0 } as const;
  const share = { position, runs: Infinity, schedules: 10, stays: false, isSample: true };
  const settings = settingsOf(counter, {});
  const request = { settings, options: { stepLimit: 1 }, goal: {}, keepGoing: true, budget: 500, share };
  assertEquals(toEnd(performShare(counter, request)).part.tooLong, 5);
});
