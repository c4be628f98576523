import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { docFault, publicFiles } from "../../scripts/checks/docs.ts";

const example =
  "/**\n * A gain.\n *\n * @example\n * ```ts\n * gain();\n * ```\n *\n * @module\n */\n\nexport const gain = 1;\n";
const plain = "/**\n * A gain.\n *\n * @module\n */\n\nexport const gain = 1;\n";

Deno.test("docFault() admits a comment, with an example where the file is public, with its tag where it is an entry", () => {
  assertEquals(docFault("lib/blocks/gain.ts", example, { isPublic: true }), undefined);
  for (const text of [example, plain]) {
    assertEquals(docFault("lib/blocks/gain.ts", text, { isPublic: false, isEntry: true }), undefined);
    const untagged = text.replace(" *\n * @module\n", "");
    assertEquals(docFault("lib/blocks/gain.ts", untagged, { isPublic: text === example }), undefined);
  }
});

Deno.test("docFault() refuses a file that starts otherwise, a public one without an example, an entry without its tag", () => {
  const fault = (text: string, is: { isPublic?: boolean; isEntry?: boolean } = {}) => {
    return docFault("lib/blocks/gain.ts", text, { isPublic: false, ...is }) ?? "";
  };
  assertStringIncludes(fault("export const gain = 1;\n"), "without a comment");
  assertStringIncludes(fault(`\n${example}`), "without a comment");
  assertStringIncludes(fault(example.replace(" * @module\n", ""), { isEntry: true }), "does not end in @module");
  assertStringIncludes(fault(plain, { isPublic: true }), "no @example");
});

Deno.test("publicFiles() are those with a value that the root exports, through a layer or by itself", () => {
  const files = {
    "mod.ts": `// blocks
export { Failure, type Reason } from "./lib/errors.ts";
export {
  gain,
  type Sum,
} from "./lib/blocks/mod.ts";
`,
    "lib/blocks/mod.ts": `export type { Sum } from "./sum.ts";
export { gain, type Gain } from "./gain.ts";
export { inner } from "./inner.ts";
`,
  };
  const read = (path: string) => files[path as keyof typeof files];
  assertEquals([...publicFiles(read)].toSorted(), ["lib/blocks/gain.ts", "lib/errors.ts"]);
});

Deno.test("publicFiles() finds what users import", () => {
  const shown = publicFiles((path) => Deno.readTextFileSync(new URL(`../../${path}`, import.meta.url)));
  for (const path of ["lib/simulator/simulator.ts", "lib/sync/lock.ts", "lib/errors.ts"]) assert(shown.has(path), path);
});
