import { assert, assertEquals, assertRejects } from "@std/assert";
import { pathToFileURL } from "node:url";
import { ScenarioError } from "../../lib/errors.ts";
import { exploreScenario } from "../../lib/scenario/mod.ts";
import { testEsbuild } from "../contracts/esbuild.ts";
import { inFolder } from "../e2e/command.ts";

/** A project of the user's: an import map, a workspace, JSON, CommonJS, and a module that awaits. */
const PROJECT: Readonly<Record<string, string>> = {
  "deno.json": `{ "imports": { "lib/": "./src/" }, "workspace": ["./counter"] }`,
  "counter/deno.json": `{ "name": "@user/counter", "version": "1.0.0", "exports": "./mod.ts" }`,
  "counter/mod.ts": `let count: number = 0;\nexport const next = (): number => ++count;\n`,
  "src/data.json": `{ "n": 5 }`,
  "src/old.cjs": `let calls = 0;\nmodule.exports = { call: () => ++calls, file: __filename.length > 0 };\n`,
  "src/slow.ts": `import { setTimeout as sleep } from "node:timers/promises";
await sleep(5);
export const slept = performance.now();
export const here = import.meta.url;
`,
  "scenario.ts": `import data from "lib/data.json" with { type: "json" };
import old from "./src/old.cjs";
import { next } from "@user/counter";
import { here, slept } from "lib/slow.ts";
import path from "node:path";
const setTimeout = "a name of its own";
export default async function all({ io }: { io: (label: string) => Promise<void> }) {
  await Promise.all([io("a"), io("b")]);
  const { lazy } = await import("lib/lazy.ts");
  return [data.n, old.call(), next(), slept, path.basename(new URL(here).pathname), lazy, setTimeout.length];
}
`,
  "src/lazy.ts": `enum Kind { A, B }\nexport const lazy: number = Kind.B satisfies number;\n`,
  "thrower.ts": `interface Box { readonly value: number }

export default async function thrower({ io }: { io: (label: string) => Promise<void> }) {
  await io("x");
  const box = undefined as unknown as Box;
  return box.value;
}
`,
  "meta.ts": `function plus(act: () => number, _: ClassMethodDecoratorContext) { return () => act() + 1; }
class Box { accessor size = 1; @plus one() { return 1; } }
const { filename = "" } = import.meta;
export default async function meta() {
  const text = "import.meta.url is a text";
  return [text.length, filename.endsWith("meta.ts"), import.meta.main, new Box().size, new Box().one()];
}
`,
  "old/deno.jsonc": `{ // As it was.
  "compilerOptions": { "experimentalDecorators": true, /* "jsx": */ },
}`,
  "old/decorated.ts": `function named(target: object, key: string) { Reflect.set(target, key + "Name", key); }
class Box { @named one() {} }
export default async () => Reflect.get(new Box(), "oneName") + " // no comment,]";
`,
  "old_scenario.cjs": `module.exports = async () => "old";\n`,
  "one.ts": `export const wait = 5;\nexport async function one() { return wait; }\n`,
  "two.ts": `export const wait = 5;\nexport async function one() {}\nexport async function two() {}\n`,
  "none.ts": `export default class Scenario {}\n`,
  "number.ts": `export default 5;\n`,
  "generator.ts": `export default async function* each() {}\n`,
  "imports_broken.ts": `import "./broken.ts";\nexport default async () => {};\n`,
  "misnames.ts": `import { none } from "./src/lazy.ts";\nexport default async () => none;\n`,
  "broken.ts": `export default async function broken() {\n  return await 1 +;\n}\n`,
  "lost.ts": `import { x } from "./nowhere.ts";\nexport default async () => x;\n`,
};

