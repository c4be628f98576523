/**
 * Programs that return, throw and cannot be run, for the tests of modes.
 *
 * @module
 */

import { StateError, WaitTimeoutError } from "../../lib/errors.ts";
import type { Steps } from "../../lib/memory/mod.ts";
import { defineProgram, type ParameterTable } from "../../lib/program/mod.ts";
import { cell, lock, semaphore, type Shareables } from "../../lib/sync/mod.ts";

const module = import.meta.url;

function cycle(): unknown {
  const one: Record<string, unknown> = { name: "one" };
  one["self"] = one;
  return one;
}

/** What a task may return. */
export const VALUES: Readonly<Record<string, () => unknown>> = {
  undefined: () => undefined,
  null: () => null,
  nan: () => NaN,
  "minus zero": () => -0,
  bigint: () => 2n ** 70n,
  text: () => "\u{1f600}\ud800",
  map: () => new Map<unknown, unknown>([[1, new Set(["a"])], ["date", new Date(5)]]),
  bytes: () => Uint8Array.of(1, 2, 3),
  floats: () => Float64Array.of(0.5, -0, NaN),
  cycle,
  error: () => new RangeError("outer", { cause: new TypeError("inner") }),
  nested: () => ({ list: [1, [2, { three: undefined }]] }),
  large: () => new Uint8Array(3_000_000).fill(7),
};

/** What a task may not return. */
export const UNCLONEABLE: Readonly<Record<string, () => unknown>> = {
  function: () => () => 1,
  "nested function": () => ({ a: [() => 1] }),
  symbol: () => Symbol("s"),
  "shared bytes": () => new Uint8Array(new SharedArrayBuffer(4)),
  "weak map": () => new WeakMap(),
};

/** How a task may fail. */
export const FAILURES: Readonly<Record<string, () => unknown>> = {
  error: () => new RangeError("it went wrong"),
  "error with a cause": () => new TypeError("the outer", { cause: new RangeError("the inner", { cause: "the core" }) }),
  "error of the library": () => new StateError("Cannot do this: it is so, otherwise is wanted"),
  text: () => "a text",
  nothing: () => undefined,
  object: () => ({ toString: () => "an object" }),
  hostile: () => ({
    toString() {
      throw new Error("no text");
    },
  }),
  "own class": () =>
    new (class OwnError extends Error {
      override readonly name = "OwnError";
    })("its own"),
};

/** One task returns a value; what arrives is told. */
export const returns = defineProgram({
  name: "returns",
  claim: "What a task returns arrives.",
  module,
  variants: [...Object.keys(VALUES), ...Object.keys(UNCLONEABLE).map((name) => `no ${name}`)],
  shared: () => ({}),
  *outcome(_shared, { results }) {
    return results;
  },
  tasks: ({ variant }) => [{
    name: "only",
    *run() {
      return (VALUES[variant] ?? UNCLONEABLE[variant.slice(3)])?.();
    },
  }],
  expected: () => () => true,
});

/** One task fails in some way; another is not bothered. */
export const fails = defineProgram({
  name: "fails",
  claim: "What a task throws arrives.",
  module,
  variants: [
    ...Object.keys(FAILURES),
    "before its first step",
    "no steps",
    "a promise",
    "bad argument",
    "release without holding",
    "timeout",
    "senseless operation",
  ],
  shared: () => ({ guard: lock({ owned: true }), spare: lock({ owned: true }), permits: semaphore(0), count: cell() }),
  *outcome() {},
  tasks: ({ variant }) => [
    {
      name: "failing",
      run({ guard, spare, permits }): Steps<unknown> {
        if (variant === "before its first step") throw new RangeError("at once");
        if (variant === "no steps") return undefined as unknown as Steps<unknown>;
        if (variant === "a promise") return Promise.resolve(1) as unknown as Steps<unknown>;
        if (variant === "bad argument") return guard.acquire({ timeout: NaN });
        if (variant === "release without holding") return spare.release();
        if (variant === "timeout") return lateHold(permits);
        if (variant === "senseless operation") return beyond();
        return failing(variant);
      },
    },
    {
      name: "other",
      *run({ guard, count }) {
        using _held = yield* guard.lock();
        yield* count.add(1);
      },
    },
  ],
  expected: () => () => true,
});

