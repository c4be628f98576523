import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  exploreShared,
  KeptModel,
  performShare,
  type ShareRequest,
  type ShareResult,
  strategies,
  toEnd,
} from "../../../lib/explorer/mod.ts";
import { now, type Steps } from "../../../lib/memory/mod.ts";
import { type AnyProgram, defineProgram, ensure } from "../../../lib/program/mod.ts";
import { cell, lock, type Shared } from "../../../lib/sync/mod.ts";
import { runs } from "../../contracts/soak.ts";

const things = () => ({ x: cell(), data: cell({ order: "plain" }), m: lock() });
type Things = Shared<ReturnType<typeof things>>;

/** What a model may learn in some runs of a program and not in others. */
type Act =
  | { readonly kind: "add" | "subtract" | "plain" | "locked" | "clock" | "waiters" | "ensure" | "fail" | "forever" }
  | { readonly kind: "wait"; readonly value: number }
  | { readonly kind: "count"; readonly turns: number }
  | { readonly kind: "if"; readonly value: number; readonly then: Act };

const STEP_LIMIT = 40;

function* perform(shared: Things, act: Act): Steps<unknown> {
  const { x, data, m } = shared;
  switch (act.kind) {
    case "add":
      return yield* x.add(1);
    case "subtract":
      return yield* x.add(-1);
    case "plain":
      return yield* data.store((yield* data.load()) + 1);
    case "locked": {
      using _held = yield* m.lock();
      return yield* x.add(1);
    }
    case "clock":
      return (yield* now()) > 5;
    case "waiters":
      return (yield* m.statistics()).waiters;
    case "ensure":
      return ensure((yield* x.load()) < 3, "x is small");
    case "fail":
      throw new RangeError(`x is ${yield* x.load()}`);
    case "forever":
      while ((yield* x.load()) >= 0);
      return;
    case "wait":
      while ((yield* x.load()) < act.value);
      return;
    case "count":
      for (let turn = 0; turn < act.turns; turn++) yield* x.load();
      return;
    case "if":
      return (yield* x.load()) === act.value ? yield* perform(shared, act.then) : "not so";
  }
}

const { act } = fc.letrec<{ act: Act; simple: Act; conditional: Act }>((tie) => ({
  act: fc.oneof({ weight: 3, arbitrary: tie("simple") }, { weight: 2, arbitrary: tie("conditional") }),
  simple: fc.oneof(
    {
      weight: 3,
      arbitrary: fc.record({ kind: fc.constantFrom("add" as const, "add" as const, "plain" as const) }),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constantFrom("locked" as const, "clock" as const, "waiters" as const, "ensure" as const),
      }),
    },
    fc.record({ kind: fc.constantFrom("fail" as const, "forever" as const) }),
    { weight: 2, arbitrary: fc.record({ kind: fc.constant("wait" as const), value: fc.integer({ min: 1, max: 2 }) }) },
    // Some of them last longer than a run may, and are found to end where that is tried out.
    fc.record({ kind: fc.constant("count" as const), turns: fc.constantFrom(3, 2 * STEP_LIMIT, 20 * STEP_LIMIT) }),
  ),
  conditional: fc.record({
    kind: fc.constant("if" as const),
    value: fc.integer({ min: 0, max: 2 }),
    then: tie("simple"),
  }),
}));

function programOf(tasks: readonly (readonly Act[])[], { hasDaemon }: { readonly hasDaemon: boolean }): AnyProgram {
  return defineProgram({
    name: "learned",
    claim: `Anything may come out of ${JSON.stringify(tasks)}.`,
    shared: things,
    tasks: (_settings) =>
      tasks.map((acts, index) => ({
        name: `task ${index}`,
        daemon: hasDaemon && index === 0,
        *run(shared) {
          const log: unknown[] = [];
          for (const one of acts) log.push(yield* perform(shared, one));
          return log;
        },
      })),
    *outcome({ x, data }, { results }) {
      return [yield* x.load(), yield* data.load(), ...results];
    },
    expected: () => () => true,
  });
}

type Performed = readonly [request: ShareRequest, result: ShareResult];

/** The shares of a search, with what each comes to on a model of its own. */
async function sharesOf(
  program: AnyProgram,
  options: Parameters<typeof exploreShared>[1],
): Promise<readonly Performed[]> {
  const shares: Performed[] = [];
  const perform = (request: ShareRequest) => {
    const result = toEnd(performShare(program, request));
    shares.push([request, result]);
    return Promise.resolve(result);
  };
  const shared = { workers: { count: 2, perform }, sizes: { first: 2, least: 2, most: 6 } };
  for (const slices = exploreShared(program, options, shared);;) {
    const { done, value } = slices.next();
    if (done) return shares;
    await value.until;
  }
}

Deno.test("A share comes to the same on a model that any others have used as on one of its own", async () => {
  let compared = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(act, { minLength: 1, maxLength: 2 }), { minLength: 2, maxLength: 3 }),
      fc.record({ hasDaemon: fc.boolean() }),
      fc.record({
        strategy: fc.constantFrom(...strategies),
        granularity: fc.constantFrom("operation" as const, "word" as const),
        keepGoing: fc.boolean(),
        deaths: fc.constantFrom(0, 0, 1),
      }),
      fc.array(fc.nat(), { minLength: 12, maxLength: 12 }),
      async (tasks, daemon, options, order) => {
        const program = programOf(tasks, daemon);
        const shares = await sharesOf(program, { ...options, budget: 60, stepLimit: STEP_LIMIT, shrink: false });
        const kept = new KeptModel();
        for (const place of shares.length === 0 ? [] : order) {
          const [request, result] = shares[place % shares.length]!;
          compared++;
          assertEquals(toEnd(performShare(program, structuredClone(request), kept)), result);
        }
      },
    ),
    { numRuns: runs(60) },
  );
  assert(compared > runs(60), `${compared} were compared`);
});

Deno.test("Whether a loop ends is asked at its first place, whichever run comes to ask", async () => {
  // Its rounds begin after 2 turns, and again after 5 where x was 1 between: then fewer are left than have to be tried.
  const tasks = [[{ kind: "count", turns: 10 * STEP_LIMIT + 3 }], [{ kind: "add" }, { kind: "subtract" }]] as const;
  const program = programOf(tasks, { hasDaemon: false });
  const options = { strategy: "depth-first", keepGoing: true, budget: 60, stepLimit: STEP_LIMIT } as const;
  const shares = await sharesOf(program, options);
  for (const order of [shares, shares.toReversed()]) {
    const kept = new KeptModel();
    for (const [request, result] of order) assertEquals(toEnd(performShare(program, request, kept)), result);
  }
});
