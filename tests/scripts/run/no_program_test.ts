import { assertEquals } from "@std/assert";
import { pathToFileURL } from "node:url";
import { hasNoProgram } from "../../../scripts/run/no_program.ts";
import { inFolder } from "../../e2e/command.ts";

const lib = new URL("../../../lib/", import.meta.url).href;

/** Modules, and whether they can export no program. */
const MODULES: Readonly<Record<string, readonly [text: string, none: boolean]>> = {
  "scenario.ts": [`export default async () => {};`, true],
  "typed.ts": [`import { World } from "${lib}scenario/mod.ts";\nexport default async (_: World) => {};`, true],
  "own.ts": [`import { defineProgram } from "${lib}program/mod.ts";\nexport const own = defineProgram({});`, false],
  "through.ts": [`export * from "./own.ts";`, false],
  "listed.ts": [`export { bank } from "${lib}programs/bank.ts";`, false],
  "broken.ts": [`export default async (;`, false],
};

Deno.test("hasNoProgram() says so where no module of the graph makes one", async () => {
  await inFolder(async (folder) => {
    for (const [file, [text]] of Object.entries(MODULES)) await Deno.writeTextFile(`${folder}/${file}`, text);
    for (const [file, [, none]] of Object.entries(MODULES)) {
      assertEquals([file, await hasNoProgram(pathToFileURL(`${folder}/${file}`).href)], [file, none]);
    }
    assertEquals(await hasNoProgram(pathToFileURL(`${folder}/missing.ts`).href), false);
  });
});
