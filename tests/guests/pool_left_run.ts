/**
 * A pool of processes that have nothing to do, are in a call that does not end, by a loop or by a promise, or do not come to
 * the end of their module; says so, and ends as it is told to.
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
  const [name, end] = Deno.args as ["idles" | "loops" | "waits" | "imports", "exit" | "throw" | "reject" | "stay"];
  const module = name === "imports" ? `${import.meta.url}?imports` : import.meta.url;
  const opened = Pool.open<{ loops: typeof loops; waits: typeof waits }>({ mode: "process", module, workers: 2 });
  if (name !== "imports") {
    const pool = await opened;
    const calls = name === "idles" ? [] : [0, 1].map((guest) => pool.submit(name, undefined, { guest }));
    await Promise.all(calls.map((call) => new Promise<unknown>((resolve) => call.onProgress(resolve))));
    console.log("all are there");
  }
  setInterval(() => {}, 1000);
  if (end === "exit") Deno.exit(5);
  if (end === "throw") throw new RangeError("the host throws");
  if (end === "reject") void Promise.reject(new RangeError("the host rejects"));
} else if (new URL(import.meta.url).search === "?imports") {
  console.error("at import");
  for (;;);
}
