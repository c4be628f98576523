/**
 * `deno task test` and `deno task soak`: every test under `tests/`, or under the paths that are given.
 *
 * @module
 */

import { taskFlags } from "./checks/flags.ts";
import { formatTally, readTally, runDeno } from "./checks/tally.ts";

const usage = `deno task test [path ...] [--json] [--help]
deno task soak [path ...] [--json] [--help]

Runs the tests under tests/, or under the paths; soak runs them with large numbers. The last line is the tally.
--json prints {"passed","failed","seconds"} on stdout and the tests' own output on stderr.
Ends with 0 if every test passed, 1 if one failed, 2 for a wrong argument.`;

const { json, rest } = taskFlags({ task: "test", usage, rest: true });
const stream = json ? Deno.stderr : Deno.stdout;
const started = performance.now();
const { code, text } = await runDeno(["test", "--allow-all", ...rest], {
  sink: (bytes) => writeAll(stream, bytes),
  colors: stream.isTerminal() && !Deno.noColor,
});
// A run that ends before its summary (a type error, a dead process) is one failure.
const tally = readTally(text) ?? { passed: 0, failed: 1 };
const seconds = (performance.now() - started) / 1000;
console.log(json ? JSON.stringify({ ...tally, seconds }) : `tests: ${formatTally(tally)}`);
Deno.exit(code === 0 ? 0 : code === 130 ? 130 : 1);

function writeAll(writer: { writeSync(bytes: Uint8Array): number }, bytes: Uint8Array): void {
  for (let written = 0; written < bytes.length;) written += writer.writeSync(bytes.subarray(written));
}
