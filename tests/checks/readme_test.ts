import { assertEquals, assertStringIncludes } from "@std/assert";

const readme = await Deno.readTextFile(new URL("../../README.md", import.meta.url));

Deno.test("README shows the thermostat as its module has it", async () => {
  const module = await Deno.readTextFile(new URL("../guests/thermostat.ts", import.meta.url));
  const shown = readme.slice(readme.indexOf("export const thermostat"));
  const code = shown.slice(0, shown.indexOf("```"));
  assertStringIncludes(module, code.trim());
});

Deno.test("README names every task of deno.json that it should, with commands that exist", async () => {
  const { tasks } = JSON.parse(await Deno.readTextFile(new URL("../../deno.json", import.meta.url)));
  const named = [...readme.matchAll(/deno(?:@[\d.]+)? task (\w+)/g)].map(([, task]) => task ?? "");
  assertEquals(named.filter((task) => !(task in tasks)), []);
});

Deno.test("README and the gate share the test command", async () => {
  const gate = await Deno.readTextFile(new URL("../../.ci/run", import.meta.url));
  assertStringIncludes(readme, "npx -y deno@2.9.6 task test");
  assertStringIncludes(gate, "npx -y deno@2.9.6 task test");
});
