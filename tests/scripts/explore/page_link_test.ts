import { assertEquals } from "@std/assert";
import { explore } from "../../../lib/explorer/mod.ts";
import { isProgram } from "../../../lib/program/mod.ts";
import { programs } from "../../../lib/programs/mod.ts";
import { pageLink, scenarioLink } from "../../../scripts/explore/page_link.ts";
import { type Given, readCommand } from "../../../scripts/explore/request.ts";
import { scenarioNames } from "../../../scripts/page/scenario_names.ts";
import { catalog } from "../../../scripts/page/catalog.ts";
import { readLink } from "../../../scripts/page/app/link.ts";

const grammar = { command: "explore", takes: { "--seed": "" }, switches: ["--all"], usage: "", example: "" };

async function given(...args: string[]): Promise<Given> {
  const read = await readCommand(args, grammar);
  if (typeof read === "string") throw new Error(read);
  return read;
}

Deno.test("pageLink() is read by the page as the very program, variant, parameters and schedule", async () => {
  for (const program of programs.filter(isProgram)) {
    for (const variant of program.variants) {
      const { subjects: [subject] } = await given(program.name, "--variant", variant, "--seed", "5");
      if (subject === undefined) throw new Error("there is one");
      const result = explore(subject.program, { variant, parameters: subject.parameters, seed: 5, budget: 2 });
      const { schedule } = "schedule" in result ? result : { schedule: undefined };
      const { link, faults } = readLink(pageLink(subject, schedule === undefined ? {} : { schedule }) ?? "", catalog());
      assertEquals(faults, []);
      assertEquals([link.view, link.program, link.schedule, link.seed], ["explore", program.name, schedule, 5]);
      assertEquals(link.variant ?? program.variants[0], variant);
      assertEquals(link.parameters, {});
    }
  }
  const { subjects: [subject] } = await given("counter", "--times", "1");
  assertEquals(subject && pageLink(subject), "#view=explore&program=counter&p.times=1");
});

Deno.test("pageLink() gives none for a module of one's own", async () => {
  const { subjects: [subject] } = await given("tests/guests/reported_programs.ts#philosophers");
  assertEquals(subject && pageLink(subject), undefined);
});

Deno.test("scenarioLink() is read by the page as the very scenario, twin, seed and schedule, and gives none for others", () => {
  const schedule = "hf2:a@0.GET-a/b.1:9oph3o";
  for (const name of scenarioNames) {
    const url = import.meta.resolve(`../../../lib/scenario/examples/${name}.ts`);
    for (const [scenario, fixed] of [[undefined, undefined], ["fixed", "yes"]] as const) {
      const { link, faults } = readLink(scenarioLink(url, { scenario, seed: 5, schedule }) ?? "", catalog());
      assertEquals(faults, []);
      assertEquals([link.view, link.scenario, link.fixed, link.seed, link.schedule], [
        "explore",
        name,
        fixed,
        5,
        schedule,
      ]);
    }
    assertEquals(scenarioLink(url, { scenario: "another", schedule }), undefined);
  }
  const own = import.meta.resolve("../../guests/scenarios.ts");
  assertEquals(scenarioLink(own, { scenario: undefined, schedule }), undefined);
});
