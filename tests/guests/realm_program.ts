/**
 * A program and a system whose guests say what they should not.
 *
 * @module
 */

import { encode } from "../../lib/codec/mod.ts";
import { defineSystem, type LeafSystem, type Ports, scalar } from "../../lib/diagram/mod.ts";
import { defineProgram } from "../../lib/program/mod.ts";
import { cell } from "../../lib/sync/mod.ts";
import { type Saying, says } from "./realm_work.ts";

/** The end of a task that returned. */
const DONE = encode({ bytes: encode({ value: 5 }), waits: [], started: 0, finished: 0 });

/** What task `wrong` says, by variant. */
export const TASK_SAYINGS: Readonly<Record<string, Saying>> = {
  nothing: {},
  "an end of another number": { frames: [["reply", 2, DONE]] },
  "an end that is none": { frames: [["reply", 1, new Uint8Array(1)]] },
  "an item": { frames: [["item", 1]] },
  "begun again": { frames: [["begun", 1]] },
  "what the host says": { frames: [["result", 1]] },
  "what cannot be asked": { frames: [["ask", 1, Uint8Array.of(250)]] },
};

/** Two tasks add to a cell; one of them says something before that. */
export const sayers = defineProgram({
  name: "sayers",
  claim: "A task whose guest says what is none of the protocol's ends alone.",
  module: import.meta.url,
  variants: Object.keys(TASK_SAYINGS),
  shared: () => ({ sum: cell() }),
  tasks: ({ variant }) => [
    {
      name: "wrong",
      *run({ sum }) {
        says(TASK_SAYINGS[variant] ?? {});
        yield* sum.add(1);
      },
    },
    {
      name: "right",
      *run({ sum }) {
        yield* sum.add(1);
        return "right";
      },
    },
  ],
  *outcome({ sum }) {
    return yield* sum.load();
  },
  expected: () => [2],
});

/** A system that says something with its second update. */
export function sayer({ saying }: { saying: Saying }): LeafSystem<Ports, Ports> {
  return defineSystem({
    name: "sayer",
    inputs: { u: scalar() },
    state: { n: scalar(0) },
    outputs: { y: { type: scalar(), feedthrough: [], value: ({ state }) => state.n } },
    update: {
      period: 1,
      run: ({ state, next }) => {
        if (state.n === 1) says(saying);
        next.n = state.n + 1;
      },
    },
  });
}
