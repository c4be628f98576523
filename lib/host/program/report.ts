/**
 * The report of a program's run: its outcome, judged by the program, and further information.
 *
 * - The outcome is plain data; if something failed, it is `{ failed }`.
 * - A table is for people and not part of the outcome: it may differ from run to run.
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

/** A table shown with a run's outcome. */
export interface ReportTable {
  /** What it shows. */
  readonly title: string;
  /** The heading of each column, with the unit. */
  readonly columns: readonly string[];
  /** The rows, each with a cell for every column. */
  readonly rows: readonly (readonly (string | number)[])[];
}

/** The report of a run. */
export interface ProgramReport {
  /** The program's name. */
  readonly program: string;
  /** The mode in which its tasks ran. */
  readonly mode: string;
  /**
   * How the tasks reached their memory: `model` in direct mode, `shared` in thread mode, `pipe` or `nats` in process
   * mode.
   */
  readonly transport: string;
  /** The name of the variant. */
  readonly variant: string;
  /** The outcome, as plain data. */
  readonly outcome: unknown;
  /** The part of the outcome that is the same on every schedule. */
  readonly independent: unknown;
  /** All outcomes that the program declares, or `null` unless they are a list. */
  readonly expected: readonly unknown[] | null;
  /** The declared outcomes that are right, or `null` unless they are a list. */
  readonly right: readonly unknown[] | null;
  /** Whether the outcome is one that the program declares. */
  readonly ok: boolean;
  /** The verdict on the outcome: right, showing the bug of a specimen, or not declared by the program. */
  readonly verdict: "right" | "bug-shown" | "undeclared";
  /** How long the tasks ran, in milliseconds of real time. */
  readonly ms: number;
  /** The results of the tasks that returned, by task name. */
  readonly returned: Readonly<Record<string, unknown>>;
  /** The errors of the tasks that failed, with their stack traces. */
  readonly errors: readonly FarError[];
  /** The tables of a host program; empty for other programs. */
  readonly tables: readonly ReportTable[];
  /** The other hosts on which its guests began, and how its module got there; empty if everything ran on this host. */
  readonly places: readonly GuestPlace[];
}

/** What a program declares about its outcomes. */
type Judge = Pick<Required<ProgramClaim<ParameterTable, unknown>>, "name" | "independent" | "expected" | "right">;

/** The facts about a finished run. */
export interface RunFacts extends Pick<ProgramReport, "mode" | "transport" | "outcome" | "ms"> {
  /** Its settings. */
  readonly settings: Settings;
  /** See {@linkcode ProgramReport}; empty by default. */
  readonly returned?: ProgramReport["returned"];
  /** The tasks that failed; none by default. */
  readonly failures?: readonly TaskFault[];
  /** See {@linkcode ProgramReport}; none by default. */
  readonly tables?: ProgramReport["tables"];
}

/** A task that failed, with its error. */
export interface TaskFault {
  /** The task's name. */
  readonly task: string;
  /** Its error. */
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

/** Whether an outcome is in a list or passes a test. */
function isAmong(outcomes: readonly unknown[] | OutcomeTest<unknown>, outcome: unknown): boolean {
  return typeof outcomes === "function" ? outcomes(outcome) : outcomes.some((one) => sameData(one, outcome));
}
