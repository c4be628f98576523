import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { Host } from "../../lib/host/mod.ts";
import { buildDiagram, type DiagramPlan, diagramPlans, type NodePlan } from "../arbitraries/diagrams.ts";
import { runs } from "../contracts/soak.ts";
import { simulate } from "./outcome.ts";

/** A bit of a mask for each node: a random assignment that shrinks to "none". */
function bitsOf(plan: DiagramPlan, mask: number): (node: NodePlan, shift?: number) => boolean {
  return (node, shift = 0) => ((mask >> (plan.nodes.indexOf(node) + shift)) & 1) === 1;
}

const mask = fc.nat(2 ** 24 - 1);

Deno.test("The order in which parts are added and connected changes no value", async () => {
  await using host = new Host();
  await fc.assert(
    fc.asyncProperty(diagramPlans(), mask, fc.nat(), async (plan, mask, order) => {
      const bit = bitsOf(plan, mask);
      const modeOf = (node: NodePlan) => bit(node) ? "direct" : "inline";
      const one = await simulate(await buildDiagram(plan, { modeOf }), { host, until: [1] });
      const other = await simulate(await buildDiagram(plan, { modeOf, order }), { host, until: [1] });
      assertEquals(other, one);
    }),
    { numRuns: runs(150) },
  );
});

Deno.test("Nodes in inner diagrams have the values that they have side by side", async () => {
  await using host = new Host();
  await fc.assert(
    fc.asyncProperty(diagramPlans(), mask, fc.nat(), async (plan, mask, order) => {
      const bit = bitsOf(plan, mask);
      const modeOf = (node: NodePlan) => bit(node) ? "direct" : "inline";
      const groupOf = (node: NodePlan) => bit(node, 8) ? `group_${bit(node, 16)}` : undefined;
      const flat = await simulate(await buildDiagram(plan, { modeOf }), { host, until: [1] });
      const nested = await simulate(await buildDiagram(plan, { modeOf, groupOf, order }), { host, until: [1] });
      assertEquals(nested, flat);
    }),
    { numRuns: runs(150) },
  );
});

Deno.test("Loops of direct feedthrough through delegated nodes have equal values in every order of registration", async () => {
  await using host = new Host();
  await fc.assert(
    fc.asyncProperty(diagramPlans({ loops: "any" }), fc.nat(), async (plan, order) => {
      const modeOf = () => "direct" as const;
      const one = await simulate(await buildDiagram(plan, { modeOf }), { host, until: [1] });
      const other = await simulate(await buildDiagram(plan, { modeOf, order }), { host, until: [1] });
      assertEquals(other, one);
    }),
    { numRuns: runs(100) },
  );
});
