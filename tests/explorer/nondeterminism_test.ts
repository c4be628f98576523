import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import fc from "fast-check";
import { explore, type ExploredBug, type ExploreResult, replay, strategies } from "../../lib/explorer/mod.ts";
import { queue } from "../../lib/mailbox/mod.ts";
import { choose, type Steps } from "../../lib/memory/mod.ts";
import { type AnyProgram, defineProgram } from "../../lib/program/mod.ts";
import { cell, type SharedCell } from "../../lib/sync/mod.ts";

type Cell = SharedCell<"i32">;
import { runs } from "../contracts/soak.ts";

const ANSWERS_ALONE = "tasks depend on their answers alone";

/** What draws lots or reads a clock, and what it is called in a report. */
const USES: readonly (readonly [string, () => unknown])[] = [
  ["Math.random()", () => Math.random()],
  ["crypto.getRandomValues()", () => crypto.getRandomValues(new Uint8Array(1))],
  ["crypto.randomUUID()", () => crypto.randomUUID()],
  ["Date.now()", () => Date.now()],
  ["new Date()", () => new Date()],
  ["Date()", () => Date()],
  ["new Date()", () => new (class extends Date {})()],
  ["performance.now()", () => performance.now()],
  ["performance.mark()", () => performance.mark("here")],
  ["process.hrtime.bigint()", () => process.hrtime.bigint()],
  ["Temporal.Now.instant()", () => Temporal.Now.instant()],
];

/** A step of a task of a random program, on one of two cells. */
interface Step {
  readonly kind: "load" | "store" | "add" | "use" | "use, caught" | "use where 1 is loaded";
  readonly cell: 0 | 1;
}

const kinds = ["load", "store", "add"] as const;
const step: fc.Arbitrary<Step> = fc.record({ kind: fc.constantFrom(...kinds), cell: fc.constantFrom(0, 1) });
const using: fc.Arbitrary<Step> = fc.record({
  kind: fc.constantFrom("use", "use, caught", "use where 1 is loaded"),
  cell: fc.constantFrom(0, 1),
});

function programOf(tasks: readonly (readonly Step[])[], use: () => unknown): AnyProgram {
  return defineProgram({
    name: "random",
    claim: "Whatever comes out is expected.",
    shared: () => ({ x: cell(), y: cell() }),
    tasks: () =>
      tasks.map((steps, task) => ({
        name: `t${task}`,
        *run({ x, y }: { x: Cell; y: Cell }) {
          for (const { kind, cell: index } of steps) {
            const of = index === 0 ? x : y;
            if (kind === "store") yield* of.store(1);
            else if (kind === "add") yield* of.add(1);
            else if (kind === "use") use();
            else if (kind === "use, caught") caught(use);
            else if ((yield* of.load()) === 1 && kind !== "load") use();
          }
        },
      })),
    outcome: function* ({ x, y }: { x: Cell; y: Cell }) {
      return [yield* x.load(), yield* y.load()];
    },
    expected: () => () => true,
  }) as AnyProgram;
}

function caught(use: () => unknown): void {
  try {
    use();
  } catch {
    // As if nothing had happened.
  }
}

function bugOf(result: ExploreResult): ExploredBug {
  assert(result.verdict === "bug", `the verdict is ${result.verdict}`);
  return result;
}

Deno.test("explore() never proves a program with chance or a clock in any branch, and names the call with its line", () => {
  fc.assert(
    fc.property(
      fc.array(fc.array(step, { maxLength: 3 }), { minLength: 2, maxLength: 3 }),
      using,
      fc.nat(),
      fc.constantFrom(...USES),
      fc.constantFrom(...strategies),
      fc.constantFrom("operation" as const, "word" as const),
      (tasks, used, at, [name, use], strategy, granularity) => {
        const place = tasks[at % tasks.length]!;
        const tasksWith = tasks.map((steps) =>
          steps === place ? steps.toSpliced(at % (steps.length + 1), 0, used) : steps
        );
        let isReached = false;
        const reaching = () => {
          isReached = true;
          return use();
        };
        const program = programOf(tasksWith, reaching);
        const result = explore(program, { strategy, granularity, budget: 3000 });
        if (!isReached) return assert(result.verdict !== "bug", "a branch that no order takes changes nothing");
        const { kind, message, schedule } = bugOf(result);
        assertEquals(kind, "nondeterminism");
        assertStringIncludes(message, ` of the platform is used, ${name} at ${import.meta.url}:`);
        assertEquals(replay(program, schedule).finding, { kind, message });
      },
    ),
    { numRuns: runs(150) },
  );
  assert(Date.now() > 1e12 && Math.random() < 1 && performance.now() > 0, "and afterwards all is as it was");
});

Deno.test("explore() finds chance in what is shared, in the making of tasks, in an invariant and in the outcome", () => {
  const draw = () => Math.random() < 2 ? 0 : 1;
  const plain = { name: "plain", claim: "Nothing happens.", shared: () => ({ x: cell() }), expected: () => () => true };
  const tasks = () => [{
    name: "t",
    *run({ x }: { x: Cell }) {
      yield* x.store(1);
    },
  }];
  const outcome = ({ x }: { x: Cell }) => x.load();
  const programs = [
    defineProgram({ ...plain, tasks, outcome, shared: () => ({ x: cell({ initial: draw() }) }) }),
    defineProgram({ ...plain, tasks: () => tasks().slice(draw()), outcome }),
    defineProgram({
      ...plain,
      tasks,
      outcome,
      *invariant({ x }) {
        return (yield* x.load()) >= draw();
      },
    }),
    defineProgram({
      ...plain,
      tasks,
      *outcome({ x }) {
        return (yield* x.load()) + draw();
      },
    }),
  ];
  for (const program of programs) {
    const { kind, message } = bugOf(explore(program as AnyProgram));
    assertEquals(kind, "nondeterminism");
    assertStringIncludes(message, `Math.random() at ${import.meta.url}:`);
  }
});

