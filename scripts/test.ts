/**
 * `deno task test` and `deno task soak`: every test under `tests/`, or under the paths that are given.
 *
 * @module
 */

import { runTask } from "./checks/flags.ts";
import { formatTally, readTally, runDeno } from "./checks/tally.ts";
import { complain, printBytes, printLine } from "./command/output.ts";

const usage = `deno task test [path ...] [--json] [--help]
deno task soak [path ...] [--json] [--help]

Runs the tests under tests/, or under the paths; soak runs them with large numbers. The last line is the tally.
--json prints {"passed","failed","seconds"} on stdout and the tests' own output on stderr.
Ends with 0 if every test passed, 1 if one failed, 2 for a wrong argument.`;

await runTask({ task: "test", usage, rest: true }, async ({ json, rest }) => {
  const started = performance.now();
  // `deno task ok` checks the types. Here each first thread would check its own, and be late for it.
  const { code, text } = await runDeno(["test", "--no-check", "--allow-all", ...rest], {
    sink: json ? (bytes) => complain(bytes) : printBytes,
    colors: (json ? Deno.stderr : Deno.stdout).isTerminal() && !Deno.noColor,
  });
  // A run that ends before its summary (a syntax error, a dead process) is one failure.
  const tally = readTally(text) ?? { passed: 0, failed: 1 };
  const seconds = (performance.now() - started) / 1000;
  printLine(json ? JSON.stringify({ ...tally, seconds }) : `tests: ${formatTally(tally)}`);
  return code === 0 ? 0 : code === 130 ? 130 : 1;
});
