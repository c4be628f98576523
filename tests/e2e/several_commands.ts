/**
 * One script with several lists of arguments, one after another in one process: what starts takes longer than a refusal.
 *
 * The script's name and the lists as JSON are the arguments. What the script prints and complains about is its own; the last
 * line on stdout is the list of exit codes.
 *
 * @module
 */

import { exitCode } from "../../scripts/command/ending.ts";

const [name = "", lists = "[]"] = Deno.args;
const { main } = await import(`../../scripts/${name}.ts`);
const codes: number[] = [];
for (const args of JSON.parse(lists)) codes.push(await exitCode(main, args));
console.log(JSON.stringify(codes));
Deno.exit();
