/**
 * Lost wake-ups: a task sleeps forever because the signal that it waits for came too early and woke nobody.
 *
 * - A signal is a call that wakes waiters and has no effect on later ones (`SharedThing.signals`), or a notify of a
 *   word that does not belong to such a thing.
 * - It is lost <=> it is the last signal of its thing, it woke nobody, the sleeper began to wait after it, and the
 *   sleeper would continue if the signal came at the end of the run, which is tried.
 */

import { calledName, PARKED } from "../../memory/mod.ts";
import type { TreeNode } from "../answer_tree.ts";
import type { Execution } from "../execution.ts";
import type { ProgramModel } from "../program_model.ts";

/** The last signal of a thing or a word. */
interface Signal {
  readonly task: number;
  readonly method: string;
  readonly step: number;
  /** The number of its first operation in the run. */
  readonly at: number;
  wokeSome: boolean;
}

/**
 * The signal that was lost in the run just performed, and the task that sleeps, as text; undefined if none was lost.
 */
export function lostWakeup(execution: Execution): string | undefined {
  const { model } = execution;
  const sleepers = new Map<number, string>();
  for (const [task, node] of execution.nodes.entries()) {
    const thing = node.end === undefined ? thingOf(model, node) : undefined;
    if (thing !== undefined) sleepers.set(task, thing);
  }
  if (sleepers.size === 0) return undefined;
  const { signals, since } = traced(execution);
  for (const [task, thing] of sleepers) {
    const signal = signals.get(thing);
    if (signal === undefined || signal.wokeSome || signal.at > (since.get(task) ?? 0)) continue;
    if (!wouldHelp(execution, task, thing)) continue;
    const who = `${model.names[signal.task]} at step ${signal.step}`;
    return `the ${calledName(signal.method)} of ${thing} by ${who} woke nobody, and ${
      model.names[task]
    } waits for it since`;
  }
  return undefined;
}

/** The name of the thing or the word that a task sleeps on, if it can be signaled. */
function thingOf(model: ProgramModel, { operation, call }: TreeNode): string | undefined {
  if (operation?.kind !== "wait") return undefined;
  if (!model.isLane(operation.word)) return model.memory.layout.nameOf(operation.word);
  return call !== undefined && model.signalsOf(call.object).length > 0 ? call.object : undefined;
}

/** The last signals of the run, and when each sleeping task began to sleep. */
function traced(execution: Execution): {
  readonly signals: ReadonlyMap<string, Signal>;
  readonly since: ReadonlyMap<number, number>;
} {
  const { model } = execution;
  const signals = new Map<string, Signal>();
  const since = new Map<number, number>();
  execution.retrace((task, { operation, call }, answer) => {
    const [at, step] = [execution.operations, execution.taken.length - 1];
    if (operation?.kind === "call" && model.signalsOf(operation.object).includes(operation.method)) {
      signals.set(operation.object, { task, method: operation.method, step, at, wokeSome: false });
    } else if (operation?.kind === "notify" && !model.isLane(operation.word)) {
      const wokeSome = typeof answer === "number" && answer > 0;
      signals.set(model.memory.layout.nameOf(operation.word), { task, method: "notify", step, at, wokeSome });
    } else if (operation?.kind === "wait" && answer === PARKED) {
      since.set(task, at);
    } else if (operation?.kind === "store" && operation.value !== 0 && model.isLane(operation.word)) {
      // A task that serves a waiter stores to the word that the waiter sleeps on or is about to sleep on.
      const signal = call === undefined ? undefined : signals.get(call.object);
      if (signal?.task === task) signal.wokeSome = true;
    }
  });
  return { signals, since };
}

/** Whether a sleeper would continue, and not wait there again, if the signal came at the end. */
function wouldHelp(execution: Execution, task: number, thing: string): boolean {
  const { model } = execution;
  const { operation } = execution.nodes[task] ?? {};
  execution.goOn(() => {
    if (operation?.kind === "wait" && !model.isLane(operation.word)) {
      model.memory.perform({ kind: "notify", word: operation.word, count: Infinity });
    } else model.rouse(thing);
  });
  const node = execution.nodes[task];
  const helps = node?.end !== undefined || (node !== undefined && thingOf(model, node) !== thing);
  execution.retrace(() => {});
  return helps;
}
