import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { type Ended, type Script, startScript } from "./command.ts";

const scenarios = "tests/guests/scenarios.ts";
const example = "lib/scenario/examples/late_answer.ts";

async function ended(script: Script, ...args: readonly string[]): Promise<Ended> {
  await using command = startScript(script, ...args);
  return await command.end();
}

Deno.test("explore and replay take a scenario: what is found is replayed, and what is wrong is told in one sentence", async () => {
  const [json, text, broken] = await Promise.all([
    ended("explore", `${scenarios}#lost`, "--json"),
    ended("explore", example, "--width", "80"),
    ended("explore", scenarios, "--deaths", "2"),
  ]);
  const found = JSON.parse(json.stdout);
  assertEquals([json.code, found.scenario, found.verdict, found.kind], [1, "lost", "bug", "assertion"]);
  assertStringIncludes(json.stderr, "starts again with the rights");
  const replayed = await ended("replay", `${scenarios}#lost`, found.schedule, "--json");
  assertEquals([replayed.code, JSON.parse(replayed.stdout).message], [0, found.message]);

  assertEquals(text.code, 1);
  const readme = await Deno.readTextFile(new URL("../../README.md", import.meta.url));
  assertStringIncludes(readme, `$ deno task explore ${example}\n${text.stdout}\`\`\``);
  const [, shown = ""] = /(export default async function lateAnswer.*?)\n```/s.exec(readme) ?? [];
  assertStringIncludes(await Deno.readTextFile(new URL(`../../${example}`, import.meta.url)), shown);

  assertEquals(broken.code, 2);
  assert(broken.stderr.includes("Cannot use --deaths: there is no such flag"), broken.stderr);
});

Deno.test("a signal to explore reaches what it has started: Ctrl-C prints how far it came, and nothing is left", async () => {
  await using command = startScript(
    "explore",
    "tests/guests/random_scenario.ts#endless",
    "--budget",
    "1000000000",
    "--strategy",
    "random",
    "--json",
  );
  await command.complained("schedules");
  command.signal("SIGINT");
  const { code, stdout } = await command.end();
  assertEquals([code, JSON.parse(stdout).interrupted], [130, true]);
  await command.gone();
});
