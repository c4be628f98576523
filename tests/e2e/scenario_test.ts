import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { type Ended, type Script, startScript } from "./command.ts";

const scenarios = "tests/guests/scenarios.ts";

async function ended(script: Script, ...args: readonly string[]): Promise<Ended> {
  await using command = startScript(script, ...args);
  return await command.end();
}

Deno.test("explore and replay take a scenario: what is found is replayed, and what is wrong is told in one sentence", async () => {
  const [json, text, broken] = await Promise.all([
    ended("explore", `${scenarios}#lost`, "--json"),
    ended("explore", `${scenarios}#assertion`, "--lanes", "--width", "80"),
    ended("explore", scenarios, "--deaths", "2"),
  ]);
  const found = JSON.parse(json.stdout);
  assertEquals([json.code, found.scenario, found.verdict, found.kind], [1, "lost", "bug", "assertion"]);
  assertStringIncludes(json.stderr, "starts again with the rights");
  const replayed = await ended("replay", `${scenarios}#lost`, found.schedule, "--json");
  assertEquals([replayed.code, JSON.parse(replayed.stdout).message], [0, found.message]);

  assertEquals(text.code, 1);
  assertMatch(text.stdout, /^assertion: BUG, assertion: one comes before two \(scenarios\.ts:\d+\)\n/);
  assertMatch(text.stdout, /1 deviation from the order; no schedule with fewer shows it/);
  assertMatch(text.stdout, /\n {3}0 +» two +tests\/guests\/scenarios\.ts:\d+\n/);
  assertMatch(
    text.stdout,
    /\nReplay: deno task replay tests\/guests\/scenarios\.ts#assertion hf2:a@0\.one\/b\.1:\w{6}\n/,
  );

  const [fault, turned] = await Promise.all([
    ended("explore", "tests/guests/faulty_scenarios.ts#charges"),
    ended("explore", "tests/guests/turn_scenarios.ts#stream", "--json"),
  ]);
  assertEquals(fault.code, 1);
  assertStringIncludes(
    fault.stdout.replaceAll(/\s+/g, " "),
    "It needs a fault, no order alone shows it: charge fails, though it has acted.",
  );
  assertMatch(fault.stdout, /\nReplay: .* hf2:a@1\.charge-answered\/a=fails\.\d+:\w{6}\n/);
  assertEquals([turned.code, JSON.parse(turned.stdout).drain], [0, "turn"]);

  assertEquals(broken.code, 2);
  assert(broken.stderr.includes("Cannot use --deaths: there is no such flag"), broken.stderr);
});
