import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { inFolder } from "./command.ts";
import { run } from "./server.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const LIBRARY = new URL("../../mod.ts", import.meta.url).href;

const SCENARIO = `export default async function one({ io, expect }) {
  let last = "";
  const ask = async (text) => last = await io(text, () => text);
  await Promise.all([ask("first"), ask("second")]);
  expect(last === "second", "the second is the last");
}`;
const PROGRAM = `import { cell, defineProgram } from ${JSON.stringify(LIBRARY)};
export const lost = defineProgram({
  name: "lost",
  claim: "An update is lost.",
  module: import.meta.url,
  shared: () => ({ count: cell() }),
  tasks: () => ["a", "b"].map((name) => ({
    name,
    *run({ count }) {
      yield* count.store((yield* count.load()) + 1);
    },
  })),
  outcome: ({ count }) => count.load(),
  expected: () => [2],
});`;

/** Runs a line of text in a shell, in a folder. */
async function shell(line: string, cwd: string): Promise<{ code: number; stdout: string; stderr: string }> {
  const path = `${dirname(Deno.execPath())}:${Deno.env.get("PATH")}`;
  const env = { PATH: path, NO_COLOR: "1" };
  const { code, stdout, stderr } = await new Deno.Command("bash", { args: ["-c", line], cwd, env, stdin: "null" })
    .output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, stdout: text(stdout), stderr: text(stderr) };
}

Deno.test("the line that a report ends with works in the folder in which it was printed, whatever files are called", async () => {
  await inFolder(async (folder) => {
    const files = { "one's $scenario.ts": SCENARIO, "eine Prüfung.ts": PROGRAM };
    for (const [file, text] of Object.entries(files)) {
      await Deno.writeTextFile(`${folder}/${file}`, text);
      const found = await run(["-A", `${root}scripts/explore.ts`, `./${file}`, "--seed", "7"], { cwd: folder });
      assertEquals(found.code, 1, found.stderr);
      const [, replay = ""] = /^Replay: (.*)$/m.exec(found.stdout) ?? [];
      assert(!replay.includes("deno task"), replay);
      const replayed = await shell(replay, folder);
      assertEquals(replayed.code, 0, replayed.stderr);
      const rows = (text: string) => text.split("\n").filter((line) => /^ +\d+ /.test(line));
      assertEquals(rows(replayed.stdout), rows(found.stdout));
    }
  });
});

Deno.test("what a help text and an error name as commands can be called there, too", async () => {
  await inFolder(async (folder) => {
    const help = await run(["-A", `${root}scripts/run.ts`, "--help"], { cwd: folder });
    const [, example = ""] = /^Example: (.*)$/m.exec(help.stdout) ?? [];
    const { code, stdout } = await shell(`${example} --json`, folder);
    assertEquals([code, JSON.parse(stdout).program], [0, "lock"]);
    const wrong = await run(["-A", `${root}scripts/run.ts`, "lokc"], { cwd: folder });
    const [, list = ""] = /`(.*)`/.exec(wrong.stderr) ?? [];
    assertStringIncludes((await shell(list, folder)).stdout, "lock: Under a lock");
  });
});
