import { assertEquals, assertStringIncludes } from "@std/assert";
import fc from "fast-check";
import { type Link, type ParameterValue, readLink, VIEWS, writeLink } from "../../../../scripts/page/app/link.ts";
import { catalog, type CatalogEntry } from "../../../../scripts/page/catalog.ts";
import { scenarioNames } from "../../../../scripts/page/scenario_names.ts";
import { strategies } from "../../../../lib/explorer/mod.ts";
import type { Parameter } from "../../../../lib/program/mod.ts";

const programs = catalog();

function values(parameter: Parameter): fc.Arbitrary<ParameterValue> {
  if ("choices" in parameter) return fc.constantFrom(...parameter.choices);
  if ("text" in parameter) return texts;
  if (typeof parameter.default === "boolean") return fc.boolean();
  const { min = 0, max = Number.MAX_SAFE_INTEGER, fraction = false } = parameter as Extract<
    Parameter,
    { default: number }
  >;
  return fraction ? fc.double({ min, max, noNaN: true }).map((value) => value + 0) : fc.integer({ min, max });
}

const texts = fc.string({ unit: "binary" }).map((text) => text.replaceAll("\0", ""));
const printable = fc.string({ unit: "grapheme-ascii", minLength: 1 }).map((text) => text.replaceAll(" ", "_"));
const schedules = fc.tuple(fc.nat(999), printable).map(([version, text]) => `hf${version}:${text}`);

function links(entry: CatalogEntry): fc.Arbitrary<Link> {
  return fc.record({
    view: fc.constantFrom(...VIEWS),
    program: fc.constant(entry.name),
    variant: fc.constantFrom(...entry.variants),
    parameters: fc.record(
      Object.fromEntries(Object.entries(entry.parameters).map(([name, parameter]) => [name, values(parameter)])),
      { requiredKeys: [] },
    ),
    mode: fc.constantFrom("direct" as const, "thread" as const),
    scenario: fc.constantFrom(...scenarioNames),
    fixed: fc.constant("yes" as const),
    seed: fc.maxSafeInteger().map((seed) => seed + 0),
    strategy: fc.constantFrom(...strategies),
    budget: fc.integer({ min: 1, max: 1_000_000_000 }),
    all: fc.constant("yes" as const),
    step: fc.nat(1_000_000),
    schedule: schedules,
    experiment: fc.constantFrom("busy" as const, "house" as const, "own" as const),
    systems: fc.integer({ min: 1, max: 32 }),
    period: fc.double({ min: 0.001, max: 10, noNaN: true }),
    duration: fc.double({ min: 0.001, max: 100_000, noNaN: true }),
    rate: fc.double({ min: 0, max: 1000, noNaN: true }).map((rate) => rate + 0),
    burn: fc.constantFrom("wall" as const, "cpu" as const, "none" as const),
    waits: fc.constantFrom("yes" as const, "no" as const),
  }, { requiredKeys: ["view", "program", "parameters"] }).map((link) => ({
    ...link,
    parameters: { ...link.parameters } as Link["parameters"],
  }));
}

Deno.test("readLink() reads what writeLink() wrote, for every program", () => {
  const any = fc.oneof(...programs.map(links));
  fc.assert(fc.property(any, (link) => assertEquals(readLink(`#${writeLink(link)}`, programs), { link, faults: [] })));
});

Deno.test("readLink() gives a link and sentences, whatever the text", () => {
  fc.assert(fc.property(fc.oneof(fc.string({ unit: "binary" }), fc.webQueryParameters()), (text) => {
    const { link, faults } = readLink(text, programs);
    assertEquals(programs.some(({ name }) => name === link.program), true);
    for (const fault of faults) assertStringIncludes(fault, "Cannot show ");
  }));
});

Deno.test("readLink() tells a few of many faults, and how many more there are", () => {
  const { faults } = readLink(Array.from({ length: 3000 }, (_, at) => `x${at}=1`).join("&"), programs);
  assertEquals(faults.length, 9);
  assertStringIncludes(faults[8] ?? "", "has 2992 more faults");
});

Deno.test("readLink() leaves out what there is not, says it in words, and reads the rest", () => {
  const read = (text: string) => readLink(text, programs);
  const known = read("#view=explore&program=race&p.tasks=3&schedule=hf2:straight:abc");
  assertEquals(known, {
    link: { view: "explore", program: "race", parameters: { tasks: 3 }, schedule: "hf2:straight:abc" },
    faults: [],
  });
  const cases = {
    "program=rice": "Cannot show the program rice: there is none of that name",
    "program=race&variant=x": "Cannot show variant x of race: there is no such variant, one of plain is wanted",
    "program=race&p.tasks=99": "Cannot show tasks of race: it is 99, a whole number from 1 to 8 is wanted",
    "program=race&p.toString=1": "Cannot show toString of race: there is no such parameter",
    "schedule=hello": "Cannot show schedule: it is hello, a schedule such as explore prints, hf2:..., is wanted",
    "mode=process": "Cannot show mode: it is process, one of direct, thread is wanted",
    "scenario=late": "Cannot show scenario: it is late, one of late_answer, stampede, ",
    "view=film": "Cannot show the view film: there is no such view",
    "constructor=1": "Cannot show constructor: a link says nothing of that name",
  };
  for (const [text, sentence] of Object.entries(cases)) {
    const { link, faults } = read(`${text}&seed=7`);
    assertEquals([link.seed, faults.length], [7, 1], text);
    assertStringIncludes(faults[0] ?? "", sentence);
  }
});
