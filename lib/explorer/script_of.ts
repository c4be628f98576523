/**
 * The script of a run: every memory operation that it performs, so that real threads and processes can repeat it.
 *
 * - The steps stand in the order in which the model performed them. A task that is woken goes on in a step of its own; so
 *   does what follows the end of a task, where shared things are told of it.
 * - A real run that repeats a script comes to the model's outcome ({@linkcode isRepeated}). Where the model's run ends in a
 *   deadlock the real one does too, and then goes on: its tasks get a `DeadlockError`, and whom that lets go, goes.
 *
 * @module
 */

import { type Answer, INLINE, InlineCall, PARKED } from "../memory/mod.ts";
import {
  type AnyProgram,
  dataText,
  type Failed,
  type Script,
  type ScriptStep,
  settingsOf,
  type SettingsOptions,
} from "../program/mod.ts";
import { Failure } from "./answer_tree.ts";
import { Execution, type ExecutionOptions, isAssertion, type Observe } from "./execution.ts";
import { replay } from "./explore.ts";
import { ProgramModel } from "./program_model.ts";
import { Replay } from "./replay.ts";
import { parseSchedule } from "./schedule.ts";
import type { RunEnd, Scheduler } from "./scheduler.ts";

/**
 * The script of the run that a schedule says.
 *
 * @throws {RangeError} where the text is no schedule, or one of another program, variant, version or input.
 */
export function scriptOf(
  program: AnyProgram,
  schedule: string,
  options: SettingsOptions & Pick<ExecutionOptions, "stepLimit"> = {},
): Script {
  // Refuses a schedule that is not of this program.
  replay(program, schedule, options);
  const { granularity, departures, inTurns } = parseSchedule(schedule);
  const model = new ProgramModel(program, settingsOf(program, options));
  const execution = new Execution(model, { granularity, stepLimit: options.stepLimit });
  const scheduler = new Replay(departures, { names: model.names, inTurns });
  scheduler.begin();
  return recordScript(execution, scheduler).script;
}

/** Performs one run, and writes its script. */
export function recordScript(
  execution: Execution,
  scheduler: Scheduler,
): { readonly script: Script; readonly end: RunEnd } {
  const { model, granularity } = execution;
  const script: ScriptStep[] = [];
  // Who ends so is not told to the shared things: see the execution.
  const isTold = (error: unknown) => granularity !== "word" && !isAssertion(error);
  const parked = new Set<number>();
  for (const [task, { root: { end } }] of model.tasks.entries()) {
    if (end !== undefined && isTold(end.kind === "threw" ? end.error : undefined)) script.push({ kind: "end", task });
  }
  const observe: Observe = (task, node, answer) => {
    const { operation } = node;
    if (operation === undefined) return;
    const wakes = parked.delete(task);
    if (answer === PARKED) {
      parked.add(task);
      script.push({ kind: "park", task, operation });
      return;
    }
    script.push({ kind: wakes ? "wake" : "perform", task, operation, ...answerOf(answer) });
    const end = model.tasks[task]?.after(node, answer).end;
    if (end !== undefined && isTold(end.kind === "threw" ? end.error : undefined)) script.push({ kind: "end", task });
  };
  const end = execution.run(scheduler, observe);
  // Who stands before an operation at the end waits there for ever.
  for (const [task, { operation }] of execution.nodes.entries()) {
    if (operation !== undefined && !parked.has(task)) script.push({ kind: "park", task, operation });
  }
  return { script, end };
}

/**
 * Whether a real run came to what the model's run came to, given both outcomes. Who waits for ever in the model may be told
 * of the deadlock, or go on after others were.
 */
export function isRepeated(model: unknown, real: unknown): boolean {
  if (dataText(model) === dataText(real)) return true;
  if (!isFailed(model) || !isFailed(real)) return false;
  const stuck = new Set(model.failed.filter(isStuck).map(({ task }) => task));
  const others = ({ failed }: Failed) => dataText(failed.filter(({ task }) => !stuck.has(task)));
  return real.failed.some((failure) => isStuck(failure) && stuck.has(failure.task)) && others(model) === others(real);
}

function isStuck({ error }: Failed["failed"][number]): boolean {
  return error === "DeadlockError";
}

function isFailed(outcome: unknown): outcome is Failed {
  return typeof outcome === "object" && outcome !== null && "failed" in outcome && Array.isArray(outcome.failed);
}

/** What a script keeps of an answer: nothing of a call's, whose operations follow, and of a failure. */
function answerOf(answer: Answer | Failure): Pick<ScriptStep, "answer"> {
  if (answer === undefined || answer === INLINE || answer instanceof InlineCall || answer instanceof Failure) return {};
  // The bytes of a read are the reader's, who may write over them.
  return { answer: answer instanceof Uint8Array ? answer.slice() : answer };
}
