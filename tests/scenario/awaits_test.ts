import { assert, assertEquals } from "@std/assert";
import vm from "node:vm";
import { announced } from "../../lib/scenario/awaits.ts";
import { bundled } from "../../lib/scenario/bundle.ts";
import { testEsbuild } from "../contracts/esbuild.ts";

/** Texts, each with how its awaits report themselves; a number in quotes is one that does. */
const TEXTS = [
  ["await x", "await «0 x»"],
  ["await f(await g(1))", "await «0 f(await «1 g(1)»)»"],
  ["const a = await x.y?.[1](2)`t` ?? (await b).c;", "const a = await «0 x.y?.[1](2)`t`» ?? (await «1 b»).c;"],
  ["for await (const q of x.of(1)) await q;", "for await (const q of «0 x.of(1)») await «1 q»;"],
  ["await !x + 1, await new Promise((r) => r()).then()", "await «0 !x» + 1, await «1 new Promise((r) => r()).then()»"],
  ["await (async () => { await 1; })();", "await «0 (async () => { await «1 1»; })()»;"],
  ["await async function f(a) { await 2 }()", "await «0 async function f(a) { await «1 2» }()»"],
  ["await [await 1, { a: await 2 }]", "await «0 [await «1 1», { a: await «2 2» }]»"],
  ["x.await; ({ await: 1 }); /await [/] x/g; 'await x'; // await x", undefined],
  ["`a ${'}'} ${`await ${x}`} await z`; 1 / await x / 2", "`a ${'}'} ${`await ${x}`} await z`; 1 / await «0 x» / 2"],
  ["await using a = await b;", "await using a = await «0 b»;"],
] as const;

Deno.test("announced() has each await report what it waits for, and nothing else", () => {
  for (const [text, wanted = text] of TEXTS) {
    const { code, places } = announced(text);
    assertEquals(code, wanted.replaceAll(/«(\d+) /g, "__at($1, (").replaceAll("»", "))"));
    for (const { line, column } of places) {
      assertEquals([line, /^(await|for await)/.test(text.slice(column - 1))], [1, true]);
    }
  }
});

Deno.test("announced() gives code that is as it was, but for the reports", async () => {
  await using esbuild = await testEsbuild();
  for (const module of ["../guests/random_scenario.ts", "../../lib/pool/mod.ts"]) {
    const { code } = await bundled(import.meta.resolve(module), esbuild);
    const told = announced(code);
    new vm.Script(`(async () => {${told.code}})`);
    const without = told.code.replaceAll(/__at\(\d+, \(/g, "");
    assertEquals(without.length, code.length + 2 * told.places.length);
    assert(told.places.length > 10, module);
  }
});
