/**
 * Waits until a cell holds what is wanted, in a loop that does nothing else.
 *
 * - The explorer explores it as a wait. A loop of one's own it has to recognize, and then takes for granted that it only
 *   waits.
 * - Whoever changes the cell tells nobody: in shared memory the wait looks at it every 2 ms at the latest.
 *
 * @example
 * ```ts
 * import { ModelMemory } from "../memory/mod.ts";
 * import { runCooperative } from "../program/mod.ts";
 * import { cell, Space } from "./mod.ts";
 * import { until } from "./until.ts";
 *
 * const space = new Space({ flag: cell() }, { tasks: 2 });
 * const memory = new ModelMemory(space.layout);
 * const { flag } = space.bind(memory);
 * const { outcomes: [waiter] } = runCooperative<unknown>(memory, [
 *   { name: "wait", steps: until(flag, (value) => value >= 2) },
 *   { name: "set", steps: flag.store(3) },
 * ]);
 * if (waiter?.kind !== "returned" || waiter.value !== 3) throw new Error("the value that is wanted is given");
 * ```
 */

import type { Steps } from "../memory/mod.ts";
import type { SharedCell } from "./cell.ts";
import { bodyOf, type Promised, type Seen, throughView } from "./view.ts";

/**
 * Waits until a cell of 32 bits holds a value that is wanted, and gives that value.
 *
 * `wanted` must depend on the value alone. It is not asked about each value: one that is replaced at once may go unseen.
 */
export function until<C extends Seen<SharedCell<"i32">>>(cell: C, wanted: (value: number) => boolean): UntilOf<C> {
  return throughView(cell, () => looking(bodyOf<SharedCell<"i32">>(cell), wanted)) as UntilOf<C>;
}

/** What `until` gives: steps, or through a view a promise, or the value. */
export type UntilOf<C extends Seen<SharedCell<"i32">>> = C extends SharedCell<"i32"> ? Steps<number>
  : C extends Promised<SharedCell<"i32">> ? Promise<number>
  : number;

function* looking(cell: SharedCell<"i32">, wanted: (value: number) => boolean): Steps<number> {
  for (;;) {
    const value = yield* cell.load();
    if (wanted(value)) return value;
    yield* cell.waitWhile(value);
  }
}
