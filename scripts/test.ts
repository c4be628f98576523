/**
 * `deno task test` and `deno task soak`: run every test under `tests/`, or under the given paths.
 *
 * Without paths, the files are distributed over processes, three of which run at once, since most tests wait for
 * guests. The output of a process is shown when it has ended.
 */

import { runTask } from "./checks/flags.ts";
import { formatTally, readTally, runDeno } from "./checks/tally.ts";
import { printBytes, printLine, writeToStderr } from "./command/output.ts";

const usage = `deno task test [path ...] [--json] [--help]
deno task soak [path ...] [--json] [--help]

Runs the tests under tests/, or under the paths; soak runs them with large numbers. The last line is the tally.
--json prints {"passed","failed","ignored","seconds"} on stdout and the tests' own output on stderr.
Ends with 0 if every test passed, 1 if one failed, 2 for a wrong argument.`;

/**
 * How many processes run at once, and the total number of processes: with many small ones, the last end at about the
 * same time.
 */
const LANES = 3;
const SHARES = 36;

await runTask({ usage, rest: true }, async ({ json, rest }) => {
  const started = performance.now();
  const sum = { passed: 0, failed: 0, ignored: 0 };
  let code = 0;
  const sink = json ? (bytes: Uint8Array) => writeToStderr(bytes) : printBytes;
  const colors = (json ? Deno.stderr : Deno.stdout).isTerminal() && !Deno.noColor;
  const waiting = rest.length > 0 ? [rest] : shares([...testsIn("tests")].sort());
  const shows = waiting.length === 1;

  async function lane(): Promise<void> {
    for (let paths = waiting.shift(); paths !== undefined; paths = waiting.shift()) {
      const kept: Uint8Array[] = [];
      // `deno task ok` checks the types. Here it would delay the first thread of each process.
      const args = ["test", "--no-check", "--allow-all", ...paths];
      const ended = await runDeno(args, { sink: shows ? sink : (bytes) => kept.push(bytes), colors });
      kept.forEach(sink);
      // A run without a summary (after a syntax error, or a dead process) counts as one failure.
      const { passed, failed, ignored = 0 } = readTally(ended.text) ?? { passed: 0, failed: 1 };
      sum.ignored += ignored;
      sum.passed += passed;
      sum.failed += failed;
      if (code !== 130 && ended.code !== 0) code = ended.code === 130 ? 130 : 1;
      if (code === 130) waiting.length = 0;
    }
  }

  await Promise.all(Array.from({ length: LANES }, lane));
  if (sum.ignored > 0) {
    writeToStderr(`tests: ${sum.ignored} left out: they belong to a soak, or need a program that is not there\n`);
  }
  const seconds = (performance.now() - started) / 1000;
  printLine(json ? JSON.stringify({ ...sum, seconds }) : `tests: ${formatTally(sum)}`);
  return code;
});

/** Distributes files, neighbors to different processes, since slow tests are next to each other. */
function shares(files: readonly string[]): string[][] {
  return [...Map.groupBy(files.entries(), ([index]) => index % SHARES).values()]
    .map((share) => share.map(([, file]) => file));
}

function* testsIn(folder: string): Generator<string> {
  for (const { name, isDirectory } of Deno.readDirSync(new URL(`../${folder}`, import.meta.url))) {
    if (isDirectory) yield* testsIn(`${folder}/${name}`);
    else if (name.endsWith("_test.ts")) yield `${folder}/${name}`;
  }
}
