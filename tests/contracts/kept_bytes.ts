/**
 * How much memory an action keeps, after garbage collection.
 *
 * @module
 */

import { getBuiltinModule } from "node:process";

const { setFlagsFromString } = getBuiltinModule("node:v8") as typeof import("node:v8");
const { runInNewContext } = getBuiltinModule("node:vm") as typeof import("node:vm");
setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

/** How many bytes of the heap are used, after garbage collection. */
export function usedHeap(): number {
  collect();
  collect();
  return Deno.memoryUsage().heapUsed;
}

/** How many more bytes outside the heap, such as those of arrays, exist after a function has run. */
export function keptBytes(act: () => void): number {
  const used = (): number => {
    collect();
    collect();
    return Deno.memoryUsage().external;
  };
  const before = used();
  act();
  return used() - before;
}
