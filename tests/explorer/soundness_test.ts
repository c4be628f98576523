import { assert, assertEquals } from "@std/assert";
import { explore, type ExploreOptions } from "../../lib/explorer/mod.ts";
import { type AnyProgram, defineProgram } from "../../lib/program/mod.ts";
import { channel, queue } from "../../lib/mailbox/mod.ts";
import { cell } from "../../lib/sync/mod.ts";

const GRANULARITIES = ["operation", "word"] as const;

Deno.test("explore() looks at the invariant before the first action", () => {
  const program = (acts: boolean) =>
    defineProgram({
      name: "too-early",
      claim: "x is 1 from the start.",
      shared: () => ({ x: cell() }),
      tasks: () => [{
        name: "a",
        *run({ x }) {
          if (acts) yield* x.store(1);
        },
      }],
      outcome: function* () {},
      expected: () => () => true,
      *invariant({ x }) {
        return (yield* x.load()) === 1;
      },
    });
  for (const granularity of GRANULARITIES) {
    for (const acts of [false, true]) {
      const result = explore(program(acts), { granularity });
      assert(result.verdict === "bug" && result.kind === "assertion", `${granularity} ${acts}: ${result.verdict}`);
    }
  }
});

/** The outcomes of all interleavings, which a proof must have run. */
function outcomesOf(program: AnyProgram, options: ExploreOptions = {}): readonly unknown[] {
  const result = explore(program, { strategy: "dpor", budget: 100_000, keepGoing: true, ...options });
  const what = result.verdict === "bug" ? `${result.kind}: ${result.message}` : result.verdict;
  assertEquals(what, "proved", `${program.name}, ${options.granularity}`);
  return result.outcomes.map(({ outcome }) => outcome);
}

/** The same, equal for all ways. */
function allOutcomesOf(program: AnyProgram): readonly unknown[] {
  const [first = [], ...others] = (["dpor", "depth-first"] as const).map((strategy) =>
    outcomesOf(program, { strategy })
  );
  for (const other of [...others, outcomesOf(program, { granularity: "word" })]) assertEquals(other, first);
  return first;
}

const closing = defineProgram({
  name: "closing",
  claim: "A channel that is bound to a task closes after the end of the task.",
  shared: () => ({ c: channel<number>({ capacity: 1 }), flag: cell() }),
  tasks: () => [
    {
      name: "bound",
      *run({ c, flag }) {
        yield* c.bind();
        yield* flag.store(1);
      },
    },
    {
      name: "looking",
      *run({ c, flag }) {
        return (yield* flag.load()) === 1 ? yield* c.isClosed() : null;
      },
    },
  ],
  *outcome(_shared, { results }) {
    return results[1];
  },
  expected: () => () => true,
});

Deno.test("explore() lets others act between the last action of a task and what is told of its end", () => {
  assertEquals(allOutcomesOf(closing), [false, null, true]);
});

Deno.test("explore() tells of the end of a task at word granularity, too", () => {
  const reading = defineProgram({
    name: "reading",
    claim: "A loop over a channel ends when the task that it is bound to has ended.",
    *outcome(_shared, { results }) {
      return results[1];
    },
    expected: () => () => true,
    shared: () => ({ c: channel<number>({ capacity: 1 }) }),
    tasks: () => [
      {
        name: "writer",
        *run({ c }) {
          yield* c.bind();
          yield* c.put(1);
        },
      },
      {
        name: "reader",
        *run({ c }) {
          let sum = 0;
          for (let next = yield* c.next(); next !== undefined; next = yield* c.next()) sum += next.value;
          return sum;
        },
      },
    ],
  });
  const result = explore(reading, { granularity: "word", budget: 2000 });
  assertEquals(result.verdict, "not-exhausted");
  assertEquals(result.outcomes.map(({ outcome }) => outcome), [1]);
});

Deno.test("explore() knows that daemons keep no run alive, and that they may act before it is over", () => {
  const serving = (joins: boolean) =>
    defineProgram({
      name: "serving",
      claim: "A daemon serves until the others have ended.",
      shared: () => ({ q: queue<number>(), served: cell() }),
      outcome: ({ served }) => served.load(),
      tasks: () => [
        {
          name: "main",
          *run({ q }) {
            yield* q.put(1);
            if (joins) yield* q.join();
          },
        },
        {
          name: "server",
          daemon: true,
          *run({ q, served }) {
            for (;;) {
              const item = yield* q.get();
              yield* served.add(item);
              yield* q.taskDone();
            }
          },
        },
      ],
      expected: () => () => true,
    });
  assertEquals(outcomesOf(serving(true)), [1]);
  const result = explore(serving(false), { strategy: "dpor", keepGoing: true, checks: false });
  assertEquals([result.verdict, result.outcomes.map(({ outcome }) => outcome)], ["proved", [0, 1]]);
});
