import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { exploreScenario } from "../../lib/scenario/mod.ts";
import { testEsbuild } from "../contracts/esbuild.ts";
import * as node from "../guests/node_facts.ts";
import { inOrder, type Reaction, REACTIONS, type Turn, TURNS } from "../guests/random_scenario.ts";
import * as workers from "../guests/worker_facts.ts";
import * as web from "../guests/web_facts.ts";

const numRuns = Deno.env.has("HOLDFAST_SOAK") ? 2000 : 40;
const module = import.meta.resolve("../guests/random_scenario.ts");

/** Reactions, as deep as that. */
const reactions = (depth: number): fc.Arbitrary<readonly Reaction[]> =>
  depth === 0 ? fc.constant([]) : fc.array(
    fc.record({ kind: fc.constantFrom(...REACTIONS), then: reactions(depth - 1) }),
    { maxLength: 3 },
  );
const turn: fc.Arbitrary<Turn> = fc.record({
  kind: fc.constantFrom(...TURNS),
  reactions: reactions(3),
});

Deno.test("the world keeps the order of the platform, where that is fixed", async () => {
  await using esbuild = await testEsbuild();
  await fc.assert(
    fc.asyncProperty(fc.array(turn, { minLength: 1, maxLength: 4 }), async (turns) => {
      const options = { esbuild, name: "ordered", input: turns, strategy: "bounded", budget: 1 } as const;
      const { result } = await exploreScenario(module, options);
      assertEquals(result.outcomes[0]?.outcome, await inOrder(turns));
    }),
    { numRuns },
  );
});

Deno.test("what the world has answers as the platform does", async () => {
  await using esbuild = await testEsbuild();
  for (const [name, { facts }] of Object.entries({ node, web })) {
    const module = import.meta.resolve(`../guests/${name}_facts.ts`);
    for (const [input, fact] of Object.entries(facts)) {
      const { result } = await exploreScenario(module, { esbuild, name: "fact", input, budget: 1, ignore: ["leak"] });
      assertEquals([input, result.outcomes.map(({ outcome }) => outcome)], [input, [structuredClone(await fact())]]);
    }
  }
});

Deno.test("what a worker finds in the world is what it finds on the platform, in every order", async () => {
  await using esbuild = await testEsbuild();
  await using server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, async (request) => {
    const { pathname } = new URL(request.url);
    return workers.served(request.method, pathname, request.headers.get("x-kind"), await request.text());
  });
  const base = `http://127.0.0.1:${server.addr.port}`;
  const module = import.meta.resolve("../guests/worker_facts.ts");
  for (const [name, fact] of Object.entries(workers.facts)) {
    const options = { esbuild, name: "fact", input: { name, base }, strategy: "depth-first" } as const;
    const { result } = await exploreScenario(module, options);
    const told = [name, result.verdict, result.outcomes.map(({ outcome }) => outcome)];
    assertEquals(told, [name, "proved", [structuredClone(await fact(base))]]);
  }
});
