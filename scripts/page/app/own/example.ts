/**
 * What stands in the editor at first: a program of ten lines that has a bug.
 */

/** The text. */
export const EXAMPLE = `import { cell, defineProgram } from "@holdfast/holdfast";

export const visits = defineProgram({
  name: "visits",
  claim: "Two visitors are counted.",
  module: import.meta.url,
  shared: () => ({ count: cell() }),
  tasks: (_settings) =>
    ["anna", "ben"].map((name) => ({
      name,
      *run({ count }) {
        const seen = yield* count.load();
        yield* count.store(seen + 1);
      },
    })),
  outcome: ({ count }) => count.load(),
  expected: () => [2],
});
`;
