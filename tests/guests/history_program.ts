/**
 * Tasks that call shared things at random and give what happened, with a ticket from before and after each call; one of
 * them may die on the way.
 *
 * - A task that is to die writes its calls into `log`, which survives it. A call without an end there was going on.
 * - It dies before or after a call (its own text decides), or within one: a thread before it sleeps, a process at any time
 *   by another process's hand. A thread that takes is not killed within: what it was granted by then would go back to its
 *   place behind those who come first, which no order of calls explains.
 *
 * @module
 */

import { type Operation, seededChooser, type Steps } from "../../lib/memory/mod.ts";
import { type Queue, queue } from "../../lib/mailbox/mod.ts";
import { defineProgram, pause } from "../../lib/program/mod.ts";
import { cell, type Latch, latch, type Shareable, type SharedCell } from "../../lib/sync/mod.ts";
import type { HistoryCall } from "../../lib/testing/mod.ts";
import type { SubjectCall } from "../contracts/history_callers.ts";
import { specifiedResult, type SubjectName, subjectNames, subjectOf } from "../contracts/history_subjects.ts";

/** The variant that has all things at once. */
export const ALL = "all";

/** How the last task dies, if it does. */
export const DEATHS = ["none", "exit", "kill"] as const;

/** What a task that is to die writes down: the begin of a call, or how the last one ended. */
export type LogEntry = HistoryCall | Pick<HistoryCall, "end" | "result" | "error">;

type Methods = Record<string, (...args: readonly unknown[]) => Steps<unknown>>;

interface Things {
  readonly ticket: SharedCell<"i32">;
  readonly log: Queue<LogEntry>;
  /** Opens when all are there: a task calls for less time than another takes to start. */
  readonly start: Latch;
  readonly [name: string]: unknown;
}

/** See the module. */
export const historyProgram = defineProgram({
  name: "history",
  claim: "What real tasks see has an order.",
  module: import.meta.url,
  variants: [...subjectNames, ALL],
  parameters: {
    tasks: { default: 3, min: 2, max: 4, description: "tasks" },
    calls: { default: 200, min: 1, max: 100_000, description: "calls of each" },
    death: { default: "none", choices: DEATHS, description: "how the last task dies" },
  },
  shared: ({ variant, parameters: { tasks } }): Record<string, Shareable<unknown>> => ({
    ...Object.fromEntries(namesOf(variant).map((name) => [name, subjectOf(name).thing()])),
    ticket: cell(),
    log: queue<LogEntry>(),
    start: latch(tasks),
  }),
  *outcome(_shared, { results }) {
    return results;
  },
  tasks: ({ variant, seed, parameters: { tasks, calls, death } }) =>
    Array.from({ length: tasks }, (_, task) => ({
      name: `task${task}`,
      run(shared: Readonly<Record<string, unknown>>) {
        const dies = death !== "none" && task === tasks - 1;
        const recording = { variant, task, calls, seed, mortal: death !== "none", death: dies ? death : "none" };
        // The description above says which things these are.
        return record(shared as Things, recording);
      },
    })),
  expected: () => () => true,
});

/** The things of a variant. */
export function namesOf(variant: string): readonly SubjectName[] {
  return variant === ALL ? subjectNames : [variant as SubjectName];
}

interface Recording {
  readonly variant: string;
  readonly task: number;
  readonly calls: number;
  readonly seed: number;
  readonly mortal: boolean;
  readonly death: string;
}

function* record(things: Things, { variant, task, calls, seed, mortal, death }: Recording): Steps<HistoryCall[]> {
  const { ticket, log, start } = things;
  // With many things nobody waits for ever: tasks would wait for one another's.
  const patient = variant !== ALL;
  const callers = namesOf(variant).map((name) => {
    return { name, caller: subjectOf(name).caller({ task, patient, mortal }) };
  });
  const choose = seededChooser(seed * 31 + task);
  const dies = death !== "none";
  // Early: who dies also writes it all down, and the others are not to be done by then.
  const last = dies ? choose(Math.ceil(calls / 6)) : Infinity;
  const moment = (["before", "within", "after"] as const)[choose(3)];
  const history: HistoryCall[] = [];
  yield* start.countDown();
  yield* start.wait();
  for (let count = 0;; count++) {
    const next = nextCall(callers, { count, calls }, choose);
    if (next === undefined) break;
    const { name, caller, call } = next;
    const begin = yield* ticket.add(1);
    const { method } = call;
    const what: HistoryCall = { task, object: name, method, args: call.specified ?? call.args, begin };
    if (dies) yield* log.put(what);
    if (count === last && moment === "before") die(death);
    if (count === last && moment === "within" && death === "kill") killSoon(choose(4) / 1000);
    const isTake = /take|get/i.test(method);
    const dying = count >= last && moment === "within" && death === "exit" && !isTake;
    let ended: Pick<HistoryCall, "end" | "result" | "error">;
    try {
      const steps = perform(things[name], call);
      const result = yield* dying ? dyingAsleep(steps) : steps;
      ended = { end: yield* ticket.add(1), result: specifiedResult(method, result) };
      caller.returned(call, result);
    } catch (error) {
      if (error instanceof Error && error.name === "StoppedError") throw error;
      ended = { end: yield* ticket.add(1), error: error instanceof Error ? error.name : String(error) };
    }
    if (count >= last && moment === "after") die(death);
    if (dies) yield* log.put(ended);
    history.push({ ...what, ...ended });
  }
  if (death === "exit") die(death);
  while (death === "kill") yield* pause(0.001);
  return history;
}

function nextCall(
  callers: readonly { readonly name: string; readonly caller: ReturnType<ReturnType<typeof subjectOf>["caller"]> }[],
  { count, calls }: { count: number; calls: number },
  choose: (n: number) => number,
) {
  // Who cannot give back what it holds would try for ever.
  if (count > 2 * calls + 200) return undefined;
  if (count < calls) {
    const chosen = callers[choose(callers.length)];
    const call = chosen?.caller.next(choose, false);
    return chosen === undefined || call === undefined ? undefined : { ...chosen, call };
  }
  for (const one of callers) {
    const call = one.caller.next(choose, true);
    if (call !== undefined) return { ...one, call };
  }
  return undefined;
}

function perform(thing: unknown, { method, args }: SubjectCall): Steps<unknown> {
  // The callers call what the things have.
  return (thing as Methods)[method]!(...args);
}

function die(death: string): never {
  if (death === "exit") Deno.exit(3);
  Deno.kill(Deno.pid, "SIGKILL");
  throw new Error("Cannot be: dead");
}

/** The steps of a call, by one who dies where it would sleep. */
function* dyingAsleep(steps: Steps<unknown>): Generator<Operation, unknown, unknown> {
  const iterator = steps[Symbol.iterator]();
  let next = iterator.next();
  while (!next.done) {
    if (next.value.kind === "wait") die("exit");
    next = iterator.next(yield next.value);
  }
  return next.value;
}

function killSoon(seconds: number): void {
  new Deno.Command("sh", { args: ["-c", `sleep ${seconds}; kill -9 ${Deno.pid}`], stdin: "null" }).spawn();
}