function* failing(variant: string): Steps<never> {
  throw FAILURES[variant]?.();
}

function* beyond(): Steps<unknown> {
  return yield { kind: "choose", n: 0 };
}

function* lateHold(permits: { hold(options: { timeout: number }): Steps<Disposable> }): Steps<void> {
  try {
    using _held = yield* permits.hold({ timeout: 0.01 });
  } catch (error) {
    if (error instanceof WaitTimeoutError) throw error;
    throw new Error(`${error} is no WaitTimeoutError`);
  }
}

/** A program whose shared things depend on where it is made. */
export const uneven = defineProgram({
  name: "uneven",
  claim: "It is another program here and there.",
  module,
  variants: ["words", "names", "tasks"],
  shared: ({ variant }): Shareables => {
    if (variant === "words") return isFar() ? { a: cell() } : { a: cell(), b: cell() };
    if (variant === "names") return isFar() ? { a: cell() } : { b: cell() };
    return {};
  },
  *outcome() {},
  tasks: ({ variant }) => (variant === "tasks" && isFar() ? ["a"] : ["a", "b"]).map((name) => ({ name, *run() {} })),
  expected: () => () => true,
});

/** A program whose parameters depend on where it is made. */
export const unevenParameters = defineProgram({
  name: "uneven parameters",
  claim: "It has other parameters here and there.",
  module,
  parameters: (isFar() ? {} : { extra: { default: 1, description: "only here" } }) as ParameterTable,
  shared: () => ({}),
  *outcome() {},
  tasks: () => [{ name: "a", *run() {} }],
  expected: () => () => true,
});

/** Whether this is a guest: the tests may do everything, and a child next to nothing. */
function isFar(): boolean {
  return "DedicatedWorkerGlobalScope" in globalThis || Deno.permissions.querySync({ name: "net" }).state !== "granted";
}

/** Not what a program can be. */
export const misshapen = {
  nobody: defineProgram({
    name: "nobody",
    claim: "It has no tasks.",
    module,
    shared: () => ({}),
    *outcome() {},
    tasks: () => [],
    expected: () => [],
  }),
  twins: defineProgram({
    name: "twins",
    claim: "Its tasks have one name.",
    module,
    shared: () => ({}),
    *outcome() {},
    tasks: () => ["a", "a"].map((name) => ({ name, *run() {} })),
    expected: () => [],
  }),
};

/** Does nothing but wait, or compute. */
export const endless = defineProgram({
  name: "endless",
  claim: "It ends by its timeout only.",
  module,
  variants: ["sleeps", "polls", "waits", "computes", "one computes", "mixed", "one waits"],
  shared: () => ({ guard: lock(), count: cell() }),
  *outcome() {},
  tasks: ({ variant }) =>
    ["a", "b"].map((name) => ({
      name,
      *run({ guard, count }): Steps<string> {
        if (variant === "one computes" && name === "a") return "done";
        if (variant === "computes" || variant === "one computes") { for (;;) Math.sqrt(2); }
        if (variant === "polls") { for (;;) yield* count.load(); }
        if (variant === "sleeps") { for (;;) yield* sleepLong(); }
        using _held = yield* guard.lock();
        if (variant === "one waits") {
          yield { kind: "sleep", until: ((yield { kind: "now" }) as number) + 10 };
          for (;;) yield* count.load();
        }
        if (variant === "mixed") yield* sleepLong();
        yield* guard.acquire({ timeout: 3600 });
        return "not reached";
      },
    })),
  expected: () => () => true,
});

function* sleepLong(): Steps<void> {
  const now = (yield { kind: "now" }) as number;
  yield { kind: "sleep", until: now + 3_600_000 };
}

/** Cannot be made elsewhere. */
export const unfindable = defineProgram({
  name: "nowhere to be found",
  claim: "Its module does not export a program of its name.",
  module: import.meta.resolve("./crowd.ts"),
  shared: () => ({}),
  *outcome() {},
  tasks: () => [{ name: "a", *run() {} }],
  expected: () => [],
});
