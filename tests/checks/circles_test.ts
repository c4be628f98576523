import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { importsIn, wayTo } from "../../scripts/checks/circles.ts";

Deno.test("importsIn() gives what code imports, types too, and nothing of its comments", () => {
  const text = `/**
 * \`\`\`ts
 * import { a } from "./comment.ts";
 * \`\`\`
 */

import { assert } from "@std/assert";
import "./effect.ts";
import type { A } from "./type.ts";
import {
  // import { b } from "./line.ts";
  b,
  type C,
} from "../several.ts";
export { d } from "./again.ts";
export * from "./all.ts";

export type F = import("./import_type.ts").F;
const text = "from a file";
export const g = await import("./dynamic.ts");
`;
  assertEquals(importsIn(text), [
    ..."./effect.ts ./type.ts ../several.ts ./again.ts ./all.ts ./import_type.ts ./dynamic.ts".split(" "),
  ]);
});

Deno.test("wayTo() is a shortest way over imports, and there is none only where nothing leads there", () => {
  const graph = fc.integer({ min: 1, max: 7 }).chain((files) => {
    return fc.array(fc.array(fc.nat(files - 1), { maxLength: 3 }), { minLength: files, maxLength: files });
  });
  fc.assert(fc.property(graph, fc.nat(), fc.nat(), (imports, one, other) => {
    const [from, to] = [one % imports.length, other % imports.length];
    let reached = new Set([from]);
    let steps = 0;
    while (!reached.has(to) && steps <= imports.length) {
      reached = new Set([...reached].flatMap((file) => [file, ...imports[file] ?? []]));
      steps++;
    }
    const way = wayTo({ from: `${from}`, to: `${to}` }, (file) => (imports[Number(file)] ?? []).map(String));
    assertEquals(way?.length, reached.has(to) ? steps + 1 : undefined);
    if (way === undefined) return;
    assertEquals([way[0], way.at(-1)], [`${from}`, `${to}`]);
    for (const [at, file] of way.slice(1).entries()) assert(imports[Number(way[at])]?.includes(Number(file)), `${way}`);
  }));
});
