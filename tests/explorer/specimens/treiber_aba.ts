/**
 * A stack without a lock, whose nodes are used again: a compareExchange sees the same top, though the stack under it is
 * another. The fixed twin counts the changes of the top beside it.
 *
 * @module
 */

import type { Steps } from "../../../lib/memory/mod.ts";
import { defineProgram, ensure } from "../../../lib/program/mod.ts";
import { cell, cells, type Shared } from "../../../lib/sync/mod.ts";

const NOTHING = 0;
const A = 1;
const B = 2;
/** The top is a node, plus this for each change of it. */
const CHANGE = 4;

// From the top: A, B.
const things = () => ({
  top: cell({ initial: A }),
  belowA: cell({ initial: B }),
  belowB: cell(),
  taken: cells({ length: 3 }),
});

type Stack = Shared<ReturnType<typeof things>>;

function below({ belowA, belowB }: Stack, node: number): Stack["belowA"] {
  return node === A ? belowA : belowB;
}

function* pop(stack: Stack, isCounted: boolean): Steps<number> {
  const { top, taken } = stack;
  for (;;) {
    const seen = yield* top.load();
    const node = seen % CHANGE;
    if (node === NOTHING) return NOTHING;
    const next = yield* below(stack, node).load();
    const replacement = isCounted ? seen - node + next + CHANGE : next;
    if ((yield* top.compareExchange(seen, replacement)) !== seen) continue;
    ensure((yield* taken.at(node).exchange(1)) === 0, "nobody else has the node");
    return node;
  }
}

function* push(stack: Stack, node: number, isCounted: boolean): Steps<void> {
  const { top, taken } = stack;
  yield* taken.at(node).store(0);
  for (;;) {
    const seen = yield* top.load();
    yield* below(stack, node).store(seen % CHANGE);
    const replacement = isCounted ? seen - seen % CHANGE + node + CHANGE : node;
    if ((yield* top.compareExchange(seen, replacement)) === seen) return;
  }
}

/** See the module. */
export const treiberAba = defineProgram({
  name: "treiber-aba",
  claim: "Each node is on the stack or with one task.",
  variants: ["plain", "fixed"],
  specimens: ["plain"],
  shared: things,
  tasks: ({ variant }) => {
    const isCounted = variant === "fixed";
    return [
      {
        name: "one",
        *run(stack: Stack) {
          yield* pop(stack, isCounted);
          yield* pop(stack, isCounted);
        },
      },
      {
        name: "other",
        *run(stack: Stack) {
          const first = yield* pop(stack, isCounted);
          yield* pop(stack, isCounted);
          if (first !== NOTHING) yield* push(stack, first, isCounted);
        },
      },
    ];
  },
  outcome: function* () {},
  expected: () => () => true,
});
