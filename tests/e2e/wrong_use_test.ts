import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { inFolder, several } from "./command.ts";

/** Modules that are no scenarios, each with what is told of it: FOLDER stands for where it is. */
const WRONG: Readonly<Record<string, readonly [text: string, told: string]>> = {
  "none.ts": ["const x = 1;", "none.ts: it exports nothing, an async function that is exported is wanted"],
  "two.ts": [
    "export const a = async () => {};\nexport const b = async () => {};",
    "two.ts: it exports a and b, one of them, as in FOLDER/two.ts#a, is wanted",
  ],
  "number.ts": ["export default 7;", "number.ts: its default export is a number, an async function of the world"],
  "object.ts": ["export default { run() {} };", "object.ts: its default export is an object, an async function"],
  "a class.ts": ["export default class Kept {}", "Kept: its default export is a class, an async function"],
  "generator.ts": [
    "export default function* steps() {}",
    "steps: its default export is a generator, an async function",
  ],
  "sync.ts": ["export default function now() {}", "now: its default export returns no promise, an async function"],
  "data.json": ['{ "a": 1 }', "data.json: its default export is an object, an async function"],
  "syntax.ts": [
    "export default async () => { let x = ; };",
    "FOLDER/syntax.ts: SyntaxError: Expression expected at FOLDER",
  ],
  "imports.ts": [
    'import "./nowhere.ts";\nexport default async () => {};',
    'FOLDER/nowhere.ts: Module not found "FOLDER/nowhere.ts" at FOLDER/imports.ts:1:8',
  ],
};

/** Arguments that make no sense beside a scenario, each with what is told. */
const ARGUMENTS: readonly (readonly [args: readonly string[], told: string])[] = [
  [["missing.ts"], "Cannot explore FOLDER/missing.ts: there is no such file in "],
  [["missing.ts#some"], "Cannot explore FOLDER/missing.ts#some: there is no such file in "],
  [["."], "it is a folder, a module in it is wanted"],
  [["one#%zz.ts", "--deaths", "1"], "Cannot use --deaths: a scenario has no such flag, one of --seed, "],
  [["one#%zz.ts#%zz"], "Cannot explore FOLDER/one#%zz.ts#%zz: it exports "],
  [["one#%zz.ts", "--all"], "with --all: that means the whole list, one of the two is wanted"],
  [["one#%zz.ts", "--find", "deadlock"], "Cannot use --find deadlock: one of assertion, "],
  [["one#%zz.ts", "--ignore", "hang,none"], "Cannot use --ignore hang,none: one or more of assertion, "],
  [["one#%zz.ts", "--budget"], "Cannot use --budget: its value is missing, a whole number "],
];

Deno.test("what is no scenario is refused with 2, in one sentence that says where it is, what it is and what is wanted", async () => {
  await inFolder(async (folder) => {
    for (const [file, [text]] of Object.entries(WRONG)) await Deno.writeTextFile(`${folder}/${file}`, text);
    await Deno.writeTextFile(`${folder}/one#%zz.ts`, "export default async () => {};");
    const cases = [
      ...Object.entries(WRONG).map(([file, [, told]]) => [[file], told] as const),
      ...ARGUMENTS,
    ];
    const ends = await several("explore", cases.map(([[file, ...rest]]) => [`${folder}/${file}`, ...rest]));
    for (const [place, { code, stdout, stderr }] of ends.entries()) {
      const [, told = ""] = cases[place] ?? [];
      const [sentence = ""] = stderr.split("\n").filter((line) => line.startsWith("Cannot "));
      assertEquals([code, stdout], [2, ""], stderr);
      assertMatch(sentence, / (wanted|at \S+:\d+:\d+)$/);
      assertStringIncludes(sentence.replaceAll(folder, "FOLDER"), told);
    }
  });
});

Deno.test("what a file is called decides nothing: an ending, a space, an umlaut, a hash or a percent sign", async () => {
  await inFolder(async (folder) => {
    const files = [
      "a.js",
      "b.mjs",
      "c.mts",
      "d.txt",
      "none",
      "two words.ts",
      "Prüfung.ts",
      "a#b.ts",
      "100%.ts",
      "%zz.ts",
    ];
    for (const file of files) {
      await Deno.writeTextFile(`${folder}/${file}`, "export default async ({ io }) => { await io('x'); return 5; };");
    }
    const ends = await several("explore", files.map((file) => [`${folder}/${file}`, "--json"]));
    const scenarios = ends.map(({ code, stdout }) => [code, JSON.parse(stdout).scenario]);
    assertEquals(scenarios, files.map((file) => [0, file]));
  });
});