let shared = 0;

/** A program whose tasks lose updates of a variable that they share; `from` says who sets it at first. */
function leaky({ between, tasks, from, tells, isOrdered }: {
  readonly between: readonly Step[];
  readonly tasks: number;
  readonly from: "nobody" | "shared" | "tasks" | "first task" | "closure";
  readonly tells: "result" | "cell" | "branch";
  /** Whether all tasks reach one cell, so that their order is seen. */
  readonly isOrdered: boolean;
}): AnyProgram {
  const set = (who: typeof from) => who === from ? shared = 0 : shared;
  return defineProgram({
    name: "leaky",
    claim: "Tasks share a variable.",
    shared: () => (set("shared"), { x: cell(), y: cell(), all: cell() }),
    tasks: () => {
      set("tasks");
      let own = 0;
      return Array.from({ length: tasks }, (_, task) => ({
        name: `t${task}`,
        *run({ x, y, all }: { x: Cell; y: Cell; all: Cell }) {
          if (task === 0) set("first task");
          const seen = from === "closure" ? own : shared;
          for (const { kind, cell: index } of between) {
            const of = index === 0 ? x : y;
            yield* kind === "store" ? of.store(1) : kind === "add" ? of.add(1) : of.load();
          }
          if (isOrdered) yield* all.add(1);
          if (from === "closure") own = seen + 1;
          else shared = seen + 1;
          if (tells === "cell" || seen > 0) yield* x.store(seen + 2);
          return tells === "result" ? seen : undefined;
        },
      }));
    },
    outcome: function* ({ x }: { x: Cell }, { results }: { results: readonly unknown[] }) {
      return [yield* x.load(), results.filter((result) => result !== undefined)];
    },
    expected: () => () => true,
  }) as AnyProgram;
}

Deno.test("explore() proves at most 1 in 100 programs whose tasks share a variable, and says then what it takes for granted", () => {
  let proved = 0;
  const count = runs(200);
  fc.assert(
    fc.property(
      fc.record({
        between: fc.array(step, { minLength: 1, maxLength: 2 }),
        tasks: fc.constantFrom(2, 3),
        from: fc.constantFrom("nobody", "shared", "tasks", "first task", "closure"),
        tells: fc.constantFrom("result", "cell", "branch"),
        isOrdered: fc.boolean(),
      }),
      fc.constantFrom(...strategies),
      (made, strategy) => {
        const result = explore(leaky(made), { strategy, budget: 2000 });
        if (result.verdict === "bug") return assertEquals(result.kind, "nondeterminism");
        if (result.verdict === "proved") proved++;
        assertEquals(result.assumptions, [ANSWERS_ALONE]);
      },
    ),
    { numRuns: count },
  );
  assert(proved <= count / 100, `${proved} of ${count} are proved`);
});

Deno.test("explore() takes nothing for granted where every schedule was repeated, and says so where one stands for others", () => {
  const small = programOf([[{ kind: "load", cell: 0 }], [{ kind: "store", cell: 0 }]], () => 0);
  assertEquals(explore(small, { strategy: "depth-first" }).assumptions, []);
  assertEquals(explore(small, { strategy: "dpor" }).assumptions, [ANSWERS_ALONE]);
  const steps = Array.from({ length: 4 }, (): Step => ({ kind: "add", cell: 0 }));
  const large = explore(programOf([steps, steps, steps], () => 0), { strategy: "depth-first", budget: 40_000 });
  assertEquals([large.verdict, large.schedules, large.assumptions], ["proved", 34_650, [ANSWERS_ALONE]]);
});

Deno.test("An error that is put into a queue is no nondeterminism: its stack is no part of what is compared", () => {
  for (const strategy of strategies) {
    const made = [
      () => new RangeError("x"),
      () => Object.assign(new Error("x", { cause: new Error("y") }), { code: 5 }),
    ];
    for (const make of made) {
      const program = defineProgram({
        name: "errors",
        claim: "An error arrives.",
        shared: () => ({ items: queue<Error>(), x: cell() }),
        tasks: () => [
          {
            name: "putter",
            *run({ items }) {
              yield* items.put(make());
              yield* items.put(yield* refused());
              yield* items.put(thrown());
            },
          },
          {
            name: "other",
            *run({ items, x }) {
              yield* x.store(1);
              let letters = 0;
              for (let item = 0; item < 3; item++) letters += (yield* items.get()).message.length;
              yield* x.store(letters);
            },
          },
        ],
        outcome: ({ x }) => x.load(),
        expected: () => [
          1 + "Cannot choose: 0 choices, a whole number of at least 1 is wanted".length + "null has no x".length,
        ],
      });
      const result = explore(program as AnyProgram, { strategy, budget: 200 });
      assert(result.verdict !== "bug", JSON.stringify(result));
    }
  }
});

function thrown(): Error {
  try {
    throw new TypeError("null has no x");
  } catch (error) {
    return error as Error;
  }
}

/** The error of an operation. */
function* refused(): Steps<Error> {
  try {
    throw new Error(`${yield* choose(0)} was chosen`);
  } catch (error) {
    return error as Error;
  }
}
