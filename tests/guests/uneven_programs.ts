/**
 * Programs that do not come out the same everywhere, or not as they declare.
 *
 * @module
 */

import { type AnyProgram, defineProgram } from "../../lib/program/mod.ts";
import { cell } from "../../lib/sync/mod.ts";

const module = import.meta.url;
let runsHere = 0;

/** Tells whether it runs in a worker. */
export const spotter: AnyProgram = single("spotter", () => "WorkerGlobalScope" in globalThis ? 1 : 0);

/** Counts its runs in its module. */
export const rememberer: AnyProgram = single("rememberer", () => runsHere++);

/** Comes out as declared below a limit only. */
export const overflowing: AnyProgram = defineProgram({
  name: "overflowing",
  claim: "Up to 5 it is what it says.",
  module,
  variants: ["plain", "other"],
  parameters: {
    amount: { default: 50, max: 1000, description: "what is stored" },
    loud: { default: false, description: "changes nothing" },
    share: { default: 0.5, max: 1, fraction: true, description: "changes nothing" },
    kind: { default: "a", choices: ["a", "b"], description: "changes nothing" },
  },
  shared: () => ({ value: cell() }),
  tasks: ({ parameters: { amount } }) => [{ name: "only", run: ({ value }) => value.store(amount) }],
  outcome: ({ value }) => value.load(),
  expected: () => [0, 1, 2, 3, 4, 5],
});

function single(name: string, give: () => number): AnyProgram {
  return defineProgram({
    name,
    claim: "It gives one number.",
    module,
    shared: () => ({ value: cell() }),
    tasks: () => [{
      name: "only",
      *run({ value }) {
        yield* value.store(give());
      },
    }],
    outcome: ({ value }) => value.load(),
    expected: () => () => true,
  });
}
