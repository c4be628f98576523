/**
 * Runs a program for the page, and reports what its tasks do.
 *
 * - A run that does too much to show is reported up to some point; its outcome is that of the whole run.
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

/** The kind of request for a run. */
export interface RunKind {
  readonly request: {
    readonly program: string;
    readonly variant: string;
    readonly parameters: Readonly<Record<string, unknown>>;
    readonly mode: "direct" | "thread";
    readonly seed: number;
  };
  /** First the names of the tasks, then what each did; times are milliseconds, of the virtual clock in direct mode. */
  readonly update: { readonly span: Span } | { readonly use: ThingUse } | { readonly names: readonly string[] };
  readonly answer: RunAnswer;
}

/** The result of a run. */
export interface RunAnswer extends Pick<ProgramReport, "outcome" | "verdict" | "ms" | "tables" | "errors"> {
  /** The names of its tasks; none if its `main` runs on the host. */
  readonly names: readonly string[];
  /** The tasks that a deadlock ended. */
  readonly deadlocked: readonly string[];
  /** Whether more happened than was reported. */
  readonly isCut: boolean;
}

/** The most that is reported of a run. */
const MOST = 60_000;

/** Runs a program. */
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
