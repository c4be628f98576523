/**
 * Programs as data: what each task does with which things. One program runs any of them, so that a guest elsewhere gets its
 * plan as a parameter.
 *
 * - An act's error is a value, but for those that come from the run: a task goes on after it.
 *
 * @module
 */

import { choose, now, seededChooser, type Steps } from "../../../lib/memory/mod.ts";
import { defineProgram, pause } from "../../../lib/program/mod.ts";
import {
  type CancelToken,
  cancelToken,
  cell,
  type Latch,
  latch,
  type Shareable,
  type SharedCell,
} from "../../../lib/sync/mod.ts";
import { type Around, type Kind, kinds } from "./acts.ts";

/** What a task does with a thing, or on its own. */
export interface PlannedAct {
  /** The place of the thing in the plan; absent for what needs none. */
  readonly thing?: number;
  /** The name of the act. */
  readonly act: string;
  /** 1 or 2. */
  readonly count?: number;
  /** How long it waits: in milliseconds, until the token is canceled, or both; forever by default. */
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
  store: ({ x, count }) => x.store(count),
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

interface Things {
  readonly x: SharedCell<"i32">;
  readonly token: CancelToken;
  /** Only where there is a gate, as the next one. */
  readonly start: Latch;
  readonly awake: SharedCell<"i32">;
  readonly [name: string]: unknown;
}

function* perform(
  shared: Readonly<Record<string, unknown>>,
  { plan, task, delays, gate }: {
    readonly plan: Plan;
    readonly task: number;
    readonly delays: number;
    readonly gate: boolean;
  },
): Steps<unknown[]> {
  // The description below says which things these are.
  const { x, token, start, awake } = shared as Things;
  const log: unknown[] = [];
  const choose = seededChooser(31 * delays + task);
  if (gate) {
    // A task elsewhere takes longer to start, and to wake up, than it has to do.
    yield* start.countDown();
    yield* start.wait();
    yield* awake.add(1);
    for (let look = 0; look < MOST_LOOKS && (yield* awake.load()) < plan.tasks.length; look++);
  }
  for (const { thing, act, count = 1, timeout, cancel } of plan.tasks[task]?.acts ?? []) {
    const wait = timeout === undefined && !cancel
      ? undefined
      : { ...timeout === undefined ? {} : { timeout: timeout / 1000 }, ...cancel ? { cancel: token } : {} };
    const around = { count, wait, x, token };
    if (delays > 0) turnAround(choose(2) * choose(MOST_TURNS[choose(MOST_TURNS.length)] ?? 1));
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

const MOST_LOOKS = 10_000;

/** Up to so many turns: from less than a microsecond to some hundred, as acts take in threads and in processes. */
const MOST_TURNS: readonly number[] = [100, 3000, 100_000];

/** Does nothing for so many turns. */
function turnAround(turns: number): number {
  let sum = 0;
  for (let turn = 0; turn < turns; turn++) sum = (Math.imul(sum, 31) + turn) | 0;
  return sum;
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
  parameters: {
    plan: { default: '{"things":[],"tasks":[{"acts":[]}]}', text: true, description: "what it does" },
    delays: { default: 0, description: "where not 0: decides delays between acts" },
    gate: { default: false, description: "whether all tasks begin when all have started" },
  },
  shared: ({ parameters: { plan, gate } }): Record<string, Shareable<unknown>> => ({
    x: cell(),
    token: cancelToken(),
    ...gate ? { start: latch(planOf(plan).tasks.length), awake: cell() } : {},
    ...Object.fromEntries(
      planOf(plan).things.map(([kind, way], index) => {
        const made: Kind = kinds[kind];
        const make = made.make[way % made.make.length];
        if (make === undefined) throw new RangeError(`Cannot make ${kind}: it has no way ${way}`);
        return [`thing${index}`, make()];
      }),
    ),
  }),
  *outcome(shared, { results, settings: { parameters: { plan } } }) {
    const { x } = shared as Things;
    const things: unknown[] = [];
    for (const [index, [kind]] of planOf(plan).things.entries()) {
      try {
        things.push(told(yield* kinds[kind].look(shared[`thing${index}`])));
      } catch (error) {
        things.push(told(error));
      }
    }
    return { x: yield* x.load(), things, results: results.map((result) => result ?? null) };
  },
  tasks: ({ parameters: { plan, delays, gate } }) => {
    const { tasks } = planOf(plan);
    return tasks.map(({ daemon = false }, task) => ({
      name: `task${task}`,
      daemon,
      run: (shared: Readonly<Record<string, unknown>>) => perform(shared, { plan: planOf(plan), task, delays, gate }),
    }));
  },
  expected: () => () => true,
});
