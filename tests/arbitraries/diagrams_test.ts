import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { directPaths, width } from "../../lib/diagram/mod.ts";
import { runs } from "../contracts/soak.ts";
import { buildDiagram, diagramPlans, KINDS, loadNode, type NodePlan } from "./diagrams.ts";

Deno.test("KINDS tells the ports and the direct feedthrough of each kind truly", async () => {
  const widths = { scalar: 1, vector: 3, book: 0 };
  for (const [kind, { inputs, outputs }] of Object.entries(KINDS)) {
    const timing = { period: 0.1, offset: 0 };
    const node: NodePlan = { name: "node", kind, seed: 3, timing, delegation: timing, inputs: {} };
    const system = await loadNode(node);
    assertEquals(
      Object.fromEntries(Object.entries(system.inputs).map(([name, type]) => [name, width(type)])),
      Object.fromEntries(Object.entries(inputs).map(([name, type]) => [name, widths[type]])),
      kind,
    );
    for (const [output, { type, direct }] of Object.entries(outputs)) {
      assertEquals(width(system.outputs[output]!), widths[type], `${kind}.${output}`);
      assertEquals(directPaths(system, output).map(({ input }) => input).sort(), [...direct].sort(), kind);
    }
    assertEquals(Object.keys(system.outputs), Object.keys(outputs), kind);
  }
});

Deno.test("buildDiagram() builds every plan, whichever nodes are delegated and grouped, with equal outputs", async () => {
  await fc.assert(
    fc.asyncProperty(diagramPlans(), fc.nat(), fc.nat(), async (plan, order, mask) => {
      const bit = (node: NodePlan, shift: number) => (mask >> (plan.nodes.indexOf(node) + shift)) & 1;
      const one = await buildDiagram(plan);
      const other = await buildDiagram(plan, {
        order,
        modeOf: (node) => bit(node, 0) ? "direct" : "inline",
        groupOf: (node) => bit(node, 8) ? `group_${bit(node, 16)}` : undefined,
      });
      assertEquals(Object.keys(other.outputs), Object.keys(one.outputs));
      const [first] = plan.nodes;
      assert(Object.keys(one.outputs).some((name) => name.startsWith(`${first!.name}_`)));
    }),
    { numRuns: runs(100) },
  );
});

Deno.test("buildDiagram() builds plans with any loops where all nodes are delegated", async () => {
  await fc.assert(
    fc.asyncProperty(diagramPlans({ loops: "any" }), async (plan) => {
      await buildDiagram(plan, { modeOf: () => "thread" });
    }),
    { numRuns: runs(50) },
  );
});
