import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { type Ended, inFolder, type Script, startScript } from "./command.ts";

const scenarios = "tests/guests/scenarios.ts";
const example = "lib/scenario/examples/late_answer.ts";

/** What of an event of a trace is looked at. */
interface Event {
  readonly name: string;
  readonly tid: number;
  readonly ts: number;
  readonly dur: number;
  readonly args?: { readonly name: string };
}

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
  assertStringIncludes(json.stderr, "starts again with permission");
  const replayed = await ended("replay", `${scenarios}#lost`, found.schedule, "--json");
  assertEquals([replayed.code, JSON.parse(replayed.stdout).message], [0, found.message]);

  assertEquals(text.code, 1);
  const readme = await Deno.readTextFile(new URL("../../README.md", import.meta.url));
  assertStringIncludes(readme, `$ deno task explore ${example}\n${text.stdout}\`\`\``);
  const [, shown = ""] = /(export default async function lateAnswer.*?)\n```/s.exec(readme) ?? [];
  assertStringIncludes(await Deno.readTextFile(new URL(`../../${example}`, import.meta.url)), shown);

  assertEquals(broken.code, 2);
  assert(broken.stderr.includes("Cannot use --deaths: a scenario has no such flag"), broken.stderr);
});

Deno.test("explore and replay hand a scenario its input and drain it as asked, wherever flags stand, and the replay line says so", async () => {
  const settings = ["--drain", "turn", "--timeout", "2", "--input", "[1, 7]"];
  const [found, wrong, program] = await Promise.all([
    ended("explore", ...settings, `${scenarios}#below`, "--json"),
    ended("explore", `${scenarios}#below`, "--input", "[1"),
    ended("explore", "--drain", "turn", "bank"),
  ]);
  const { verdict, message, drain, schedule, replay } = JSON.parse(found.stdout);
  assertEquals([found.code, verdict, drain], [1, "bug", "turn"]);
  assertStringIncludes(message, "7 is below 5");
  assertEquals(
    replay,
    `deno task replay ${scenarios}#below ${schedule} --input '[1, 7]' --drain turn --timeout 2`,
  );
  const replayed = await ended("replay", ...settings, `${scenarios}#below`, schedule, "--json");
  assertEquals(JSON.parse(replayed.stdout).message, message);
  assertEquals([wrong.code, wrong.stderr.split("\n").at(-2)], [
    2,
    'Cannot use --input "[1": a value as JSON is wanted',
  ]);
  assertStringIncludes(program.stderr, "Cannot use --drain: there is no such flag, one of --variant, ");
});

Deno.test("explore says of a scenario that no run called expect, unless something else is looked for, and what was ignored", async () => {
  const [silent, seldom, sought] = await Promise.all([
    ended("explore", `${scenarios}#asks`),
    ended("explore", `${scenarios}#seldom`),
    ended("explore", `${scenarios}#asks`, "--find", "hang"),
  ]);
  const ignoring = await ended("explore", example, "--ignore", "assertion");
  assertStringIncludes(ignoring.stdout, "\nIgnored: assertion.\n");
  const told = [silent, seldom, sought].map(({ stdout }) => stdout.includes("No run called `expect`"));
  assertEquals([told, silent.code], [[true, false, false], 0]);
  const json = await ended("explore", `${scenarios}#asks`, "--json");
  assertEquals(JSON.parse(json.stdout).callsExpect, false);
});

