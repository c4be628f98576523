/**
 * The script of a run: every memory operation that it performs, so that real threads and processes can repeat it.
 *
 * - The steps stand in the order in which the model performed them. A task that is woken goes on in a step of its own. What
 *   the shared things are told of the end of a task are steps of that task.
 * - A real run that repeats a script comes to the model's outcome ({@linkcode isRepeated}). Where the model's run ends in a
 *   deadlock the real one does too, and then goes on: its tasks get a `DeadlockError`, and whom that lets go, goes.
 */

import { type Answer, INLINE, InlineCall, PARKED } from "../memory/mod.ts";
import { type AnyProgram, dataText, type Failed, isFailed, type Script, type ScriptStep } from "../program/mod.ts";
import { Failure } from "./prompter.ts";
import type { Execution, Observe } from "./execution.ts";
import { repetition, type RepetitionOptions } from "./repetition.ts";
import type { RunEnd, Scheduler } from "./scheduler.ts";

/**
 * The script of the run that a schedule says.
 *
 * @throws {RangeError} where the text is no schedule, or one of another program, variant, version or input.
 */
export function scriptOf(
  program: AnyProgram,
  schedule: string,
  options: RepetitionOptions = {},
): Script {
  const { execution, scheduler, deaths } = repetition(program, schedule, options);
  if (deaths > 0) {
    throw new RangeError(`Cannot write a script of ${schedule}: tasks die in it, a run without deaths is wanted`);
  }
  return recordScript(execution, scheduler()).script;
}

/** Performs one run, and writes its script. */
export function recordScript(
  execution: Execution,
  scheduler: Scheduler,
): { readonly script: Script; readonly end: RunEnd } {
  const { nodes, model } = execution;
  const script: ScriptStep[] = [];
  const parked = new Set<number>();
  const observe: Observe = (task, { operation }, answer) => {
    if (operation === undefined) return;
    const kind = answer === PARKED ? "park" : parked.has(task) ? "wake" : "perform";
    if (kind === "park") parked.add(task);
    else parked.delete(task);
    const ended = nodes[task]?.end === undefined ? {} : { ended: true as const };
    script.push({ kind, task, ...ended, operation, ...answer === PARKED ? {} : answerOf(answer) });
  };
  const end = execution.run(scheduler, observe);
  // Who stands before an operation at the end waits there for ever, or was stopped.
  const isStuck = nodes.some(({ end }, task) => end === undefined && !model.daemons.has(task));
  for (const [task, { operation }] of nodes.entries()) {
    if (operation === undefined || parked.has(task)) continue;
    script.push({ kind: isStuck ? "park" : "stop", task, operation });
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

/** What a script keeps of an answer: nothing of a call's, whose operations follow, and of a failure. */
function answerOf(answer: Answer | Failure): Pick<ScriptStep, "answer"> {
  if (answer === undefined || answer === INLINE || answer instanceof InlineCall || answer instanceof Failure) return {};
  // The bytes of a read are the reader's, who may write over them.
  return { answer: answer instanceof Uint8Array ? answer.slice() : answer };
}
