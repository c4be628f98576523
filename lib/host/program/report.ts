/**
 * What came out of a run of a program: its outcome, judged by the program, and what else there is to tell.
 *
 * - The outcome is plain data; that of a run in which something failed is `{ failed }`.
 * - A table is for people, and no part of the outcome: what it shows may differ from run to run.
 */

import type { FarError } from "../../errors.ts";
import type { GuestPlace } from "../places.ts";
import {
  type Failed,
  type OutcomeTest,
  type ParameterTable,
  type ProgramClaim,
  sameData,
  type Settings,
} from "../../program/mod.ts";

/** A table under a run. */
export interface ReportTable {
  /** What it shows. */
  readonly title: string;
  /** What each column holds, with the unit. */
  readonly columns: readonly string[];
  /** Its rows: a cell for each column. */
  readonly rows: readonly (readonly (string | number)[])[];
}

/** What came out of a run. */
export interface ProgramReport {
  /** The program's name. */
  readonly program: string;
  /** Where its tasks ran. */
  readonly mode: string;
  /** How the tasks reached their memory: `model` in direct mode, `shared` on threads, `pipe` or `nats` in process mode. */
  readonly transport: string;
  /** The variant. */
  readonly variant: string;
  /** What came out: plain data. */
  readonly outcome: unknown;
  /** The part of it that is the same on every schedule. */
  readonly independent: unknown;
  /** All outcomes that the program declares, where they are a list. */
  readonly expected: readonly unknown[] | null;
  /** Those of the declared outcomes that are right; `null` where they are no list. */
  readonly right: readonly unknown[] | null;
  /** Whether the outcome is one of those that the program declares. */
  readonly ok: boolean;
  /** What the outcome is: right, one that shows the bug of a specimen, or one that the program does not declare. */
  readonly verdict: "right" | "bug-shown" | "undeclared";
  /** How long the tasks ran, in milliseconds of real time. */
  readonly ms: number;
  /** What each task returned that ended well, by name. */
  readonly returned: Readonly<Record<string, unknown>>;
  /** The errors of the tasks that failed, with their stacks. */
  readonly errors: readonly FarError[];
  /** What a host program shows besides; none for other programs. */
  readonly tables: readonly ReportTable[];
  /** The other hosts on which its guests began, and how their module came there; none where all was on this one. */
  readonly places: readonly GuestPlace[];
}

/** What a program says of its outcomes. */
type Judge = Pick<Required<ProgramClaim<ParameterTable, unknown>>, "name" | "independent" | "expected" | "right">;

/** What is known of a run that is over. */
export interface RunFacts extends Pick<ProgramReport, "mode" | "transport" | "outcome" | "ms"> {
  /** How it was set. */
  readonly settings: Settings;
  /** See {@linkcode ProgramReport}; nothing by default. */
  readonly returned?: ProgramReport["returned"];
  /** Who failed, with the errors; nobody by default. */
  readonly failures?: readonly TaskFault[];
  /** See {@linkcode ProgramReport}; none by default. */
  readonly tables?: ProgramReport["tables"];
}

/** A task that failed, with its error. */
export interface TaskFault {
  /** The task's name. */
  readonly task: string;
  /** What it failed with. */
  readonly far: FarError;
}

/** The outcome of a run in which these tasks failed. */
export function failedOutcome(failures: readonly TaskFault[]): Failed {
  return { failed: failures.map(({ task, far: { name, message } }) => ({ task, error: name, message })) };
}

/** Judges a run. */
export function reportOf(program: Judge, facts: RunFacts): ProgramReport {
  const { settings, mode, transport, outcome, ms, returned = {}, failures = [], tables = [] } = facts;
  const expected = program.expected(settings);
  const right = program.right(settings);
  const ok = isAmong(expected, outcome);
  return {
    program: program.name,
    mode,
    transport,
    variant: settings.variant,
    outcome,
    independent: program.independent(outcome, settings),
    expected: typeof expected === "function" ? null : expected,
    right: typeof expected === "function" ? null : expected.filter((one) => isAmong(right, one)),
    ok,
    verdict: !ok ? "undeclared" : isAmong(right, outcome) ? "right" : "bug-shown",
    ms,
    returned,
    errors: failures.map(({ far }) => far),
    tables,
    places: [],
  };
}

/** Whether a list or a test has an outcome. */
function isAmong(outcomes: readonly unknown[] | OutcomeTest<unknown>, outcome: unknown): boolean {
  return typeof outcomes === "function" ? outcomes(outcome) : outcomes.some((one) => sameData(one, outcome));
}
