/**
 * Runs a program for the page, and tells what its tasks do meanwhile.
 */

import { Host, type ProgramReport, type Span } from "../holdfast.ts";
import type { Handler } from "./kinds.ts";
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
  /** What a task did: milliseconds, of the virtual clock in direct mode. */
  readonly update: Span;
  readonly answer: Pick<ProgramReport, "outcome" | "verdict" | "ms" | "tables">;
}

/** Runs it. */
export const run: Handler<RunKind> = async ({ program, ...options }, { update, signal }) => {
  await using host = new Host();
  signal.addEventListener("abort", () => host.kill());
  const report = await host.run(programNamed(program), { ...options, observe: update });
  signal.throwIfAborted();
  const { outcome, verdict, ms, tables } = report;
  return { outcome, verdict, ms, tables };
};
