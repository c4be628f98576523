/**
 * Programs under random schedules of single operations, in the model; and what every program must show.
 *
 * - {@linkcode randomRun} may switch tasks before every memory operation, which direct mode does not.
 *
 * @module
 */

import fc from "fast-check";
import { ModelMemory, runBlocking, type Steps } from "../../lib/memory/mod.ts";
import { dataText, type Host, MODE_NAMES, programJob } from "../../lib/host/mod.ts";
import { type AnyProgram, runCooperative, type SettingsOptions } from "../../lib/program/mod.ts";
import type { SharedThing } from "../../lib/sync/mod.ts";
import { checkEquivalence, type ProgramCheckOptions } from "../../lib/testing/mod.ts";
import { runs } from "../contracts/soak.ts";

/** How a random run ended. */
export type RandomEnd =
  | { readonly kind: "outcome"; readonly outcome: unknown }
  | { readonly kind: "deadlock"; readonly waiting: readonly string[] };

/** Runs a program; the schedule decides before each operation who goes on. What a task throws is thrown. */
export function randomRun(program: AnyProgram, schedule: number, settings: SettingsOptions = {}): RandomEnd {
  const job = programJob(program, { ...settings, mode: "direct" });
  const memory = new ModelMemory(job.space.layout);
  runBlocking(memory, job.space.initialize());
  const tasks = job.tasks.map(({ name, run }, task) => {
    const shared = job.space.bind(memory, { task });
    return { name, steps: untilEnd(run(shared), { task, things: Object.values(shared) as SharedThing[] }) };
  });
  const result = runCooperative(memory, tasks, { seed: schedule, switchAt: "operation" });
  for (const outcome of result.outcomes) if (outcome.kind === "threw") throw outcome.error;
  if (result.kind === "deadlock") return { kind: "deadlock", waiting: result.waiting.map(({ name }) => name) };
  const results = result.outcomes.map((outcome) => outcome.kind === "returned" ? outcome.value : undefined);
  const outcome = program.outcome(job.space.bind(memory), { results, settings: job.settings });
  return { kind: "outcome", outcome: runBlocking(memory, outcome) };
}

/** The steps of a task, and then of what is bound to it. */
function* untilEnd(
  steps: Steps<unknown>,
  { task, things }: { readonly task: number; readonly things: readonly SharedThing[] },
): Steps<unknown> {
  const value = yield* steps;
  for (const thing of things) if (thing.ended !== undefined) yield* thing.ended(task);
  return value;
}

/** All ends of so many random schedules, each once, as texts. */
export function randomEnds(program: AnyProgram, schedules: number, settings: SettingsOptions = {}): string[] {
  const ends = Array.from({ length: runs(schedules) }, (_, seed) => randomRun(program, seed, settings));
  const texts = ends.map((end) => end.kind === "deadlock" ? `deadlock of ${end.waiting}` : dataText(end.outcome));
  return [...new Set(texts)].toSorted();
}

/** Declared and equal: many runs in the caller, and in every mode one with fresh guests and two with warm ones, by lot. */
export async function checkEverywhere(
  host: Host,
  program: AnyProgram,
  parameters: NonNullable<ProgramCheckOptions["parameters"]> = {},
): Promise<void> {
  await checkEquivalence(program, { fc, host, parameters, modes: ["direct"], numRuns: runs(50) });
  await checkEquivalence(program, { fc, host, parameters, modes: MODE_NAMES, numRuns: runs(1, { soak: 60 }) });
}

/** Pauses that keep real runs short. */
export const SHORT: fc.Arbitrary<number> = fc.constantFrom(0, 0.001, 0.003);