Deno.test("the scenarios of lib/scenario/README.md come to what it says", async () => {
  const page = await Deno.readTextFile(new URL("../../lib/scenario/README.md", import.meta.url));
  const [, once = "", pays = ""] = /```ts\n(.*?)```.*?```ts\n(.*?)```/s.exec(page) ?? [];
  const [, rows = ""] = /```\n(step .*?)```/s.exec(page) ?? [];
  await inFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/once.ts`, once);
    await Deno.writeTextFile(`${folder}/pays.ts`, pays);
    const [proved, found] = await Promise.all([
      ended("explore", `${folder}/once.ts`),
      ended("explore", `${folder}/pays.ts`),
    ]);
    assertEquals([proved.code, found.code], [0, 1]);
    assertStringIncludes(proved.stdout, "loadsOnce: PROVED, ");
    assertStringIncludes(found.stdout, "It needs a fault; no order alone shows it: charge fails, though it has acted.");
    assert(rows !== "" && found.stdout.includes(rows), found.stdout);
  });
});

Deno.test("explore evaluates a scenario's module in its world alone", async () => {
  await inFolder(async (folder) => {
    const module = `${folder}/acts.ts`;
    await Deno.writeTextFile(
      module,
      `Deno.writeTextFileSync(${JSON.stringify(`${folder}/written`)}, "");\nexport default async () => {};\n`,
    );
    const { code, stderr } = await ended("explore", module);
    assertEquals(code, 2);
    assertStringIncludes(stderr, "Cannot use Deno.writeTextFileSync in a scenario");
    assertEquals([...Deno.readDirSync(folder)].map(({ name }) => name), ["acts.ts"]);
  });
});

Deno.test("explore and replay write the run of a scenario that they show as a Chrome trace, a millisecond for a row", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const [one, other] = [`${folder}/explored.json`, `${folder}/replayed.json`];
    const [found, refused] = await Promise.all([
      ended("explore", example, "--json", "--trace", one),
      ended("explore", example, "--workers", "0", "--trace", `${folder}/refused.json`),
    ]);
    const { schedule, trace: { tasks, rows }, scenario } = JSON.parse(found.stdout);
    const [replayed, nowhere] = await Promise.all([
      ended("replay", example, schedule, "--trace", other),
      ended("replay", example, schedule, "--trace", `${folder}/no/trace.json`),
    ]);
    assertEquals([found.code, replayed.code], [1, 0]);
    const { traceEvents } = JSON.parse(await Deno.readTextFile(one));
    assertEquals(JSON.parse(await Deno.readTextFile(other)).traceEvents, traceEvents);
    const named = (what: string) => traceEvents.filter(({ name }: Event) => name === what);
    assertEquals(named("process_name").map(({ args }: Event) => args?.name), [scenario]);
    assertEquals(named("thread_name").map(({ args }: Event) => args?.name), tasks);
    const comes = named("running").map(({ tid, ts, dur }: Event) => [ts, tid, dur]);
    assertEquals(comes, rows.map(({ task }: { task: string }, at: number) => [1000 * at, tasks.indexOf(task), 1000]));

    assertEquals([nowhere.code, nowhere.stdout, refused.code, refused.stdout], [2, "", 2, ""]);
    assertStringIncludes(nowhere.stderr, "a file to write is wanted\n");
    assertStringIncludes(refused.stderr, "Cannot use --workers 0: a whole number from 1 to 256 is wanted\n");
    assertEquals([...Deno.readDirSync(folder)].map(({ name }) => name).toSorted(), ["explored.json", "replayed.json"]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("explore --workers prints of a scenario what it prints without, and ends at Ctrl-C with what it has", async () => {
  const chains = [
    "tests/guests/random_scenario.ts#chains",
    "--input",
    "[3,3,3]",
    "--strategy",
    "depth-first",
    "--json",
  ];
  const [one, two] = await Promise.all([ended("explore", ...chains), ended("explore", ...chains, "--workers", "2")]);
  assertEquals([two.stdout, two.code], [one.stdout, 0]);
  assertEquals(JSON.parse(one.stdout).schedules, 1680);
  const endless = ["tests/guests/random_scenario.ts#endless", "--strategy", "random", "--budget", "1000000000"];
  await using command = startScript("explore", ...endless, "--workers", "2", "--json");
  await command.complained("schedules");
  command.signal("SIGINT");
  const { code, stdout } = await command.end();
  assertEquals([code, JSON.parse(stdout).interrupted], [130, true]);
  await command.gone();
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
