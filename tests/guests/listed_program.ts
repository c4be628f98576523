/**
 * A host program in a list: its function is no export of this module.
 *
 * @module
 */

import { type AnyHostProgram, defineHostProgram } from "../../mod.ts";

function halve(n: number): number {
  return n / 2;
}

/** The only one. */
export const programs: readonly AnyHostProgram[] = [
  defineHostProgram({
    name: "halving",
    claim: "It is found by its list.",
    module: import.meta.url,
    functions: { halve },
    main: () => Promise.resolve({ outcome: halve(1) }),
    expected: () => [0.5],
  }),
];
