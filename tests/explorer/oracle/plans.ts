/**
 * Programs as data: what each task does with which things. One program runs any of them, so that a guest elsewhere gets its
 * plan as a parameter.
 *
 * - An act's error is a value, but for those that come from the run: a task goes on after it.
 *
 * @module
 */

import { choose, now, type Steps } from "../../../lib/memory/mod.ts";
import { defineProgram, pause } from "../../../lib/program/mod.ts";
import { type CancelToken, cancelToken, cell, type Shareable, type SharedCell } from "../../../lib/sync/mod.ts";
import { type Around, type Kind, kinds } from "./acts.ts";

/** What a task does with a thing, or on its own. */
export interface PlannedAct {
  /** The place of the thing in the plan; absent for what needs none. */
  readonly thing?: number;
  /** The name of the act. */
  readonly act: string;
  /** 1 or 2. */
  readonly count?: number;
  /** How long it waits: in milliseconds, until the token is cancelled, or both; for ever by default. */
  readonly timeout?: number | undefined;
  readonly cancel?: boolean | undefined;
}

/** What a task does. */
export interface PlannedTask {
  readonly daemon?: boolean;
  readonly acts: readonly PlannedAct[];
}

/** A program to be. */
export interface Plan {
  /** Each the name of a kind and which way it is made. */
  readonly things: readonly (readonly [kind: keyof typeof kinds, way: number])[];
  readonly tasks: readonly PlannedTask[];
}

/** What a task does by itself. */
const own: Readonly<Record<string, (around: Around & { readonly token: CancelToken }) => Steps<unknown>>> = {
  load: ({ x }) => x.load(),
  add: ({ x, count }) => x.add(count),
  choose: () => choose(2),
  pause: () => pause(0.001),
  *later({ x }) {
    const before = yield* now();
    yield* x.load();
    return (yield* now()) > before;
  },
  cancel: ({ token }) => token.cancel(),
  // deno-lint-ignore require-yield
  *fail() {
    throw new TypeError("the task fails");
  },
};

/** The names of what a task does by itself. */
export const ownActs: readonly string[] = Object.keys(own);

/** Errors that end a task: those that a run throws into it, and its own failure. */
const ENDING: readonly string[] = ["DeadlockError", "StoppedError", "GuestTimeoutError", "TypeError"];

function* perform(shared: Readonly<Record<string, unknown>>, plan: Plan, task: number): Steps<unknown[]> {
  // The description below says which things these are.
  const { x, token } = shared as { x: SharedCell<"i32">; token: CancelToken };
  const log: unknown[] = [];
  for (const { thing, act, count = 1, timeout, cancel } of plan.tasks[task]?.acts ?? []) {
    const wait = timeout === undefined && !cancel
      ? undefined
      : { ...timeout === undefined ? {} : { timeout: timeout / 1000 }, ...cancel ? { cancel: token } : {} };
    const around = { count, wait, x, token };
    try {
      const made = thing === undefined ? undefined : plan.things[thing];
      const kind: Kind | undefined = made && kinds[made[0]];
      const steps = kind === undefined ? own[act]?.(around) : kind.acts[act]?.(shared[`thing${thing}`], around);
      log.push(told(yield* steps ?? pause(0)));
    } catch (error) {
      if (!(error instanceof Error) || ENDING.includes(error.name)) throw error;
      log.push(told(error));
    }
  }
  return log;
}

/** A value as plain data. */
function told(value: unknown): unknown {
  if (value === undefined) return null;
  if (value instanceof Error) return `${value.name}`;
  if (typeof value === "bigint") return `${value}n`;
  if (Array.isArray(value)) return value.map(told);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, told(part)]));
}

function planOf(text: string): Plan {
  return JSON.parse(text) as Plan;
}

/** The program that does what a plan says. */
export const planned = defineProgram({
  name: "planned",
  claim: "Anything may come out.",
  module: import.meta.url,
  parameters: { plan: { default: '{"things":[],"tasks":[{"acts":[]}]}', text: true, description: "what it does" } },
  shared: ({ parameters: { plan } }): Record<string, Shareable<unknown>> => ({
    x: cell(),
    token: cancelToken(),
    ...Object.fromEntries(
      planOf(plan).things.map(([kind, way], index) => {
        const made: Kind = kinds[kind];
        const make = made.make[way % made.make.length];
        if (make === undefined) throw new RangeError(`Cannot make ${kind}: it has no way ${way}`);
        return [`thing${index}`, make()];
      }),
    ),
  }),
  *outcome({ x }, { results }) {
    return { x: yield* (x as SharedCell<"i32">).load(), results: results.map((result) => result ?? null) };
  },
  tasks: ({ parameters: { plan } }) => {
    const { tasks } = planOf(plan);
    return tasks.map(({ daemon = false }, task) => ({
      name: `task${task}`,
      daemon,
      run: (shared: Readonly<Record<string, unknown>>) => perform(shared, planOf(plan), task),
    }));
  },
  expected: () => () => true,
});