Deno.test("a scenario is bundled as Deno resolves its project, with module state that is fresh in each run", async () => {
  await using esbuild = await testEsbuild();
  await inFolder(async (folder) => {
    for (const [path, text] of Object.entries(PROJECT)) {
      await Deno.mkdir(`${folder}/${path}`.replace(/\/[^/]*$/, ""), { recursive: true });
      await Deno.writeTextFile(`${folder}/${path}`, text);
    }
    const url = (file: string) => pathToFileURL(`${folder}/${file}`).href;
    const { scenario, result } = await exploreScenario(url("scenario.ts"), { esbuild });
    const wanted = [5, 1, 1, 5, "slow.ts", 1, 17];
    assertEquals([scenario, result.verdict, result.distinct], ["all", "proved", 1]);
    assertEquals(result.outcomes.map(({ outcome }) => outcome), [wanted]);

    // Lines are the user's.
    const thrown = await exploreScenario(url("thrower.ts"), { esbuild });
    assert(thrown.result.verdict === "bug" && thrown.result.message.endsWith("(thrower.ts:6)"));
    assertEquals(thrown.trace?.rows.map(({ source }) => source), [`${url("thrower.ts")}:4:9`]);

    // What changes is bundled again.
    await Deno.writeTextFile(`${folder}/src/data.json`, `{ "n": 6 }`);
    const again = await exploreScenario(url("scenario.ts"), { esbuild });
    assertEquals(again.result.outcomes.map(({ outcome }) => outcome), [[6, ...wanted.slice(1)]]);

    // So is what an import leads to elsewhere.
    const map = PROJECT["deno.json"] ?? "";
    await Deno.writeTextFile(`${folder}/deno.json`, map.replace(`"lib/":`, `"lib/data.json": "./other.json", "lib/":`));
    await Deno.writeTextFile(`${folder}/other.json`, `{ "n": 7 }`);
    const elsewhere = await exploreScenario(url("scenario.ts"), { esbuild });
    assertEquals(elsewhere.result.outcomes.map(({ outcome }) => outcome), [[7, ...wanted.slice(1)]]);

    const outcomes = async (file: string) => {
      const { result } = await exploreScenario(url(file), { esbuild });
      return result.outcomes.map(({ outcome }) => outcome);
    };
    assertEquals(await outcomes("meta.ts"), [[25, true, false, 1, 2]]);
    assertEquals(await outcomes("old/decorated.ts"), ["one // no comment,]"]);
    assertEquals(await outcomes("old_scenario.cjs"), ["old"]);
    assertEquals(await outcomes("one.ts"), [5]);
    for (
      const [file, is] of [
        ["two.ts", "it exports one and two, one of them, as in"],
        ["none.ts", "Scenario: its default export is a class"],
        ["number.ts", "number.ts: its default export is a number"],
        ["generator.ts", "each: its default export is a generator"],
        ["imports_broken.ts", "broken.ts: SyntaxError: Expression expected at file://"],
        ["misnames.ts", `No matching export in "file://`],
      ] as const
    ) {
      const { message } = await assertRejects(() => exploreScenario(url(file), { esbuild }), ScenarioError);
      assert(message.includes(is), message);
      assert((message.match(/ at \S+:\d+:\d+/g) ?? []).length < 2, message);
    }
    const broken = await assertRejects(() => exploreScenario(url("broken.ts"), { esbuild }), ScenarioError);
    assert(/broken\.ts:2:\d+/.test(broken.message), broken.message);
    const lost = await assertRejects(() => exploreScenario(url("lost.ts"), { esbuild }), ScenarioError);
    assert(lost.message.includes("nowhere.ts"), lost.message);
  });
});

/** A project of Node's: packages in `node_modules`, one of modules and one of CommonJS, that need each other. */
const NODE_PROJECT: Readonly<Record<string, string>> = {
  "package.json": `{ "type": "module", "dependencies": { "queue": "1.0.0" } }`,
  "node_modules/queue/package.json":
    `{ "name": "queue", "version": "1.0.0", "type": "module", "exports": { ".": "./main.js", "./state": "./inner/state.js" } }`,
  "node_modules/queue/main.js": `import counts from "counts";
import { EventEmitter } from "events";
import { state } from "./inner/state.js";
export const next = () => [counts.next(), ++state.calls, typeof EventEmitter];
`,
  "node_modules/queue/inner/state.js": `export const state = { calls: 0 };\n`,
  "node_modules/counts/package.json": `{ "name": "counts", "version": "1.0.0", "main": "lib" }`,
  "node_modules/counts/lib/index.js": `let count = 0;\nexports.next = () => ++count;\n`,
  "scenario.ts": `import { next } from "queue";
import { state } from "queue/state";
export default async function all({ io }: { io: (label: string) => Promise<void> }) {
  await Promise.all([io("a"), io("b")]);
  return [...next(), state.calls];
}
`,
};

Deno.test("a scenario is bundled with the packages in the node_modules of its project, fresh in each run", async () => {
  await using esbuild = await testEsbuild();
  await inFolder(async (folder) => {
    for (const [path, text] of Object.entries(NODE_PROJECT)) {
      await Deno.mkdir(`${folder}/${path}`.replace(/\/[^/]*$/, ""), { recursive: true });
      await Deno.writeTextFile(`${folder}/${path}`, text);
    }
    const { result } = await exploreScenario(pathToFileURL(`${folder}/scenario.ts`).href, { esbuild });
    assertEquals(result.verdict, "proved");
    assertEquals(result.outcomes.map(({ outcome }) => outcome), [[1, 1, "function", 1]]);
  });
});
