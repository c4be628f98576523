import { assert, assertEquals, assertMatch } from "@std/assert";
import { deadlock } from "../../lib/programs/mod.ts";
import { bugOf } from "../programs/explored.ts";
import { complaints, type Ended, inFolder, type Script, startInShell, startScript } from "./command.ts";

/** A trace longer than the files that a shell with this limit lets its commands write; no signal kills them for it. */
const SMALL_FILES = 'trap "" XFSZ; ulimit -f 4';
const LONG_TRACE = ["--mode", "direct", "--period", "0.001", "--duration", "0.1", "--rate", "0", "--burn", "none"];

/** What everybody says whose output has no room. */
const FULL = "Cannot write to stdout: No space left on device (os error 28), a place that takes it is wanted\n";

async function endOf(first: string, name: Script, ...args: readonly string[]): Promise<Ended> {
  await using command = startInShell(first, name, ...args);
  const ended = await command.end();
  await command.gone();
  return { ...ended, stderr: complaints(ended.stderr) };
}

const COMMANDS: readonly (readonly [Script, ...string[]])[] = [
  ["list"],
  ["list", "--json"],
  ["run", "lock", "--mode", "all"],
  ["run", "lock", "--lanes", "--json"],
  ["run", "--help"],
  ["sim", "--print", "--duration", "0.4"],
  ["sim", "--mode", "process", "--duration", "0.1", "--json"],
  ["explore", "bank"],
  ["explore", "bank", "--json"],
  ["replay", "deadlock", bugOf(deadlock).schedule],
  ["bench", "--help"],
  ["ok", "--help"],
  ["test", "--help"],
];

Deno.test("every command whose output goes to a full disk ends with 1 after one sentence", async () => {
  for (const [name, ...args] of COMMANDS) {
    const { code, stderr } = await endOf("exec > /dev/full", name, ...args);
    assertEquals({ code, stderr }, { code: 1, stderr: FULL }, `${name} ${args.join(" ")}`);
  }
});

Deno.test("a command whose complaints go to a full disk ends with the code that it has anyway", async () => {
  assertEquals((await endOf("exec 2> /dev/full", "run", "lock", "--mode", "fork")).code, 2);
  assertEquals((await endOf("exec 2> /dev/full", "run", "lock")).code, 0);
});

Deno.test("a trace that the disk has no room for is one sentence, and what was there stays", async () => {
  await inFolder(async (folder) => {
    const path = `${folder}/trace.json`;
    for (const before of [undefined, "what was there"]) {
      if (before !== undefined) await Deno.writeTextFile(path, before);
      const { code, stdout, stderr } = await endOf(SMALL_FILES, "sim", ...LONG_TRACE, "--json", "--trace", path);
      assertEquals([code, JSON.parse(stdout).runs.length], [1, 1]);
      assertMatch(
        stderr,
        /^Cannot write the trace to \S+trace\.json: File too large .*, a place that takes it is wanted\n$/,
      );
      const left = [...Deno.readDirSync(folder)].map(({ name }) => name);
      assertEquals(left, before === undefined ? [] : ["trace.json"]);
      if (before !== undefined) assertEquals(await Deno.readTextFile(path), before);
    }
  });
});

Deno.test("a trace's file keeps its permissions and its links; what is no file is written as it is", async () => {
  await inFolder(async (folder) => {
    const [path, link] = [`${folder}/trace.json`, `${folder}/link.json`];
    await Deno.writeTextFile(path, "", { mode: 0o600 });
    await Deno.symlink("trace.json", link);
    assertEquals((await endOf(":", "sim", ...LONG_TRACE, "--trace", link)).code, 0);
    assert((await Deno.lstat(link)).isSymlink && JSON.parse(await Deno.readTextFile(path)).traceEvents.length > 10);
    assertEquals((await Deno.stat(path)).mode! & 0o777, 0o600);
    assertEquals([...Deno.readDirSync(folder)].length, 2);
    const [pipe, piped] = [`${folder}/pipe`, `${folder}/piped.json`];
    const first = `mkfifo ${pipe}; { cat ${pipe} > ${piped} & }`;
    assertEquals((await endOf(first, "sim", ...LONG_TRACE, "--trace", pipe)).code, 0);
    assert((await Deno.stat(pipe)).isFifo && JSON.parse(await Deno.readTextFile(piped)).traceEvents.length > 10);
  });
});

Deno.test("a trace that cannot be written is refused in one sentence, before anything runs", async () => {
  await inFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/file`, "");
    const refused = [
      [folder, "it is a folder"],
      [`${folder}/file/trace.json`, "Not a directory"],
      [`${folder}/none/trace.json`, "No such file or directory"],
      // Deno itself takes all permissions to write there, also of root.
      ["/sys/trace.json", "Requires all access"],
    ] as const;
    for (const name of ["run", "sim"] as const) {
      for (const [path, is] of refused) {
        await using command = startScript(name, ...name === "run" ? ["lock"] : [], "--trace", path);
        const { code, stdout, stderr } = await command.end();
        assertEquals({ code, stdout }, { code: 2, stdout: "" }, path);
        assertMatch(stderr, new RegExp(`^Cannot use --trace ${path}: ${is}.*, a file to write is wanted\n$`));
      }
    }
    assertEquals([...Deno.readDirSync(folder)].map(({ name }) => name), ["file"]);
  });
});

Deno.test("logging without a temporary folder is one sentence", async () => {
  const { code, stdout, stderr } = await endOf("export TMPDIR=/no/such/folder", "run", "logging", "--mode", "all");
  assertEquals({ code, stdout }, { code: 2, stdout: "" });
  assertMatch(stderr, /^Cannot run logging: there is no temporary folder \(.*\), one or --folder is wanted\n$/);
});
