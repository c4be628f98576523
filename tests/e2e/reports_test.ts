import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { fileURLToPath } from "node:url";
import { columnsOf } from "../../scripts/command/text.ts";
import { programs } from "../../lib/programs/mod.ts";
import { complaints, inFolder, type Several, several, startScript } from "./command.ts";

const own = "tests/guests/reported_programs.ts";
const scenarios = "tests/guests/scenarios.ts";
const examples = "lib/scenario/examples";
const UPDATES = Deno.env.has("HOLDFAST_SNAPSHOTS");

/** The reports that people see, each with the commands of a kind. */
const REPORTS: Readonly<Record<string, readonly (readonly [Several, ...string[]])[]>> = {
  run: [
    ["run", "bank"],
    ["run", "bank", "--variant", "locked", "--pause", "0"],
    ["run", "deadlock", "--lanes"],
    ["run", "lock", "--lanes"],
    ["run", "use-after-close"],
    ["run", `${own}#philosophers`, "--lanes"],
    ["run", `${own}#forger`],
  ],
  explore: [
    ["explore", "bank"],
    ["explore", "bank", "--variant", "locked"],
    ["explore", "deadlock", "--lanes"],
    ["explore", "condition", "--budget", "50"],
    ["explore", `${own}#philosophers`],
    ["explore", "semaphore", "--budget", "20"],
  ],
  scenario: [
    ["explore", `${examples}/late_answer.ts`, "--lanes"],
    ["explore", `${examples}/late_answer.ts#fixed`],
    ["explore", `${examples}/token_refresh.ts`],
    ["explore", `${examples}/close_during_flush.ts`],
    ["explore", `${scenarios}#answered`],
    ["explore", `${scenarios}#held`],
    ["explore", `${scenarios}#below`, "--input", "[1, 7]", "--drain", "turn"],
    ["explore", `${scenarios}#asks`],
    ["explore", `${examples}/token_refresh.ts#fixed`, "--budget", "200", "--ignore", "hang,leak"],
    ["explore", `${examples}/retry.ts`, "--steps", "2", "--find", "leak"],
    ["explore", "lib/scenario/README.md"],
    ["explore", scenarios],
    ["replay", `${examples}/late_answer.ts#fixed`, "hf2:a@0.GET-a/b.1:9oph3o"],
  ],
  replay: [
    ["replay", "race", "hf2:straight:vx1p7y", "--lanes"],
    ["replay", "deadlock", "hf2:straight:9l89qf"],
  ],
  sim: [
    ["sim", "--mode", "direct", "--systems", "2", "--rate", "0", "--burn", "none"],
    ["sim", "--mode", "direct", "--print", "--rate", "0", "--burn", "none", "--no-deterministic"],
    ["sim", "--mode", "direct", "--duration", "1", "--rate", "0", "--burn", "none", "--plot"],
    ["sim", "--help"],
  ],
  list: [
    ["list"],
    ["list", "bank"],
    ["run", "bank", "--help"],
    ["run", "--help"],
    ["explore", "--help"],
    ["replay", "--help"],
  ],
  errors: [
    ["run"],
    ["run", "lokc"],
    ["run", "lock", "--nope"],
    ["run", "lock", "--tasks", "9"],
    ["run", own],
    ["explore", "pi-pool"],
    ["replay", "race", "hf2:straight:aaaaaa"],
    ["list", "lokc"],
    ["sim", "--mode", "fork"],
    ["sim", "--diagram", "diagram.png"],
  ],
};

for (const [kind, commands] of Object.entries(REPORTS)) {
  for (const width of [80, 120]) {
    Deno.test(`the reports of ${kind} at ${width} columns are those of the snapshot`, async () => {
      const told = new Map<readonly string[], string>();
      for (const [script, asked] of Map.groupBy(commands, ([script]) => script)) {
        const ends = await several(script, asked.map(([, ...args]) => [...args, "--width", String(width)]));
        for (const [index, { code, stdout, stderr }] of ends.entries()) {
          const command = asked[index] ?? [];
          const complained = stable(complaints(stderr)).replace(/^A scenario is bundled [^.]*\.\n/, "");
          const report = [`$ ${command.join(" ")}`, stdout + complained, `[exit ${code}]`];
          told.set(command, report.join("\n"));
        }
      }
      const text = stable(`${commands.map((command) => told.get(command)).join("\n\n")}\n`);
      const file = new URL(`../../fixtures/reports/${kind}_${width}.txt`, import.meta.url);
      if (UPDATES) await Deno.writeTextFile(file, text);
      assertEquals(text, await Deno.readTextFile(file));
      for (const line of text.split("\n").filter((line) => !line.startsWith("$ ") && !isLong(line))) {
        assert(columnsOf(line) <= width, line);
      }
      // deno-lint-ignore no-control-regex
      assert(!/[\x00-\x09\x0b-\x1f\x7f\u202e]/.test(text), "nothing of a program reaches the terminal as it is");
    });
  }
}

