import { assert, assertEquals } from "@std/assert";
import { explore } from "../../lib/explorer/mod.ts";
import { queue } from "../../lib/mailbox/mod.ts";
import { defineProgram } from "../../lib/program/mod.ts";
import { cell, lock } from "../../lib/sync/mod.ts";
import { allOutcomesOf, outcomesOf } from "./all_outcomes.ts";

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
  assert(result.assumptions.includes("daemons change nothing while they are stopped"));
});

Deno.test("explore() hears of the end of a daemon, or hears of it too late", () => {
  const ending = defineProgram({
    name: "ending",
    claim: "A daemon may end before the others, in time or not.",
    shared: () => ({ x: cell() }),
    *outcome({ x }, { results }) {
      return [yield* x.load(), results[1] ?? null];
    },
    tasks: (_settings) => [
      { name: "main", run: ({ x }) => x.load() },
      {
        name: "late",
        daemon: true,
        *run({ x }) {
          yield* x.store(1);
          return "done";
        },
      },
    ],
    expected: () => () => true,
  });
  assertEquals(allOutcomesOf(ending), [[0, null], [1, "done"], [1, null]]);
});

Deno.test("explore() knows what the outcome looks at from the first schedule on", () => {
  const held = defineProgram({
    name: "held",
    claim: "A daemon may stand in line when the run is over.",
    shared: () => ({ guard: lock() }),
    *outcome({ guard }) {
      return (yield* guard.statistics()).waiters;
    },
    tasks: (_settings) => [
      { name: "main", run: ({ guard }) => guard.acquire() },
      { name: "daemon", daemon: true, run: ({ guard }) => guard.acquire() },
    ],
    expected: () => () => true,
  });
  const result = explore(held, { strategy: "dpor", keepGoing: true, checks: false });
  assertEquals(result.outcomes.map(({ outcome }) => JSON.stringify(outcome).slice(0, 9)), ["0", "1", '{"failed"']);
});
