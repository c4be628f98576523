import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { RunTrace } from "../../lib/explorer/mod.ts";
import { exploreScenario, type ExploreScenarioOptions } from "../../lib/scenario/mod.ts";
import { testEsbuild } from "../contracts/esbuild.ts";
import { type Plain, plainly } from "../contracts/plain_world.ts";
import { BRANCHES, LEAVES, type Node } from "../guests/async_program.ts";

const isSoak = Deno.env.has("HOLDFAST_SOAK");
const programs = import.meta.resolve("../guests/async_program.ts");
const scenarios = import.meta.resolve("../guests/scenarios.ts");

const { node } = fc.letrec<{ node: Node; leaf: Node; branch: Node }>((tie) => ({
  node: fc.oneof({ maxDepth: 3, depthSize: "medium", withCrossShrink: true }, tie("leaf"), tie("branch")),
  leaf: fc.record({ kind: fc.constantFrom(...LEAVES) }),
  branch: fc.record({
    kind: fc.constantFrom(...BRANCHES),
    nodes: fc.array(tie("node"), { minLength: 1, maxLength: 3 }),
  }),
}));
/** Some side by side, then one more. */
const nodes = fc.tuple(
  fc.record({ kind: fc.constantFrom(...BRANCHES), nodes: fc.array(node, { minLength: 2, maxLength: 4 }) }),
  node,
);

/** What came in a run, and what it came to. */
function told({ rows, outcome, finding }: RunTrace): { readonly texts: readonly string[]; readonly plain: Plain } {
  const plain = finding === undefined ? {} : { finding: [finding.kind, finding.message] as const };
  return { texts: rows.map(({ text }) => text), plain: comparable({ outcome, ...plain }) };
}

/** Without the places that the explorer names. */
function comparable({ outcome, finding }: Plain): Plain {
  if (finding === undefined) return { outcome };
  const [kind, message] = finding;
  return { outcome, finding: [kind, kind === "hang" ? "" : message.replaceAll(/ \([^ ]+\.[a-z]+:\d+\)/g, "")] };
}

Deno.test("every schedule that is reported comes to the same in plain Deno, whatever the program", async () => {
  await using esbuild = await testEsbuild();
  await fc.assert(
    fc.asyncProperty(nodes, fc.integer(), async (input, seed) => {
      const options: ExploreScenarioOptions = { esbuild, name: "tree", input, seed, budget: 40 };
      const { result, trace } = await exploreScenario(programs, options);
      const traces = trace === undefined ? [] : [trace];
      // Where there is no bug: the runs that come to one of its outcomes.
      for (const { outcome } of trace === undefined ? result.outcomes.slice(-2) : []) {
        const { trace } = await exploreScenario(programs, { ...options, find: { outcome } });
        if (trace !== undefined) traces.push(trace);
      }
      for (const trace of traces) {
        const { texts, plain } = told(trace);
        assertEquals(comparable(await plainly({ url: programs, name: "tree", input, texts })), plain);
      }
    }),
    { numRuns: isSoak ? 5000 : 40 },
  );
});

const NAMES = ["hang", "unhandled", "late", "leak", "assertion", "swallowed", "exception", "crash", "lost"];

Deno.test("every schedule that is reported comes to the same in plain Deno, for each kind of bug", async () => {
  await using esbuild = await testEsbuild();
  for (const name of NAMES) {
    const { trace } = await exploreScenario(scenarios, { esbuild, name });
    assert(trace !== undefined, name);
    const { texts, plain } = told(trace);
    assertEquals([name, comparable(await plainly({ url: scenarios, name, texts }))], [name, plain]);
  }
});
