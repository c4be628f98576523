import { assertEquals, assertStringIncludes } from "@std/assert";
import plugin from "../../lib/lint/mod.ts";

const here = new URL("./sample.ts", import.meta.url).pathname;

/** What the rule says of a source, as if it stood beside this file. */
function messages(source: string): string[] {
  return Deno.lint.runPlugin(plugin, here, source).map(({ message }) => message);
}

const good = [
  "function* run() { yield* guard.acquire(); const steps = guard.release(); yield* steps; }",
  "function* run() { return guard.acquire(); }",
  "function* run() { list.forEach(() => { lock.release(); }); }",
  "function run() { guard.acquire(); }",
  "async function* run() { yield guard.acquire(); }",
  "function* count() {} for (const n of count()) console.log(n);",
  "async function* read() {} function f() { read(); }",
  'import { join } from "jsr:@std/path"; join();',
  "class Account { pay() {} *run() { this.pay(); yield* this.#more(); } *#more() {} }",
];

const bad: readonly (readonly [source: string, message: string])[] = [
  [
    "function* run() { guard.acquire(); }",
    "Cannot leave the steps of acquire(): nothing happens, yield* guard.acquire()",
  ],
  ["const task = { *run() { yield guard.tryAcquire(); } };", "Cannot yield the steps of tryAcquire()"],
  ["function* run() { void jobs.taskDone(); }", "yield* jobs.taskDone() is wanted"],
  ["function run() { transfer(); } function* transfer() {}", "yield* transfer() is wanted"],
  ["const transfer = function* () {}; function* run() { yield transfer(); }", "Cannot yield the steps of transfer()"],
  ["class Account { *pay() {} *run() { this.pay(); } }", "yield* this.pay() is wanted"],
  ["class Account { *#pay() {} *run() { yield this.#pay(); } }", "yield* this.#pay() is wanted"],
  ['import { dropped as lose } from "./sample_work.ts"; function* run() { lose(); }', "yield* lose() is wanted"],
];

Deno.test("the plugin refuses steps that nobody runs, of shared things and of generators of one's own", () => {
  for (const source of good) assertEquals(messages(source), [], source);
  for (const [source, message] of bad) {
    const found = messages(source);
    assertEquals(found.length, 1, source);
    assertStringIncludes(found[0]!, message);
  }
});

Deno.test("the plugin works from a deno.json, and is an entry of the package", async () => {
  const { exports } = JSON.parse(await Deno.readTextFile(new URL("../../deno.json", import.meta.url)));
  assertEquals(exports["./lint"], "./lib/lint/mod.ts");
  const folder = await Deno.makeTempDir();
  try {
    const plugins = [new URL("../../lib/lint/mod.ts", import.meta.url).href];
    await Deno.writeTextFile(`${folder}/deno.json`, JSON.stringify({ lint: { plugins } }));
    await Deno.writeTextFile(`${folder}/work.ts`, "export function* pay() {\n  yield 1;\n}\n");
    await Deno.writeTextFile(
      `${folder}/main.ts`,
      'import { pay } from "./work.ts";\n\nexport function* run() {\n  pay();\n  yield 2;\n}\n',
    );
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["lint"],
      cwd: folder,
      env: { NO_COLOR: "1" },
    }).output();
    const text = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
    assertEquals(code, 1, text);
    assertStringIncludes(text, "Cannot leave the steps of pay(): nothing happens, yield* pay() is wanted");
    assertStringIncludes(text, "main.ts:4");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
