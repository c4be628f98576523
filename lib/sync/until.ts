/**
 * Waits, and does nothing else, until a cell holds a wanted value.
 *
 * - The explorer treats it as a wait. A hand-written loop it must recognize, and can only assume that the loop does
 *   nothing but wait.
 * - A task that changes the cell notifies nobody: on shared memory, the wait checks the cell at least every 2 ms.
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
 * if (waiter?.kind !== "returned" || waiter.value !== 3) throw new Error("expected the wanted value");
 * ```
 */

import type { Steps } from "../memory/mod.ts";
import type { SharedCell } from "./cell.ts";
import { bodyOf, type Promised, type Seen, throughView } from "./view.ts";

/**
 * Waits until a 32-bit cell holds a value that satisfies `wanted`, and returns that value.
 *
 * `wanted` must depend on the value alone. It is not called for every value: a value that is soon replaced may go
 * unseen.
 */
export function until<C extends Seen<SharedCell<"i32">>>(cell: C, wanted: (value: number) => boolean): UntilOf<C> {
  return throughView(cell, () => looking(bodyOf<SharedCell<"i32">>(cell), wanted)) as UntilOf<C>;
}

/** What `until` returns: steps, or through a view a promise or the value itself. */
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
