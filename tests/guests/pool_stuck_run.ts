/**
 * Runs a pool in whose thread a call computes for long, tells what the call, the next one and the end say, and exits.
 *
 * @module
 */

import { Pool } from "../../lib/pool/mod.ts";
import type * as work from "./pool_work.ts";

const [milliseconds = "60000", how = "close"] = Deno.args;
const module = import.meta.resolve("./pool_work.ts");
const pool = await Pool.open<typeof work>({ mode: "thread", module, workers: 1 });
await pool.run("square", 1);
const stop = new AbortController();
const options = { close: { signal: stop.signal }, timeout: { timeout: 0.1 }, terminate: {} }[how] ?? {};
const call = pool.submit("busy", Number(milliseconds), options);
await new Promise((resolve) => call.onProgress(resolve));
stop.abort();
const name = (error: unknown) => (error as Error).name;
const result = call.result().catch((error) => error);
// Where it is terminated, that is what ends the call.
if (how !== "terminate") await result;
const value = how === "terminate" ? 0 : await pool.run("square", 3);
const end = how === "terminate" ? pool.terminate() : pool.close();
const closing = await end.then(() => "it closes", name);
const failed = name(await result);
console.log(JSON.stringify({ failed, value, started: pool.statistics().started, closing, again: await again() }));
Deno.exit(7);

async function again(): Promise<string> {
  return await pool.close().then(() => "it closes", name);
}
