/**
 * How much memory is kept by what was done: what is left of it when all garbage is gone.
 *
 * @module
 */

import { getBuiltinModule } from "node:process";

const { setFlagsFromString } = getBuiltinModule("node:v8") as typeof import("node:v8");
const { runInNewContext } = getBuiltinModule("node:vm") as typeof import("node:vm");
setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

/** The bytes outside the heap, such as those of arrays, that are there after a function and were not before. */
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
