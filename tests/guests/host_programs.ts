/**
 * Programs whose main runs on the host: one that gives back all that it is told, one that fails, one that does not end.
 *
 * @module
 */

import { type AnyHostProgram, type AnyProgram, defineHostProgram } from "../../mod.ts";
import { counter } from "./programs.ts";

/** Gives back its settings and where it runs, with a table. */
export const teller: AnyHostProgram = defineHostProgram({
  name: "teller",
  claim: "It is told how it is set.",
  module: import.meta.url,
  variants: ["short", "long"],
  specimens: ["long"],
  parameters: {
    count: { default: 2, min: 1, max: 4, description: "how many rows" },
    label: { default: "a b", text: true, description: "what the rows are called" },
    loud: { default: false, description: "whether it shouts" },
  },
  validate({ parameters: { label } }) {
    if (label === "refused") throw new RangeError(`Cannot run teller: label is ${label}, another one is wanted`);
  },
  async main({ mode, settings: { variant, seed, parameters: { count, label, loud } }, progress }) {
    progress(`row ${await Promise.resolve(count)}`);
    const rows = Array.from({ length: count }, (_, index) => [label, 10 ** index, index / 3]);
    const outcome = { label: loud ? label.toUpperCase() : label, count, variant, seed, mode };
    return { outcome, tables: [{ title: "Rows", columns: ["label", "power", "third"], rows }] };
  },
  independent: (outcome) => "failed" in outcome ? outcome : { ...outcome, mode: undefined },
  expected: ({ variant, parameters: { count } }) => (outcome) => {
    return "count" in outcome && outcome.count === count && outcome.variant === variant;
  },
});

/** Says where it runs, and calls it equal. */
export const uneven: AnyHostProgram = defineHostProgram({
  name: "uneven-main",
  claim: "It is the same everywhere, it says.",
  module: import.meta.url,
  main: ({ mode }) => Promise.resolve({ outcome: mode as string }),
  expected: () => () => true,
});

/** Runs another program on the same host. */
export const outer: AnyHostProgram = defineHostProgram({
  name: "outer",
  claim: "A program may run another.",
  module: import.meta.url,
  async main({ host, mode, observe }) {
    const { outcome, ok } = await host.run(counter as AnyProgram, { mode, observe });
    return { outcome: { outcome, ok } };
  },
  expected: () => [{ outcome: { count: 20, results: [0, 1] }, ok: true }],
});

/** Fails, in a way that its variant says. */
export const failing: AnyHostProgram = defineHostProgram({
  name: "failing-main",
  claim: "What main throws is the outcome.",
  module: import.meta.url,
  variants: ["error", "value", "nothing"],
  main({ settings: { variant } }) {
    if (variant === "error") throw new TypeError("it is odd", { cause: new RangeError("it is 3") });
    if (variant === "value") return Promise.reject(7);
    return Promise.resolve(undefined as unknown as { outcome: number });
  },
  expected: () => [1],
});

/** Waits for its signal, and then fails, ends well, or does not end. */
export const slow: AnyHostProgram = defineHostProgram({
  name: "slow-main",
  claim: "It takes long.",
  module: import.meta.url,
  variants: ["throws", "returns", "never"],
  async main({ settings: { variant }, signal, progress }) {
    progress("at work");
    await new Promise((resolve) => signal.addEventListener("abort", resolve));
    if (variant === "throws") signal.throwIfAborted();
    if (variant === "never") await new Promise(() => {});
    return { outcome: "told" };
  },
  expected: () => ["told"],
});
