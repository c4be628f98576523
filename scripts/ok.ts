/**
 * `deno task ok`: every rule of the gate is a command. All of them run, even after one has failed.
 *
 * Two run at once; results are reported in the order of the list.
 */

import { pooledMap } from "@std/async";
import { runTask } from "./checks/flags.ts";
import { formatTally, readTally, type Run, runDeno } from "./checks/tally.ts";
import { printLine } from "./command/output.ts";

/** A rule: its statement, and the arguments of the `deno` command that checks it. */
interface Rule {
  readonly rule: string;
  readonly command: readonly string[];
}

const usage = `deno task ok [--json] [--help]

Runs the rules of the gate, one line each, with the output of those that fail. The last line is the tally.
--json prints {"rules":[{"rule","command","ok","detail","seconds","output"}]}.
Ends with 0 if every rule holds, 1 if one does not, 2 for a wrong argument.`;

/** How many rules are checked at once: most of them are one thread of TypeScript's. */
const LANES = 2;

await runTask({ usage }, async ({ json }) => {
  const results: Record<string, unknown>[] = [];
  let failed = 0;
  for await (const { rule, command, seconds, code, text } of pooledMap(LANES, await rules(), decide)) {
    const ok = code === 0;
    if (!ok) failed++;
    const tally = readTally(text);
    const detail = tally === undefined ? "" : formatTally(tally);
    results.push({ rule, command: ["deno", ...command].join(" "), ok, detail, seconds, output: ok ? "" : told(text) });
    if (json) continue;
    const note = detail === "" ? "" : `, ${detail}`;
    printLine(`${ok ? "ok    " : "FAILED"} ${rule} (${seconds.toFixed(1)} s${note})`);
    if (!ok) printLine(`\n$ deno ${command.join(" ")}\n${told(text)}\n`);
  }
  const passed = results.length - failed;
  printLine(json ? JSON.stringify({ rules: results }) : `rules: ${formatTally({ passed, failed })}`);
  return failed === 0 ? 0 : 1;
});

/** Checks a rule. */
async function decide(rule: Rule): Promise<Rule & Run & { readonly seconds: number }> {
  const started = performance.now();
  const run = await runDeno(rule.command);
  return { ...rule, ...run, seconds: (performance.now() - started) / 1000 };
}

/** Output without deno's lines of progress. */
function told(text: string): string {
  return text.replace(/^(Check|Download|Initialize) .*\n/gm, "").trim();
}

async function rules(): Promise<Rule[]> {
  const config: { exports: Record<string, string> } = JSON.parse(
    await Deno.readTextFile(new URL("../deno.json", import.meta.url)),
  );
  const entries = Object.values(config.exports);
  const page = "scripts/page/app";
  const examples = ["lib", "mod.ts", "README.md"];
  return [
    { rule: "the format is deno fmt's", command: ["fmt", "--check"] },
    { rule: "no lint, layers included", command: ["lint"] },
    { rule: "the types hold", command: ["check"] },
    // The page's app has other types: those of a browser, and of packages that only its task downloads.
    {
      rule: "the types of the page hold",
      command: ["check", "--config", `${page}/deno.json`, "--frozen", `${page}/main.tsx`],
    },
    { rule: "each file says what it is", command: ["run", "--allow-read", "scripts/checks/docs.ts"] },
    { rule: "each test tests what it is named for", command: ["run", "--allow-read", "scripts/checks/tests.ts"] },
    { rule: "each public symbol is documented", command: ["doc", "--lint", ...entries] },
    { rule: "mod.ts has every type that its symbols name", command: ["doc", "--lint", "mod.ts"] },
    { rule: "the types of the examples hold", command: ["check", "--doc-only", ...examples] },
    { rule: "the examples run", command: ["test", "--doc", "--no-check", "--allow-all", ...examples] },
    { rule: "the package can be published", command: ["publish", "--dry-run", "--allow-dirty"] },
  ];
}