/** A report without what differs from run to run: times and rates. */
function stable(text: string): string {
  return text.replaceAll(/ {2,}[\d.]+ m?s {2}/g, (took) => `${"9.9 ms".padStart(took.length - 2)}  `)
    .replaceAll(/^direct +[\d.e+]+(?= +none)/gm, (rate) => `direct${"9".padStart(rate.length - "direct".length)}`)
    .replaceAll(fileURLToPath(new URL("../../", import.meta.url)), "");
}

/** Whether a line cannot be broken: a command to copy, or one word. */
function isLong(line: string): boolean {
  return /^((Replay|Examples?|With the parameters given): | +deno task )/.test(line) || !line.trim().includes(" ");
}

Deno.test("a run tells a bug that shows, and marks which outcomes are right, never ok beside one", async () => {
  await using command = startScript("run", "bank");
  const { code, stdout } = await command.end();
  assertEquals(code, 0);
  assertMatch(stdout, /^ {2}direct +bug shown +[\d.]+ ms {2}\{ balance: 300, paid: \[ 500, 700 \] \}$/m);
  assertMatch(stdout, /^ {2}right {2}\{ balance: 500, paid: \[ 500, 0 \] \}$/m);
  assertMatch(stdout, /^ {2}bug {4}\{ balance: 300, paid: \[ 500, 700 \] \}$/m);
  assert(!/\bok\b/.test(stdout), stdout);
});

for (const mode of ["direct", "thread", "process"]) {
  Deno.test(`a deadlock in ${mode} mode is told once, each wait with the program's own line, and without stacks`, async () => {
    await using command = startScript("run", "deadlock", "--mode", mode, "--pause", "0.2", "--width", "120");
    const { code, stdout, stderr } = await command.end();
    // Threads and processes may also come through it.
    if (stdout.includes(" right ") && mode !== "direct") return;
    assertEquals([code, complaints(stderr)], [0, ""]);
    const line = /^ {4}a waits for right \(acquire\), which b holds {2}lib\/programs\/deadlock\.ts:\d+$/gm;
    assertEquals(stdout.match(line)?.length, 1, stdout);
  });
}

Deno.test("run --all has no line that is longer than the terminal is wide, but for words that are", async () => {
  await using command = startScript("run", "--all", "--width", "80");
  const { code, stdout } = await command.end(240);
  assertEquals(code, 0);
  for (const line of stdout.split("\n")) assert(columnsOf(line) <= 80 || !line.trim().includes(" "), line);
});

Deno.test("list tells of the programs that are named, with their flags, and refuses others", async () => {
  await using command = startScript("list", "lock", "bank");
  const { code, stdout } = await command.end();
  assertEquals(code, 0);
  for (const part of ["lock: Under a lock", "bank: Without a lock", "--tasks N", "deno task run lock"]) {
    assertStringIncludes(stdout, part);
  }
  assert(!stdout.includes(`${programs[0]?.name}: `), stdout);
  await using wrong = startScript("list", "lokc");
  const { code: refused, stderr } = await wrong.end();
  assertEquals([refused, stderr], [
    2,
    "Cannot list lokc: there is no such program, perhaps lock; one of `deno task list` is wanted\n",
  ]);
});

Deno.test("a program that is defined wrongly is refused in one sentence that says what is wrong", async () => {
  const library = new URL("../../mod.ts", import.meta.url).href;
  const rest = 'claim: "It runs.", shared: () => ({}), tasks: () => [], outcome: function* () {}, expected: () => [1]';
  const wrong: [spec: string, told: string][] = [
    [`{ nam: "x", ${rest} }`, "Cannot define a program: it has no name, but nam, a text as its name is wanted"],
    [`{ name: "x" }`, "Cannot define x: it has no claim, a text as its claim is wanted"],
    [
      `{ name: "x", ${rest}, specimens: ["odd"] }`,
      "Cannot define x: its specimen odd is no variant, one of plain is wanted",
    ],
    [
      `{ name: "x", ${rest}, parameters: { color: { default: "red", choices: [], description: "" } } }`,
      "Cannot define x: its parameter color has no choices, one or more is wanted",
    ],
  ];
  await inFolder(async (folder) => {
    const files = wrong.map((_, index) => `${folder}/wrong${index}.ts`);
    for (const [index, [spec]] of wrong.entries()) {
      await Deno.writeTextFile(
        files[index]!,
        `import { defineProgram } from ${
          JSON.stringify(library)
        };\nexport const x = defineProgram(${spec} as never);\n`,
      );
    }
    const ends = await several("run", files.map((file) => [file]));
    assertEquals(ends, wrong.map(([, told]) => ({ code: 2, stdout: "", stderr: `${told}\n` })));
    const file = `${folder}/empty.ts`;
    const tasks = 'tasks: () => [{ name: "a", *run() {} }]';
    const spec = `{ name: "x", ${rest.replace("tasks: () => []", tasks).replace("[1]", "[]")} }`;
    await Deno.writeTextFile(
      file,
      `import { defineProgram } from ${JSON.stringify(library)};\nexport const x = defineProgram(${spec} as never);\n`,
    );
    await using explored = startScript("explore", file);
    assertStringIncludes((await explored.end()).stdout, "outcome undefined, but the program declares none");
  });
});
