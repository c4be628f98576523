import { assert, assertEquals } from "@std/assert";
import { explore, type ExploreOptions } from "../../lib/explorer/mod.ts";
import { type AnyProgram, defineProgram } from "../../lib/program/mod.ts";
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
