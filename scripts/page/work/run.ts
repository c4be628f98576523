/**
 * Runs a program for the page, and tells what its tasks do meanwhile.
 *
 * - A run that does too much to be looked at is told of up to some point; its outcome is that of all of it.
 */

import {
  Host,
  isProgram,
  layers,
  needsOf,
  type ProgramReport,
  settingsOf,
  type Span,
  type ThingUse,
} from "../holdfast.ts";
import type { Handler } from "./handler.ts";
import { programNamed } from "./programs.ts";

/** A run, as the app asks for it. */
export interface RunKind {
  readonly request: {
    readonly program: string;
    readonly variant: string;
    readonly parameters: Readonly<Record<string, unknown>>;
    readonly mode: "direct" | "thread";
    readonly seed: number;
  };
  /** First the names of the tasks, then what each did: milliseconds, of the virtual clock in direct mode. */
  readonly update: { readonly span: Span } | { readonly use: ThingUse } | { readonly names: readonly string[] };
  readonly answer: RunAnswer;
}

/** What came out. */
export interface RunAnswer extends Pick<ProgramReport, "outcome" | "verdict" | "ms" | "tables" | "errors"> {
  /** The names of its tasks; none where its `main` runs on the host. */
  readonly names: readonly string[];
  /** Those that a deadlock ended. */
  readonly deadlocked: readonly string[];
  /** Whether more happened than was told. */
  readonly isCut: boolean;
}

/** How much is told of a run at most. */
const MOST = 60_000;

/** Runs it. */
export const run: Handler<RunKind> = async ({ program: name, ...options }, { update, signal }) => {
  const program = programNamed(name);
  await using host = new Host(needsOf(program, options));
  signal.addEventListener("abort", () => host.kill());
  const names = isProgram(program) ? program.tasks(settingsOf(program, options)).map(({ name }) => name) : [];
  update({ names });
  let told = 0;
  const tell = (one: RunKind["update"]): void => {
    if (told++ < MOST) update(one);
  };
  const observe = (span: Span) => tell({ span });
  const watch = (use: ThingUse) => tell({ use });
  const report = await host.run(program, { ...options, observe, watch });
  signal.throwIfAborted();
  const { outcome, verdict, ms, tables, errors } = report;
  const failed = layers.program.isFailed(outcome) ? outcome.failed : [];
  const deadlocked = failed.filter(({ error }) => error === "DeadlockError").map(({ task }) => task);
  return { outcome, verdict, ms, tables, errors, names, deadlocked, isCut: told > MOST };
};
