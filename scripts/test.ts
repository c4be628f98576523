/**
 * `deno task test` and `deno task soak`: every test under `tests/`, or under the paths that are given.
 *
 * Without paths the files are dealt out to processes of which three run at once, since most tests wait for guests. What such
 * a process prints is shown when it has ended.
 */

import { runTask } from "./checks/flags.ts";
import { formatTally, readTally, runDeno } from "./checks/tally.ts";
import { complain, printBytes, printLine } from "./command/output.ts";

const usage = `deno task test [path ...] [--json] [--help]
deno task soak [path ...] [--json] [--help]

Runs the tests under tests/, or under the paths; soak runs them with large numbers. The last line is the tally.
--json prints {"passed","failed","ignored","seconds"} on stdout and the tests' own output on stderr.
Ends with 0 if every test passed, 1 if one failed, 2 for a wrong argument.`;

/** How many processes run tests at once, and over how many the files are dealt out: the last ones end about together. */
const LANES = 3;
const SHARES = 36;

await runTask({ usage, rest: true }, async ({ json, rest }) => {
  const started = performance.now();
  const sum = { passed: 0, failed: 0, ignored: 0 };
  let code = 0;
  const sink = json ? (bytes: Uint8Array) => complain(bytes) : printBytes;
  const colors = (json ? Deno.stderr : Deno.stdout).isTerminal() && !Deno.noColor;
  const waiting = rest.length > 0 ? [rest] : shares([...testsIn("tests")].sort());
  const shows = waiting.length === 1;

  async function lane(): Promise<void> {
    for (let paths = waiting.shift(); paths !== undefined; paths = waiting.shift()) {
      const kept: Uint8Array[] = [];
      // `deno task ok` checks the types. Here each first thread would check its own, and be late for it.
      const args = ["test", "--no-check", "--allow-all", ...paths];
      const ended = await runDeno(args, { sink: shows ? sink : (bytes) => kept.push(bytes), colors });
      kept.forEach(sink);
      // A run that ends before its summary (a syntax error, a dead process) is one failure.
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
    complain(`tests: ${sum.ignored} left out: they belong to a soak, or need a program that is not there\n`);
  }
  const seconds = (performance.now() - started) / 1000;
  printLine(json ? JSON.stringify({ ...sum, seconds }) : `tests: ${formatTally(sum)}`);
  return code;
});

/** Deals out files, neighbours to different processes: what takes long stands side by side. */
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
