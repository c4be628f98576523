import { assertEquals, assertRejects } from "@std/assert";
import { pathToFileURL } from "node:url";
import { ScenarioError } from "../../lib/errors.ts";
import { exploreScenario, replayScenario } from "../../lib/scenario/mod.ts";
import { testEsbuild } from "../contracts/esbuild.ts";
import { inFolder } from "../e2e/command.ts";

const scenarios = import.meta.resolve("../guests/scenarios.ts");

/** Modules, each with what it calls its default export. */
const MODULES: Readonly<Record<string, readonly [name: string, text: string]>> = {
  "declared.ts": ["loads", "export const other = async () => {};\nexport default async function loads() {}\n"],
  // Another module has a function of that name, so a bundle of both calls it otherwise.
  "taken.ts": ["load", 'import { loaded } from "./loaded.ts";\nexport default async function load() { loaded(); }\n'],
  "loaded.ts": ["of", "function load() {}\nexport const loaded = load;\nexport default async function of() {}\n"],
  "value.ts": [
    "stores",
    "const stores = async () => {};\nexport default stores;\nexport const more = async () => {};\n",
  ],
  "again.ts": ["stores", 'export { default, more } from "./value.ts";\n'],
  "arrow.ts": ["arrow.ts", "export default async () => {};\nexport const more = async () => {};\n"],
  "two words.ts": ["two words.ts", "export default async function () {}\n"],
  "ours_default.ts": ["ours_default", "export default async function ours_default() {}\n"],
  "common.cjs": ["common.cjs", "module.exports = async () => {};\n"],
};

Deno.test("a scenario is called what its module calls it, and is asked for by that name as well as by its export's", async () => {
  await using esbuild = await testEsbuild();
  await inFolder(async (folder) => {
    const url = (file: string) => pathToFileURL(`${folder}/${file}`).href;
    for (const [file, [, text]] of Object.entries(MODULES)) await Deno.writeTextFile(`${folder}/${file}`, text);
    for (const [file, [called]] of Object.entries(MODULES)) {
      const names = [undefined, "default", ...called === file ? [] : [called]];
      for (const name of names) {
        const { scenario } = await exploreScenario(url(file), { esbuild, name });
        assertEquals([file, name, scenario], [file, name, called]);
      }
    }
    const again = url("again.ts");
    for (const [target, name] of [[again, "more"], [`${again}#more`, undefined], [`${again}#more`, "more"]] as const) {
      const { scenario, module } = await exploreScenario(target, { esbuild, name });
      assertEquals([scenario, module], ["more", again]);
    }
    await assertRejects(() => exploreScenario(`${again}#more`, { esbuild, name: "stores" }), RangeError, "stores");
    await assertRejects(() => exploreScenario(`${again}#none`, { esbuild }), ScenarioError, "called none");
    const { schedule } = (await exploreScenario(`${scenarios}#leak`, { esbuild })).result as { schedule: string };
    assertEquals((await replayScenario(`${scenarios}#leak`, schedule, { esbuild })).scenario, "leak");
    const failing = "Käse kuchen%.ts";
    const text = "export default async ({ expect }) => {\n  expect(false, { says: [1] });\n};\n";
    await Deno.writeTextFile(`${folder}/${failing}`, text);
    const { result } = await exploreScenario(pathToFileURL(`${folder}/${failing}`).href, { esbuild });
    assertEquals(result.verdict === "bug" && result.message, `{ says: [ 1 ] } (${failing}:2)`);
    const asked = { esbuild, name: "load" };
    const { message } = await assertRejects(() => exploreScenario(url("value.ts"), asked), ScenarioError);
    assertEquals(
      message,
      `Cannot explore ${url("value.ts")}#load: it exports stores (the default) and more, ` +
        "an async function called load is wanted",
    );
  });
});
