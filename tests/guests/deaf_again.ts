/**
 * A script that starts itself again: what it starts says when it begins and when a signal comes, and goes on.
 *
 * @module
 */

import { startAgain } from "../../scripts/command/rights.ts";

if (Deno.args.length === 0) Deno.exit(await startAgain(["--quiet", import.meta.filename ?? "", "again"]));
Deno.addSignalListener("SIGINT", () => console.log("heard"));
setInterval(() => {}, 1000);
console.log("ready");
