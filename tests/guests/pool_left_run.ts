/**
 * A pool of processes, each in a call that does not end, by a loop or by a promise; says so, and exits when it is told to.
 *
 * @module
 */

import { Pool } from "../../mod.ts";
import type { ServiceContext } from "../../mod.ts";

/** Reports, and then loops for ever. */
export function loops(_: unknown, { report }: ServiceContext): never {
  report("there");
  for (;;);
}

/** Reports, and then waits for ever. */
export function waits(_: unknown, { report }: ServiceContext): Promise<never> {
  report("there");
  return new Promise(() => {});
}

if (import.meta.main) {
  const [name, end] = Deno.args as ["loops" | "waits", string];
  const pool = await Pool.open<{ loops: typeof loops; waits: typeof waits }>({
    mode: "process",
    module: import.meta.url,
    workers: 2,
  });
  const calls = [0, 1].map((guest) => pool.submit(name, undefined, { guest }));
  await Promise.all(calls.map((call) => new Promise<unknown>((resolve) => call.onProgress(resolve))));
  console.log("both are in their calls");
  if (end === "exit") Deno.exit(5);
}
