/**
 * A program whose second task says that it is busy, and then is for ever.
 *
 * @module
 */

import { type AnyProgram, cell, defineProgram } from "../../mod.ts";

/** See the module. */
export const busy: AnyProgram = defineProgram({
  name: "busy",
  claim: "One task ends, the other does not.",
  module: import.meta.url,
  shared: () => ({ value: cell() }),
  tasks: () => [
    { name: "quick", run: ({ value }) => value.add(1) },
    {
      name: "endless",
      *run({ value }) {
        yield* value.add(1);
        console.error("it is busy");
        while (true);
      },
    },
  ],
  outcome: ({ value }) => value.load(),
  expected: () => [2],
});
