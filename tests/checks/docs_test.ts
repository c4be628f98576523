import { assertEquals, assertStringIncludes } from "@std/assert";
import { docFault } from "../../scripts/checks/docs.ts";

const example =
  "/**\n * A gain.\n *\n * @example\n * ```ts\n * gain();\n * ```\n *\n * @module\n */\n\nexport const gain = 1;\n";

Deno.test("docFault() admits a module comment with an example", () => {
  assertEquals(docFault("lib/blocks/gain.ts", example), undefined);
});

Deno.test("docFault() asks neither mod.ts nor a guest's entry for an example", () => {
  assertEquals(
    docFault("lib/blocks/mod.ts", '/**\n * Blocks.\n *\n * @module\n */\n\nexport { a } from "./a.ts";\n'),
    undefined,
  );
  assertEquals(docFault("lib/mode/entry.ts", "/**\n * The entry.\n *\n * @module\n */\n\nserve();\n"), undefined);
});

Deno.test("docFault() refuses a file that starts otherwise, or without an example", () => {
  const fault = (text: string) => docFault("lib/blocks/gain.ts", text) ?? "";
  assertStringIncludes(fault("export const gain = 1;\n"), "without a module comment");
  assertStringIncludes(fault(`\n${example}`), "without a module comment");
  assertStringIncludes(fault(example.replace(" * @module\n", "")), "without a module comment");
  assertStringIncludes(fault("/**\n * A gain.\n *\n * @module\n */\n\nexport const gain = 1;\n"), "no @example");
});
