/**
 * Runs a program in whose thread a task computes for ever, tells what the run and the host's end say, and exits.
 *
 * @module
 */

import { Host } from "../../lib/host/mod.ts";
import type { Failed } from "../../lib/program/mod.ts";
import { counter } from "./programs.ts";
import { endless, fails } from "./result_programs.ts";

const host = new Host();
// Two guests are there when the time begins to count.
await host.run(fails, { mode: "thread" });
const { outcome } = await host.run(endless, { mode: "thread", variant: "one computes", timeout: 0.5 });
const { ok } = await host.run(counter, { mode: "thread" });
let closing = "it closes";
try {
  await host.close();
} catch (error) {
  closing = (error as Error).name;
}
const failed = (outcome as Failed).failed.map(({ task, error }) => [task, error]);
console.log(JSON.stringify({ failed, next: ok, closing }));
Deno.exit(7);
