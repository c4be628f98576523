import { assert, assertEquals, assertStringIncludes } from "@std/assert";

const readme = await Deno.readTextFile(new URL("../../README.md", import.meta.url));

for (
  const [name, head] of [
    ["thermostat", "export const thermostat"],
    ["turnstile", "export const turnstile"],
    ["primes", "export function isPrime"],
    ["counting", "self.onmessage ="],
  ] as const
) {
  Deno.test(`README shows the ${name} as its module has it`, async () => {
    const module = await Deno.readTextFile(new URL(`../guests/${name}.ts`, import.meta.url));
    const start = readme.indexOf(head);
    assert(start >= 0);
    const shown = readme.slice(start);
    assertStringIncludes(module, shown.slice(0, shown.indexOf("```")).trim());
  });
}

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
