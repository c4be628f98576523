/**
 * The script of a run: each of its memory operations, so that real threads and processes can repeat it.
 *
 * - The steps are in the order in which the model performed them. A task that is woken continues in a step of its own.
 *   Operations that tell the shared things about the end of a task are steps of that task.
 * - A real run that repeats a script has the model's outcome ({@linkcode isRepeated}). If the model's run ends in a
 *   deadlock, so does the real one, and then it continues: its tasks get a `DeadlockError`, and those that this
 *   releases go on.
 */

import { type Answer, INLINE, InlineCall, PARKED } from "../memory/mod.ts";
import { type AnyProgram, dataText, type Failed, isFailed, type Script, type ScriptStep } from "../program/mod.ts";
import { Failure } from "./prompter.ts";
import type { Execution, Observe } from "./execution.ts";
import { repetition, type RepetitionOptions } from "./repetition.ts";
import type { RunEnd, Scheduler } from "./scheduler.ts";

/**
 * Returns the script of the run of a schedule.
 *
 * @throws {RangeError} if the text is not a schedule, or is one of another program, variant, version or input, or tasks
 * die in it.
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

/** Performs one run, and records its script. */
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
  // A task that still has an operation at the end waits forever, or was stopped.
  const isStuck = nodes.some(({ end }, task) => end === undefined && !model.daemons.has(task));
  for (const [task, { operation }] of nodes.entries()) {
    if (operation === undefined || parked.has(task)) continue;
    script.push({ kind: isStuck ? "park" : "stop", task, operation });
  }
  return { script, end };
}

/**
 * Whether the outcome of a real run matches that of the model's run. A task that waits forever in the model may fail
 * with the deadlock in the real run, or continue after others failed.
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

/** The part of an answer that a script keeps: nothing of a call's, whose operations follow, or of a failure. */
function answerOf(answer: Answer | Failure): Pick<ScriptStep, "answer"> {
  if (answer === undefined || answer === INLINE || answer instanceof InlineCall || answer instanceof Failure) return {};
  // The reader may overwrite the bytes that it read.
  return { answer: answer instanceof Uint8Array ? answer.slice() : answer };
}
