/**
 * Processes that wait: a generator whose segments between two waits are updates.
 *
 * - A wait adds exact time: 0.3 three times is 0.9. Its value is the time at which the process goes on.
 * - Where it stands is inside the generator, which no snapshot can hold. A process that returns `again` is begun anew
 *   after a while, with the place that it gave: in between it is values alone.
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

/** {@linkcode ProcessNow.wait} */
export function* wait(seconds: number): Generator<Wait, number, number> {
  return yield { kind: "wait", seconds };
}

/** {@linkcode ProcessNow.again} */
export function again(seconds: number, place?: unknown): Again {
  return { kind: "again", seconds, place };
}
