/**
 * The waits of a process: a generator whose segments between waits are updates.
 *
 * - A wait adds exact time: three waits of 0.3 s end at 0.9 s. The value of the wait is the time at which the process
 *   continues.
 * - A generator's position cannot be saved in a snapshot. A process that returns `again` is started again later, with
 *   the place that it passed; until then it consists only of values, which can be saved.
 *
 * @example
 * ```ts
 * import { defineSystem } from "./define_system.ts";
 * import { scalar } from "./port.ts";
 *
 * const blinker = defineSystem({
 *   name: "blinker",
 *   state: { on: scalar() },
 *   outputs: { on: { type: scalar(), value: ({ state }) => state.on } },
 *   process: function* ({ next, wait, again }) {
 *     next.on = 1;
 *     yield* wait(0.3);
 *     next.on = 0;
 *     return again(0.7);
 *   },
 * });
 * if (blinker.behavior.chosen[0]?.kind !== "process") throw new Error("a description, nothing waits");
 * ```
 */

import type { Again, Wait } from "./system.ts";

/** See {@linkcode ProcessNow.wait}. */
export function* wait(seconds: number): Generator<Wait, number, number> {
  return yield { kind: "wait", seconds };
}

/** See {@linkcode ProcessNow.again}. */
export function again(seconds: number, place?: unknown): Again {
  return { kind: "again", seconds, place };
}
